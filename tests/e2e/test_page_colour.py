"""Colour for a photo: dabbed on by hand, kept with the version, and changed later."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import faults, hand_over
from tests.e2e.conftest import Opening, Server
from tests.e2e.pictures import as_jpeg, faded

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.exhaustive]

ENDED = re.compile("Your photo is restored|is already in good shape|We left this photo as it is")
STATES = [("desktop", "light"), ("phone", "dark")]


def black_and_white() -> bytes:
    return as_jpeg(Image.open(io.BytesIO(faded())).convert("L").convert("RGB"))


def open_colours(page: Page) -> None:
    hand_over(page, "drop", [("grandmother.jpg", black_and_white())])
    expect(page.get_by_role("heading", level=1, name=ENDED)).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="Colour this photo").click()
    expect(page.get_by_role("heading", level=1, name="What colour was it?")).to_be_visible()


def tap(page: Page, x: float, y: float) -> None:
    box = page.get_by_alt_text("grandmother.jpg").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def dab(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^Dab {number},"))


def run(page: Page, words: str) -> None:
    page.get_by_role("button", name="Colour it").click()
    expect(page.get_by_role("button", name=words)).to_be_visible(timeout=90_000)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_colours_are_dabbed_moved_undone_run_and_found_again(open_page: Opening, server: Server, size: str) -> None:
    page = open_page(size)
    open_colours(page)
    tap(page, 0.4, 0.25)
    page.get_by_role("radio", name="Denim").check(force=True)
    tap(page, 0.25, 0.75)
    page.get_by_role("radio", name="Sky", exact=True).check(force=True)
    tap(page, 0.85, 0.2)
    expect(page.get_by_text("3 dabs of colour.")).to_be_visible()

    page.get_by_role("button", name="Undo").click()
    expect(dab(page, 3)).to_have_count(0)
    page.get_by_role("button", name="Redo").click()
    expect(page.get_by_role("button", name="Dab 3, Sky, 85% from the left, 20% from the top")).to_be_visible()

    box = dab(page, 2).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 22, box["y"] + 22)
    page.mouse.down()
    page.mouse.move(box["x"] + 62, box["y"] + 22, steps=4)
    page.mouse.up()
    expect(page.get_by_role("button", name=re.compile("Dab 2, Denim, 25%"))).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Dab 2, Denim, 25% from the left, 75% from the top")).to_be_visible()

    dab(page, 1).click()
    expect(dab(page, 1)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("radio", name="Light skin").check(force=True)
    expect(page.get_by_role("button", name=re.compile("Dab 1, Light skin"))).to_be_visible()
    dab(page, 3).click()
    page.get_by_role("button", name="Remove the chosen dab").click()
    expect(page.get_by_text("2 dabs of colour.")).to_be_visible()
    run(page, "Version 2 Automatic, Colourized, 2 dabs")

    job = server.get("/jobs")["items"][0]
    assert job["operation"] == "restore_colorize"
    assert [hint["color"] for hint in job["options"]["hints"]] == ["#d49a74", "#3f5f8c"]

    page.get_by_role("button", name="Edit the colours").click()
    expect(dab(page, 1)).to_be_visible()
    expect(dab(page, 2)).to_be_visible()
    expect(page.get_by_role("button", name="Colour it")).to_be_disabled()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Back to the version before").click()
    expect(page.get_by_role("button", name="Colour this photo")).to_be_visible()


def test_each_operation_says_what_it_can_do(open_page: Opening, server: Server) -> None:
    page = open_page()
    open_colours(page)
    notes = server.get("/capabilities")["operation_notes"]
    expect(page.get_by_text(notes["colorize"])).to_be_visible()
    page.get_by_role("radio", name="Colourize", exact=False).last.check()
    tap(page, 0.4, 0.25)
    run(page, "Version 2 Only colourized, 1 dab")
    page.get_by_text("Try it differently").click()
    for note in notes.values():
        expect(page.get_by_text(note)).to_be_visible()
    expect(page.get_by_text("Your dab of colour is used again.")).to_be_visible()
    page.get_by_role("radio", name=re.compile("^Restore Mends")).check()
    expect(page.get_by_text("Your dab of colour is used again.")).to_be_hidden()
    page.get_by_role("button", name="Restore again").click()
    page.get_by_role("heading", name=re.compile("Restoring your photo|Waiting its turn|Your photo is")).wait_for()
    expect(page.get_by_role("button", name="Version 3 Automatic")).to_be_visible(timeout=90_000)
    job = server.get("/jobs")["items"][0]
    assert (job["operation"], job["options"]["hints"]) == ("restore", [])


def test_the_eyedropper_takes_a_colour_from_the_original(open_page: Opening) -> None:
    page = open_page()
    hand_over(page, "drop", [("grandmother.jpg", faded())])
    expect(page.get_by_role("heading", level=1, name=ENDED)).to_be_visible(timeout=90_000)
    expect(page.get_by_role("button", name="Colour this photo")).to_have_count(0)
    page.get_by_text("Try it differently").click()
    page.get_by_role("radio", name=re.compile("^Restore and colourize")).check()
    page.get_by_role("button", name="Dab colours on it first").click()
    expect(page.get_by_text("This photo has colours of its own.")).to_be_visible()
    shown = page.get_by_alt_text("grandmother.jpg")
    result = shown.get_attribute("src")
    page.get_by_role("button", name="Take a colour from the original").click()
    expect(page.get_by_text("Tap the spot in the original whose colour you want.")).to_be_visible()
    assert shown.get_attribute("src") != result
    tap(page, 0.25, 0.75)
    expect(page.get_by_text("No dabs yet.")).to_be_visible()
    picked = page.get_by_label("Any other colour").input_value()
    red, green, blue = (int(picked[start : start + 2], 16) for start in (1, 3, 5))
    assert red > green > blue, "the suit of the astronaut is orange"
    tap(page, 0.5, 0.5)
    expect(page.get_by_role("button", name=re.compile(f"Dab 1, {picked}"))).to_be_visible()


def test_dabs_are_placed_and_moved_by_keyboard_alone(open_page: Opening) -> None:
    page = open_page()
    open_colours(page)
    page.get_by_role("button", name="Add a dab in the middle").press("Enter")
    expect(page.get_by_role("button", name=re.compile("Dab 1, .*50% from the left, 50% from the top"))).to_be_visible()
    dab(page, 1).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    expect(page.get_by_role("button", name=re.compile("Dab 1, .*51% from the left, 45% from the top"))).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name=re.compile("Dab 1, .*51% from the left, 50% from the top"))).to_be_visible()
    dab(page, 1).press("Delete")
    expect(page.get_by_text("No dabs yet.")).to_be_visible()


def test_unsaved_dabs_are_asked_about(open_page: Opening) -> None:
    page = open_page()
    open_colours(page)
    tap(page, 0.4, 0.25)
    page.keyboard.press("Escape")
    dialog = page.get_by_role("dialog", name="Leave without using this?")
    dialog.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", level=1, name=ENDED)).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), STATES)
def test_axe_finds_nothing_where_colours_are_dabbed(open_page: Opening, size: str, theme: str) -> None:
    page = open_page(size, theme)
    open_colours(page)
    found = {"empty": faults(page)}
    tap(page, 0.4, 0.25)
    dab(page, 1).click()
    found["a dab"] = faults(page)
    page.get_by_role("button", name="Take a colour from the original").click()
    found["eyedropper"] = faults(page)
    assert {state: lines for state, lines in found.items() if lines} == {}
