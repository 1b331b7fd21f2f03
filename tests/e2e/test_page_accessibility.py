"""Each state of the page, in both looks and at both sizes, as axe sees it, and by keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import faults, hand_over
from tests.e2e.conftest import Opening
from tests.e2e.pictures import cut_short, faded

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.exhaustive]

STATES = [("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark")]
EACH_ONCE = [("desktop", "light"), ("phone", "dark")]
"""Each size and each look, where the first test has seen all four."""


def restored(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name="Your photo is restored")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize(("size", "theme"), STATES)
def test_axe_finds_nothing_from_the_first_look_to_the_download(open_page: Opening, size: str, theme: str) -> None:
    page = open_page(size, theme)
    page.get_by_role("button", name="Choose photos").wait_for()
    found = {"empty": faults(page)}
    hand_over(page, "drop", [("large.jpg", faded(1600))])
    page.get_by_role("button", name="Stop").wait_for()
    found["restoring"] = faults(page)
    restored(page)
    found["compare"] = faults(page)
    page.get_by_text("Side by side", exact=True).click()
    found["side by side"] = faults(page)
    page.get_by_text("Try it differently").click()
    found["options"] = faults(page)
    page.get_by_role("button", name="Other formats").click()
    page.get_by_role("dialog").get_by_role("radio", name="TIFF").check()
    found["download"] = faults(page)
    assert {state: lines for state, lines in found.items() if lines} == {}


@pytest.mark.parametrize(("size", "theme"), EACH_ONCE)
def test_axe_finds_nothing_in_corners_gallery_and_errors(open_page: Opening, size: str, theme: str) -> None:
    page = open_page(size, theme)
    hand_over(page, "drop", [("print.jpg", faded())])
    restored(page)
    page.get_by_role("button", name="Adjust the corners").click()
    page.get_by_role("button", name="Top left corner").press("ArrowRight")
    found = {"corners": faults(page)}
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("link", name="All photos").click()
    page.get_by_role("link", name="print.jpg, Restored", exact=True).wait_for()
    hand_over(page, "drop", [("broken.jpg", cut_short())])
    page.get_by_role("alert").wait_for()
    found["gallery with an error"] = faults(page)
    page.goto(page.url + "nothing")
    page.get_by_role("heading", name="There is nothing here").wait_for()
    found["not found"] = faults(page)
    assert {state: lines for state, lines in found.items() if lines} == {}


def test_the_first_key_leads_past_the_header(open_page: Opening) -> None:
    page = open_page()
    page.get_by_role("heading", level=1).wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the photos")).to_be_focused()


def test_a_dialog_gives_the_focus_back(open_page: Opening) -> None:
    page = open_page()
    hand_over(page, "drop", [("photo.jpg", faded())])
    restored(page)
    button = page.get_by_role("button", name="Other formats")
    button.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_new_page_takes_the_focus_to_its_heading(open_page: Opening) -> None:
    page = open_page()
    hand_over(page, "drop", [("photo.jpg", faded())])
    restored(page)
    page.get_by_role("link", name="All photos").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Your photos")).to_be_focused()
