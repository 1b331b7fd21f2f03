"""What was mended: shown over the photo, changed with a brush, and restored again."""

import re

import httpx2
import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.e2e.browser import faults, hand_over
from tests.e2e.conftest import Opening, Server
from tests.e2e.pictures import faded

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.exhaustive]

ENDED = re.compile("Your photo is restored|is already in good shape|We left this photo as it is")
STATES = [("desktop", "light"), ("phone", "dark")]
MARKED = """
(canvas, [x, y]) => canvas.getContext('2d').getImageData(x * canvas.width, y * canvas.height, 1, 1).data[3] > 127
"""

Stroke = list[tuple[float, float]]


def ended(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name=ENDED)).to_be_visible(timeout=90_000)


def drop_and_wait(page: Page, side: int = 640) -> None:
    hand_over(page, "drop", [("grandmother.jpg", faded(side))])
    ended(page)


def canvas(page: Page) -> Locator:
    return page.locator("canvas[data-mask]")


def open_brush(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Edit what was mended|Mark damage")).click()
    expect(canvas(page)).to_be_visible()


def marked(page: Page, x: float, y: float) -> bool:
    """Whether a spot, in shares of the picture, is marked."""
    return bool(canvas(page).evaluate(MARKED, [x, y]))


def on_screen(page: Page, stroke: Stroke) -> Stroke:
    box = canvas(page).bounding_box()
    assert box is not None
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]


def with_mouse(page: Page, stroke: Stroke) -> None:
    first, *rest = on_screen(page, stroke)
    page.mouse.move(*first)
    page.mouse.down()
    for place in rest:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def touch(session: CDPSession, kind: str, *places: tuple[float, float]) -> None:
    points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def with_finger(page: Page, stroke: Stroke) -> None:
    session = page.context.new_cdp_session(page)
    first, *rest = on_screen(page, stroke)
    touch(session, "touchStart", first)
    before = first
    for place in rest:
        for part in range(1, 7):
            x, y = (a + (b - a) * part / 6 for a, b in zip(before, place, strict=True))
            touch(session, "touchMove", (x, y))
        before = place
    touch(session, "touchEnd")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_stroke_is_added_and_erased_undone_and_run_again_to_a_new_version(
    open_page: Opening, server: Server, size: str
) -> None:
    page = open_page(size)
    paint = with_finger if size == "phone" else with_mouse
    drop_and_wait(page)
    open_brush(page)
    run = page.get_by_role("button", name="Run again")
    expect(run).to_be_disabled()
    assert not marked(page, 0.3, 0.1)
    paint(page, [(0.28, 0.1), (0.4, 0.1)])
    assert marked(page, 0.3, 0.1)
    assert marked(page, 0.38, 0.1)
    page.get_by_role("radio", name="Eraser").check(force=True)
    paint(page, [(0.34, 0.05), (0.34, 0.15)])
    assert not marked(page, 0.34, 0.1)
    assert marked(page, 0.38, 0.1)
    page.get_by_role("button", name="Undo").click()
    assert marked(page, 0.34, 0.1)
    page.get_by_role("button", name="Redo").click()
    assert not marked(page, 0.34, 0.1)
    expect(page.get_by_text("Marked: about")).to_be_visible()
    run.click()
    expect(page.get_by_role("button", name="Version 2 Automatic, Your marks")).to_be_visible(timeout=90_000)
    expect(page.get_by_text(re.compile("You marked about .*%"))).to_be_visible()

    newest = server.get("/photos")["items"][0]["results"][0]
    job = server.get(f"/jobs/{newest['job_id']}")
    assert job["result"]["mask"]["source"] == "user"
    assert job["options"]["mask_id"] == job["result"]["mask"]["id"]

    page.get_by_role("button", name="Back to the version before").click()
    expect(page.get_by_role("button", name="Version 1 Automatic")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text(re.compile("You marked"))).to_be_hidden()


def test_what_was_mended_is_shown_over_the_photo(open_page: Opening) -> None:
    page = open_page()
    drop_and_wait(page)
    expect(page.get_by_text(re.compile("We filled in .*% of the picture"))).to_be_visible()
    expect(page.get_by_text("Some marks may remain")).to_be_visible()
    toggle = page.get_by_role("button", name="Show what was mended")
    marks = page.locator("[data-marks]")
    expect(marks).to_have_count(0)
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(marks).to_have_count(1)
    page.get_by_text("Side by side", exact=True).click()
    expect(marks).to_have_count(2)
    toggle.click()
    expect(marks).to_have_count(0)


def test_without_any_marks_nothing_is_filled(open_page: Opening, server: Server) -> None:
    page = open_page()
    drop_and_wait(page)
    open_brush(page)
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_text("Nothing is marked.")).to_be_visible()
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(re.compile(r"/photos/[^/]+$"))
    expect(page.get_by_role("button", name=re.compile("Version 2|Mark damage")).first).to_be_visible(timeout=90_000)
    job = server.get("/jobs")["items"][0]
    assert job["options"]["mask_id"] is not None
    assert job["result"]["mask"] is None


def test_strokes_of_the_last_run_can_still_be_taken_back(open_page: Opening) -> None:
    page = open_page()
    drop_and_wait(page)
    open_brush(page)
    with_mouse(page, [(0.28, 0.1), (0.4, 0.1)])
    with_mouse(page, [(0.6, 0.1), (0.7, 0.1)])
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_role("button", name="Version 2")).to_be_visible(timeout=90_000)
    open_brush(page)
    assert marked(page, 0.3, 0.1)
    assert marked(page, 0.65, 0.1)
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Redo")).to_be_enabled()
    assert marked(page, 0.3, 0.1)
    assert not marked(page, 0.65, 0.1)
    expect(page.get_by_role("button", name="Run again")).to_be_enabled()


def test_a_stroke_lands_where_it_is_painted_when_zoomed(open_page: Opening) -> None:
    page = open_page()
    drop_and_wait(page)
    open_brush(page)
    page.mouse.move(*on_screen(page, [(0.3, 0.2)])[0])
    page.mouse.wheel(0, -900)
    expect(page.get_by_role("button", name="Show the whole photo")).to_be_enabled()
    place = canvas(page).bounding_box()
    with_mouse(page, [(0.3, 0.2), (0.33, 0.2)])
    assert marked(page, 0.31, 0.2)
    assert not marked(page, 0.31, 0.3)
    page.keyboard.down(" ")
    with_mouse(page, [(0.3, 0.25), (0.33, 0.22)])
    page.keyboard.up(" ")
    assert canvas(page).bounding_box() != place
    assert not marked(page, 0.315, 0.235)


def test_two_fingers_zoom_and_paint_nothing(open_page: Opening) -> None:
    page = open_page("phone")
    drop_and_wait(page)
    open_brush(page)
    session = page.context.new_cdp_session(page)
    left, right, further = on_screen(page, [(0.4, 0.15), (0.5, 0.15), (0.75, 0.15)])
    touch(session, "touchStart", left)
    touch(session, "touchStart", left, right)
    for part in range(1, 6):
        touch(session, "touchMove", left, (right[0] + (further[0] - right[0]) * part / 5, right[1]))
    touch(session, "touchEnd")
    expect(page.get_by_role("button", name="Zoom out")).to_be_enabled()
    assert not marked(page, 0.4, 0.15)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    expect(page.get_by_role("button", name="Run again")).to_be_disabled()


def test_unsaved_strokes_are_asked_about_on_every_way_out(open_page: Opening) -> None:
    page = open_page()
    drop_and_wait(page)
    photo = page.url
    open_brush(page)
    page.keyboard.press("Escape")
    page.wait_for_url(photo)
    open_brush(page)
    with_mouse(page, [(0.3, 0.1), (0.4, 0.1)])
    dialog = page.get_by_role("dialog", name="Leave without using this?")

    for leave in (lambda: page.keyboard.press("Escape"), page.go_back, page.get_by_role("button", name="Cancel").click):
        leave()
        expect(dialog).to_be_visible()
        dialog.get_by_role("button", name="Stay here").click()
        expect(dialog).to_be_hidden()
        assert marked(page, 0.35, 0.1)

    page.go_back()
    dialog.get_by_role("button", name="Leave").click()
    page.wait_for_url(photo)
    ended(page)


def test_the_brush_works_by_keyboard_alone(open_page: Opening) -> None:
    page = open_page()
    drop_and_wait(page)
    page.get_by_role("button", name=re.compile("Edit what was mended|Mark damage")).press("Enter")
    board = page.get_by_role("application")
    size = page.get_by_role("slider", name="Size")
    before = int(size.input_value())
    board.focus()
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.keyboard.press("[")
    expect(size).to_have_value(str(before + 1))
    for _ in range(4):
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert marked(page, 0.5, 0.3)
    expect(page.get_by_role("button", name="Run again")).to_be_enabled()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Run again")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_role("button", name="Run again")).to_be_enabled()


def test_the_mask_that_is_sent_is_white_where_it_was_painted(open_page: Opening, server: Server) -> None:
    page = open_page()
    drop_and_wait(page)
    open_brush(page)
    page.get_by_role("button", name="Clear all").click()
    with_mouse(page, [(0.2, 0.5), (0.8, 0.5)])
    with page.expect_request("**/masks") as sent:
        page.get_by_role("button", name="Run again").click()
    assert sent.value.headers["content-type"] == "image/png"
    expect(page.get_by_role("button", name="Version 2")).to_be_visible(timeout=90_000)
    mask = server.get("/jobs")["items"][0]["result"]["mask"]
    assert 0.005 < mask["share"] < 0.1
    answer = httpx2.get(server.url + mask["url"], timeout=10).raise_for_status()
    assert answer.headers["content-type"] == "image/png"


@pytest.mark.parametrize(("size", "theme"), STATES)
def test_axe_finds_nothing_where_it_is_painted(open_page: Opening, size: str, theme: str) -> None:
    page = open_page(size, theme)
    drop_and_wait(page)
    page.get_by_role("button", name="Show what was mended").click()
    found = {"overlay": faults(page)}
    open_brush(page)
    found["brush"] = faults(page)
    with_mouse(page, [(0.3, 0.1), (0.4, 0.1)])
    found["painted"] = faults(page)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for()
    found["asked"] = faults(page)
    assert {state: lines for state, lines in found.items() if lines} == {}
