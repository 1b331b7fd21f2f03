"""Small things that make a page pleasant: order, ways out, and a word when the server is gone."""

import io
import re
import sqlite3
from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect
from skimage import data

from tests.e2e.browser import SIZES, faults, hand_over
from tests.e2e.conftest import Opening, Server
from tests.e2e.pictures import as_jpeg, faded
from tests.e2e.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.exhaustive]

ENDED = re.compile("Your photo is restored|is already in good shape|We left this photo as it is")


def ended(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name=ENDED)).to_be_visible(timeout=90_000)


class Unattended(ServerProcess):
    """A server beside which nobody works."""

    def command(self) -> list[str]:
        return [*super().command(), "--no-worker"]


@pytest.fixture
def unattended(tmp_path: Path) -> Generator[ServerProcess]:
    server = Unattended(tmp_path / "data", UPLOADS__DECODE_SECONDS=30)
    try:
        yield server.start()
    finally:
        server.close()


def names(page: Page) -> list[str]:
    return [
        link.inner_text()
        for link in page.get_by_role("listitem").get_by_role("link", name=re.compile(r"^\w+\.jpg$")).all()
    ]


def test_a_batch_is_shown_in_the_order_in_which_it_was_dropped(open_page: Opening) -> None:
    page = open_page()
    hand_over(
        page, "drop", [(f"{name}.jpg", faded(160, shade / 50)) for shade, name in enumerate(("cat", "ape", "bee"))]
    )
    done = page.get_by_role("link", name=re.compile(r"\.jpg, (Restored|Already good|Left as it was)"))
    expect(done).to_have_count(3, timeout=90_000)
    assert names(page) == ["cat.jpg", "ape.jpg", "bee.jpg"]
    page.reload()
    expect(done).to_have_count(3)
    assert names(page) == ["cat.jpg", "ape.jpg", "bee.jpg"]


def test_the_name_below_a_picture_leads_to_the_photo(open_page: Opening) -> None:
    page = open_page()
    hand_over(page, "drop", [("cat.jpg", faded(160)), ("ape.jpg", faded(160, 0.02))])
    page.get_by_role("link", name="cat.jpg", exact=True).click()
    page.wait_for_url(re.compile(r"/photos/[^/]+$"))
    expect(page.get_by_text("cat.jpg")).to_be_visible()


def test_a_tile_shows_the_face(open_page: Opening, server: Server) -> None:
    page = open_page()
    wide = Image.new("RGB", (1200, 400), (120, 120, 120))
    wide.paste(Image.fromarray(data.astronaut()).resize((400, 400)), (760, 0))
    hand_over(page, "drop", [("wide.jpg", as_jpeg(wide))])
    ended(page)
    if server.get("/photos")["items"][0]["focus"] is None:
        pytest.skip("no face was found")
    page.get_by_role("link", name="All photos").click()
    picture = page.get_by_role("link", name=re.compile(r"^wide\.jpg, ")).locator("img")
    expect(picture).to_have_css("object-position", re.compile(r"^(?:7[5-9]|[89]\d|100)%"))


def test_escape_leaves_the_corners(open_page: Opening) -> None:
    page = open_page()
    hand_over(page, "drop", [("photo.jpg", faded(320))])
    ended(page)
    photo = page.url
    page.get_by_role("button", name="Adjust the corners").click()
    page.get_by_role("button", name="Top left corner").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_url(photo)
    ended(page)


def test_a_server_that_is_gone_is_told_until_it_is_back(open_page: Opening) -> None:
    page = open_page()
    hand_over(page, "drop", [("photo.jpg", faded(160))])
    ended(page)
    notice = page.get_by_text(
        "Rekindle is not answering. Check that it is still running. This page tries again by itself."
    )
    page.context.set_offline(True)
    page.get_by_role("button", name="Adjust the corners").click()
    page.get_by_role("button", name="Cut out and restore").click()
    expect(notice).to_be_visible()
    page.context.set_offline(False)
    expect(notice).to_be_hidden()


def test_a_photo_that_had_arrived_goes_on_after_a_reload(open_page: Opening, server: Server) -> None:
    page = open_page()

    def swallow(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()

    page.route("**/api/v1/jobs", swallow)
    with page.expect_request(lambda asked: asked.method == "POST" and asked.url.endswith("/jobs")):
        hand_over(page, "drop", [("photo.jpg", faded(160))])
    page.on("dialog", lambda dialog: dialog.accept())
    page.unroute("**/api/v1/jobs")
    page.reload()
    expect(page.get_by_role("link", name=re.compile(r"^photo\.jpg, (Restored|Already good|Left)"))).to_be_visible(
        timeout=90_000
    )
    assert len(server.get("/jobs")["items"]) == 1


def test_versions_say_how_they_were_made(open_page: Opening) -> None:
    page = open_page()
    hand_over(page, "drop", [("photo.jpg", faded(320))])
    ended(page)
    page.get_by_text("Try it differently").click()
    page.get_by_role("radio", name="Strong").check()
    page.get_by_role("radio", name="Twice as large").check()
    page.get_by_role("button", name="Restore again").click()
    expect(page.get_by_role("button", name="Version 2 Strong, 2 × as large")).to_be_visible(timeout=90_000)
    expect(page.get_by_role("button", name="Version 1 Automatic")).to_be_visible()
    assert Image.open(io.BytesIO(faded(320))).size == (320, 320)


def test_a_photo_that_waits_while_nobody_works_says_so(unattended: ServerProcess, browser: Browser) -> None:
    context = browser.new_context(reduced_motion="reduce", locale="en-GB", **SIZES["phone"])
    page = context.new_page()
    page.goto(unattended.url)
    hand_over(page, "drop", [("photo.jpg", faded(160))])
    expect(page.get_by_role("heading", level=1, name="Waiting its turn")).to_be_visible()
    idle = page.get_by_text("No worker seems to be running, so no photo gets its turn.")
    expect(idle).to_be_hidden()
    # That it has waited for long is what shows that nobody is there.
    long_ago = (datetime.now(UTC) - timedelta(minutes=10)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(unattended.folder / "rekindle.db")) as tables, tables:
        tables.execute("UPDATE jobs SET created_at = ?", (long_ago,))
    expect(idle).to_be_visible(timeout=30_000)
    assert faults(page) == []
    page.get_by_role("link", name="All photos").click()
    expect(page.get_by_role("link", name="photo.jpg, Waiting its turn")).to_be_visible()
    expect(idle).to_be_visible()
    context.close()
