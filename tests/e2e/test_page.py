"""What a person does with the page, from the first drop to the download."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import hand_over
from tests.e2e.conftest import Opening, Server
from tests.e2e.pictures import as_jpeg, cut_short, faded, print_on_a_table

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RESTORED = "Your photo is restored"


def heading(page: Page, text: str) -> Locator:
    return page.get_by_role("heading", level=1, name=text)


def wait_for_the_end(page: Page) -> None:
    """Until a photo is restored, or left as it is: what is better for a photo is not for these tests to say."""
    ended = re.compile("Your photo is (restored|straightened)|is already in good shape|We left this photo as it is")
    expect(page.get_by_role("heading", level=1, name=ended)).to_be_visible(timeout=60_000)


def drop_and_wait(page: Page) -> None:
    hand_over(page, "drop", [("grandmother.jpg", faded())])
    expect(heading(page, RESTORED)).to_be_visible(timeout=60_000)


def downloaded(page: Page, link: Locator, folder: Path) -> Image.Image:
    with page.expect_download() as waiting:
        link.click()
    target = folder / waiting.value.suggested_filename
    waiting.value.save_as(target)
    return Image.open(target)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_dropped_photo_is_restored_compared_and_downloaded(open_page: Opening, size: str, tmp_path: Path) -> None:
    page = open_page(size)
    expect(heading(page, "Bring an old photo back")).to_be_visible()
    drop_and_wait(page)

    divider = page.get_by_role("slider", name="Move between before and after")
    expect(divider).to_have_attribute("aria-valuenow", "50")
    divider.press("ArrowLeft")
    expect(divider).to_have_attribute("aria-valuenow", "48")
    expect(page.get_by_alt_text("grandmother.jpg before")).to_be_visible()
    expect(page.get_by_alt_text("grandmother.jpg after")).to_be_visible()
    page.get_by_text("Side by side", exact=True).click()
    expect(divider).to_be_hidden()

    picture = downloaded(page, page.get_by_role("link", name="Download as JPEG"), tmp_path)
    assert (picture.format, picture.size) == ("JPEG", (640, 640))


@pytest.mark.exhaustive
def test_both_sides_show_the_same_spot_at_any_zoom(open_page: Opening) -> None:
    page = open_page()
    drop_and_wait(page)
    page.get_by_text("Side by side", exact=True).click()
    for _ in range(3):
        page.get_by_role("button", name="Zoom in").click()
    before = page.get_by_alt_text("grandmother.jpg before")
    after = page.get_by_alt_text("grandmother.jpg after")
    place = before.evaluate("image => image.style.transform")
    assert place == after.evaluate("image => image.style.transform")
    page.get_by_role("group", name="Before and after").press("ArrowRight")
    assert before.evaluate("image => image.style.transform") != place
    assert before.evaluate("image => image.style.transform") == after.evaluate("image => image.style.transform")


@pytest.mark.exhaustive
def test_the_original_is_seen_while_the_button_is_held(open_page: Opening) -> None:
    page = open_page()
    drop_and_wait(page)
    hold = page.get_by_role("button", name="Hold to see the original")
    hold.hover()
    page.mouse.down()
    expect(hold).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("slider")).to_be_hidden()
    page.mouse.up()
    expect(page.get_by_role("slider")).to_be_visible()


def test_another_format_can_be_downloaded(open_page: Opening, tmp_path: Path) -> None:
    page = open_page()
    drop_and_wait(page)
    page.get_by_role("button", name="Other formats").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="PNG").check()
    dialog.get_by_role("radio", name="Leave out everything").check()
    picture = downloaded(page, dialog.get_by_role("link", name="Download as PNG"), tmp_path)
    assert picture.format == "PNG"
    expect(dialog).to_be_hidden()


@pytest.mark.exhaustive
def test_a_pasted_picture_is_restored(open_page: Opening) -> None:
    page = open_page()
    hand_over(page, "paste", [("image.png", faded())])
    expect(heading(page, RESTORED)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Pasted picture.png")).to_be_visible()


def test_what_was_found_and_done_is_told_in_words(open_page: Opening) -> None:
    page = open_page()
    drop_and_wait(page)
    found = page.get_by_role("region", name="What we found")
    expect(found.get_by_role("listitem").first).to_be_visible()
    expect(page.get_by_role("region", name="What we did").get_by_role("listitem").first).to_be_visible()
    expect(page.get_by_role("region", name="Why this result")).to_be_visible()


@pytest.mark.exhaustive
def test_what_was_done_comes_before_what_more_can_be_done(open_page: Opening) -> None:
    page = open_page()
    drop_and_wait(page)
    titles = page.get_by_role("heading", level=2).all_inner_texts()
    told = ["What was mended", "What we found", "What we did", "Why this result", "Do more with this photo"]
    assert [title for title in titles if title in told] == told


@pytest.mark.exhaustive
def test_what_this_machine_did_alone_is_told_in_plain_words(open_page: Opening) -> None:
    page = open_page()
    drop_and_wait(page)
    page.get_by_text("How this was done").click()
    expect(page.get_by_text("Nothing of this photo has left this machine.")).to_be_visible()
    expect(page.get_by_text(re.compile("^This machine did it by itself, in about"))).to_be_visible()
    expect(page.get_by_text("It cost nothing.")).to_be_visible()
    for jargon in ("Who was considered", "What was tried", "quality 0"):
        expect(page.get_by_text(jargon)).to_be_hidden()


@pytest.mark.exhaustive
def test_nobody_is_asked_for_words_that_nobody_reads(open_page: Opening) -> None:
    page = open_page()
    drop_and_wait(page)
    page.get_by_text("Try it differently").click()
    expect(page.get_by_role("button", name="Restore again")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Enhance")).click()
    dialog = page.get_by_role("dialog")
    words = dialog.get_by_role("textbox")
    expect(words).to_have_count(0)
    # Of a mood, and of a description, this machine understands plain words.
    for wanted in ("Mood", "As I describe it"):
        dialog.get_by_role("radio", name=wanted).check()
        expect(words).to_have_count(1)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("size", "density"), [("desktop", 1), ("phone", 2)])
def test_full_size_is_a_pixel_of_the_photo_for_each_of_the_screen(open_page: Opening, size: str, density: int) -> None:
    page = open_page(size)
    drop_and_wait(page)
    after = page.get_by_alt_text("grandmother.jpg after")
    scale = page.locator("output")
    expect(scale).to_have_text("Fit")
    fitted = after.evaluate("image => image.offsetWidth")
    page.get_by_role("button", name="Show at full size").click()
    expect(scale).to_have_text("100%")
    assert after.evaluate("image => image.offsetWidth") == pytest.approx(640 / density, abs=1)
    viewer = page.get_by_role("group", name="Before and after")
    viewer.press("0")
    expect(scale).to_have_text("Fit")
    assert after.evaluate("image => image.offsetWidth") == fitted
    viewer.press("+")
    expect(scale).to_have_text(f"{round(fitted * density / 640 * 150)}%")
    viewer.press("1")
    expect(scale).to_have_text("100%")


def test_the_corners_are_set_with_the_keyboard(open_page: Opening, server: Server) -> None:
    page = open_page()
    hand_over(page, "drop", [("print.jpg", print_on_a_table())])
    wait_for_the_end(page)
    photo = server.get("/photos")["items"][0]
    before = photo["corners"]["corners"]
    page.get_by_role("button", name="Adjust the corners").press("Enter")
    corner = page.get_by_role("button", name="Bottom right corner")
    corner.focus()
    for _ in range(3):
        corner.press("Shift+ArrowLeft")
    edge = page.get_by_role("button", name="Top edge")
    edge.focus()
    edge.press("Shift+ArrowDown")
    page.get_by_role("button", name="Cut out and restore").press("Enter")
    page.wait_for_url(f"{server.url}/photos/{photo['id']}")
    wait_for_the_end(page)

    corners = server.get(f"/photos/{photo['id']}/corners")
    assert corners["source"] == "user"
    top_left, top_right, bottom_right, _ = corners["corners"]
    assert bottom_right["x"] < before[2]["x"]
    assert top_left["y"] > before[0]["y"]
    assert top_right["y"] > before[1]["y"]


@pytest.mark.exhaustive
def test_a_corner_is_dragged_with_the_mouse(open_page: Opening, server: Server) -> None:
    page = open_page()
    drop_and_wait(page)
    page.get_by_role("button", name="Adjust the corners").click()
    page.get_by_role("button", name="Use the whole picture").click()
    box = page.get_by_role("button", name="Top left corner").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    page.mouse.move(box["x"] + 22, box["y"] + 22)
    page.mouse.down()
    page.mouse.move(box["x"] + 122, box["y"] + 72, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Cut out and restore").click()
    page.wait_for_url(re.compile(r"/photos/[^/]+$"))
    corner = server.get("/photos")["items"][0]["corners"]["corners"][0]
    picture = 844 - 56
    assert corner["x"] == pytest.approx(100 / picture, abs=0.02)
    assert corner["y"] == pytest.approx(50 / picture, abs=0.02)


@pytest.mark.exhaustive
def test_a_new_try_is_a_new_version(open_page: Opening) -> None:
    page = open_page()
    drop_and_wait(page)
    page.get_by_text("Try it differently").click()
    page.get_by_role("radio", name="Twice as large").check()
    page.get_by_role("button", name="Restore again").click()
    expect(page.get_by_text("1280 × 1280 pixels")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Version 1").click()
    expect(page.get_by_text("640 × 640 pixels")).to_be_visible()


def test_work_can_be_stopped_and_started_again(open_page: Opening) -> None:
    page = open_page()
    hand_over(page, "drop", [("large.jpg", faded(2000))])
    page.get_by_role("heading", name=re.compile("Restoring your photo|Waiting its turn")).wait_for()
    page.get_by_role("button", name="Stop").click()
    expect(heading(page, "You stopped the restoration")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(heading(page, RESTORED)).to_be_visible(timeout=90_000)


def test_the_gallery_is_there_after_a_reload_until_a_photo_is_deleted(open_page: Opening, server: Server) -> None:
    page = open_page()
    drop_and_wait(page)
    page.get_by_role("link", name="All photos").click()
    tile = page.get_by_role("link", name="grandmother.jpg, Restored", exact=True)
    expect(tile).to_be_visible()
    page.reload()
    expect(tile).to_be_visible()
    tile.click()
    page.get_by_role("button", name="Delete photo").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(heading(page, "Bring an old photo back")).to_be_visible()
    assert server.get("/photos")["items"] == []


def test_many_photos_go_through_together_and_a_broken_one_tells_why(open_page: Opening) -> None:
    page = open_page()
    good = [(f"album-{number:02}.jpg", faded(160, number / 200)) for number in range(19)]
    hand_over(page, "drop", [*good, ("broken.jpg", cut_short())])
    expect(page.get_by_text(re.compile(r"of \d+ photos ready"))).to_be_visible()
    done = page.get_by_role("link", name=re.compile(r"album-\d\d\.jpg, (Restored|Already good|Left as it was)"))
    expect(done).to_have_count(19, timeout=120_000)
    note = page.get_by_role("alert")
    expect(note).to_contain_text("broken.jpg")
    expect(note).to_contain_text("cannot be read")
    note.get_by_role("button", name="Clear these messages").click()
    expect(note).to_be_hidden()


def test_a_file_that_is_no_photo_tells_why_and_what_to_do(open_page: Opening) -> None:
    page = open_page()
    hand_over(page, "drop", [("letter.jpg", b"Dear grandmother, " * 50)])
    expect(page.get_by_role("alert")).to_contain_text("Choose a JPEG, PNG, WebP, HEIC, AVIF or TIFF file")
    expect(page.get_by_role("alert").get_by_role("button", name="Choose another photo")).to_be_visible()


def test_a_good_photo_is_left_as_it_is_or_gets_better(open_page: Opening) -> None:
    page = open_page()
    grey = as_jpeg(Image.linear_gradient("L").convert("RGB"), quality=98)
    hand_over(page, "drop", [("gradient.jpg", grey)])
    wait_for_the_end(page)
    expect(page.get_by_role("link", name=re.compile("^Download"))).not_to_have_count(0)


@pytest.mark.exhaustive
def test_the_chosen_look_stays_after_a_reload(open_page: Opening) -> None:
    page = open_page(theme="light")
    page.get_by_role("button", name="Switch to the dark look").click()
    page.reload()
    expect(page.get_by_role("button", name="Switch to the light look")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 22, 22)"


@pytest.mark.exhaustive
def test_an_address_without_a_photo_leads_back(open_page: Opening) -> None:
    page = open_page(path="/photos/00000000-0000-7000-8000-000000000000")
    expect(heading(page, "There is nothing here")).to_be_visible()
    page.get_by_role("link", name="Go to your photos").click()
    expect(heading(page, "Bring an old photo back")).to_be_visible()


def test_the_download_keeps_the_picture_apart_from_its_marks(open_page: Opening, tmp_path: Path) -> None:
    """The quick download of a tile gives the restored photo, not the original."""
    page = open_page()
    drop_and_wait(page)
    page.get_by_role("link", name="All photos").click()
    picture = downloaded(page, page.get_by_role("link", name="Download grandmother.jpg, restored"), tmp_path)
    original = Image.open(io.BytesIO(faded()))
    assert picture.size == original.size
    assert picture.convert("L").getextrema()[0] < original.convert("L").getextrema()[0]
