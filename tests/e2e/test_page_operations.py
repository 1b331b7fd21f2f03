"""What people make of their photos in the page: other styles, films, several photos in one; and who does it."""

import json
import re
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from skimage import data

from tests.e2e.browser import SIZES, faults, hand_over
from tests.e2e.conftest import Opening, Server
from tests.e2e.pictures import as_jpeg, faded
from tests.e2e.server import ServerProcess, serving
from tests.simulators.upstreams.gemini import GeminiSimulator

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.exhaustive]

EACH_ONCE = [("desktop", "light"), ("phone", "dark")]
"""Each size and each look."""
SECONDS = 90_000
PLACE = "Google Gemini"


def cat() -> bytes:
    """A photo in good shape."""
    return as_jpeg(Image.fromarray(data.chelsea()))


def heading(page: Page, text: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("heading", level=1, name=text)


def dropped(page: Page, name: str = "portrait.jpg", photo: bytes | None = None) -> None:
    """Until a photo is restored, or left as it is."""
    hand_over(page, "drop", [(name, photo or faded())])
    ended = re.compile("Your photo is (restored|straightened)|is already in good shape|We left this photo as it is")
    expect(heading(page, ended)).to_be_visible(timeout=SECONDS)


def begun(page: Page, tile: str) -> Locator:
    """The dialog in which something new is described."""
    page.get_by_role("region", name="Do more with this photo").get_by_role("button", name=tile).click()
    return page.get_by_role("dialog")


def test_a_photo_is_redone_in_a_style_that_is_chosen_from_pictures(open_page: Opening, server: Server) -> None:
    page = open_page()
    dropped(page)
    dialog = begun(page, "Another style")
    dialog.get_by_role("radio", name="Oil paint").check()
    dialog.get_by_role("slider", name="How much").press("ArrowLeft")
    dialog.get_by_role("button", name="Redo it in this style").click()
    expect(heading(page, "Your photo in another style")).to_be_visible(timeout=SECONDS)
    expect(page.get_by_role("slider", name="Move between before and after")).to_be_visible()
    expect(page.get_by_role("region", name="Versions")).to_contain_text("Oil paint")

    job = server.get("/jobs?limit=1")["items"][0]
    assert (job["operation"], job["options"]["style"], job["options"]["amount"]) == ("restyle", "oil", 0.75)
    # It is no pattern for restoring: that begins as ever.
    page.get_by_text("Try it differently").click()
    expect(page.get_by_role("radio", name=re.compile("^Restore Mends"))).to_be_checked()


def test_a_photo_is_enhanced_as_somebody_describes_it(open_page: Opening, server: Server) -> None:
    page = open_page("phone")
    dropped(page)
    dialog = begun(page, "Enhance")
    dialog.get_by_role("radio", name="As I describe it").check()
    dialog.get_by_role("button", name="Enhance it").click()
    expect(dialog.get_by_text("Write a few words about what you want.")).to_be_visible()
    dialog.get_by_label("Describe how it should look").fill("warmer and brighter")
    dialog.get_by_role("button", name="See the whole request").click()
    expect(dialog.get_by_role("status").last).to_contain_text("warmer and brighter")
    dialog.get_by_role("button", name="Enhance it").click()
    expect(heading(page, "Your photo is enhanced")).to_be_visible(timeout=SECONDS)
    assert server.get("/jobs?limit=1")["items"][0]["options"]["prompt"] == "warmer and brighter"


def test_a_photo_takes_its_mood_from_another_one(open_page: Opening, server: Server) -> None:
    page = open_page("phone", "dark")
    hand_over(page, "drop", [("portrait.jpg", faded()), ("cat.jpg", cat())])
    page.get_by_role("link", name=re.compile("^portrait.jpg, (Restored|Ready)")).click(timeout=SECONDS)
    dialog = begun(page, "Enhance")
    dialog.get_by_role("button", name="Choose a photo").click()
    expect(dialog.get_by_role("radio", name="portrait.jpg")).to_be_hidden()
    dialog.get_by_role("radio", name="cat.jpg").check()
    assert faults(page) == []
    dialog.get_by_role("button", name="Enhance it").click()
    expect(heading(page, "Your photo is enhanced")).to_be_visible(timeout=SECONDS)
    job = server.get("/jobs?limit=1")["items"][0]
    assert server.get(f"/photos/{job['options']['moodboard_id']}")["filename"] == "cat.jpg"

    # It is offered again as it was, and can be left out.
    dialog = begun(page, "Enhance")
    expect(dialog.get_by_role("radio", name="cat.jpg")).to_be_checked()
    dialog.get_by_role("button", name="None", exact=True).click()
    expect(dialog.get_by_role("button", name="Choose a photo")).to_be_visible()


def test_a_photo_becomes_a_film_that_plays_and_is_downloaded(open_page: Opening, tmp_path: Path) -> None:
    page = open_page()
    dropped(page)
    dialog = begun(page, "Make it move")
    dialog.get_by_role("slider", name="How long").fill("2")
    dialog.get_by_role("button", name="Make the film").click()
    expect(heading(page, "Your photo moves")).to_be_visible(timeout=SECONDS)
    expect(page.get_by_text("A film of 2 seconds")).to_be_visible()
    film = page.get_by_label("The film of portrait.jpg")
    assert film.get_attribute("controls") is not None
    assert film.get_attribute("poster")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the film").click()
    target = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(target)
    assert target.suffix == ".mp4"
    assert target.read_bytes()[4:8] == b"ftyp"
    page.get_by_role("link", name="All photos").click()
    expect(page.get_by_role("link", name="portrait.jpg, Ready", exact=True)).to_be_visible()


def test_photos_are_chosen_in_the_gallery_and_blended(open_page: Opening, server: Server) -> None:
    page = open_page("phone")
    hand_over(page, "drop", [("one.jpg", faded()), ("two.jpg", faded(shade=0.05))])
    page.get_by_role("button", name="Combine photos").click()
    blend = page.get_by_role("button", name="Blend photos")
    page.get_by_role("checkbox", name="Choose two.jpg").check()
    expect(blend).to_be_disabled()
    page.get_by_role("checkbox", name="Choose one.jpg").check()
    expect(page.get_by_text("2 photos chosen")).to_be_visible()
    blend.click()
    page.get_by_role("dialog").get_by_role("button", name="Blend them").click()
    expect(heading(page, "Your photos are one")).to_be_visible(timeout=SECONDS)
    sources = page.get_by_role("region", name="Made from 2 photos")
    expect(sources.get_by_role("link")).to_have_count(2)
    expect(page.get_by_role("slider", name="Move between before and after")).to_be_hidden()

    job = server.get("/jobs?limit=1")["items"][0]
    names = [server.get(f"/photos/{photo_id}")["filename"] for photo_id in job["photo_ids"]]
    assert names == ["two.jpg", "one.jpg"]


def test_from_a_photo_one_goes_on_to_choose_the_others(open_page: Opening) -> None:
    page = open_page()
    dropped(page)
    page.get_by_role("button", name=re.compile("^Bring people together")).click()
    expect(page.get_by_role("checkbox", name="Choose portrait.jpg")).to_be_checked()
    page.get_by_role("button", name="Done choosing").click()
    expect(page.get_by_role("link", name=re.compile("^portrait.jpg, "), exact=False).first).to_be_visible()


def test_something_new_is_made_with_the_keyboard_alone(open_page: Opening) -> None:
    page = open_page()
    dropped(page)
    tile = page.get_by_role("button", name=re.compile("^Another style"))
    tile.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Storybook").press("ArrowRight")
    expect(dialog.get_by_role("radio", name="Comic")).to_be_checked()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tile).to_be_focused()


@pytest.mark.parametrize(("size", "theme"), EACH_ONCE)
def test_axe_finds_nothing_where_something_new_is_made(open_page: Opening, size: str, theme: str) -> None:
    page = open_page(size, theme)
    dropped(page)
    dialog = begun(page, "Another style")
    found = {"style": faults(page)}
    dialog.get_by_role("button", name="Redo it in this style").click()
    expect(heading(page, "Your photo in another style")).to_be_visible(timeout=SECONDS)
    page.get_by_text("How this was done").click()
    page.get_by_text("Nothing of this photo has left this machine.").wait_for()
    found["story"] = faults(page)
    page.get_by_role("button", name="Report a problem").click()
    found["report"] = faults(page)
    page.keyboard.press("Escape")
    begun(page, "Make it move").get_by_role("slider", name="How long").fill("2")
    found["film to come"] = faults(page)
    page.get_by_role("dialog").get_by_role("button", name="Make the film").click()
    expect(heading(page, "Your photo moves")).to_be_visible(timeout=SECONDS)
    found["film"] = faults(page)
    begun(page, "Enhance")
    found["enhance"] = faults(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Blend photos")).click()
    page.get_by_role("checkbox").first.wait_for()
    found["choosing"] = faults(page)
    assert {state: lines for state, lines in found.items() if lines} == {}


@pytest.fixture(scope="module")
def upstream() -> Generator[GeminiSimulator]:
    with GeminiSimulator() as running:
        yield running


@pytest.fixture(scope="module")
def connected(upstream: GeminiSimulator, tmp_path_factory: pytest.TempPathFactory) -> Generator[ServerProcess]:
    """A server that may send photos to somebody else."""
    place = urlsplit(upstream.url).netloc
    settings = {
        "UPLOADS__DECODE_SECONDS": 30,
        "PROVIDERS__GEMINI__KEY": upstream.key,
        "PROVIDERS__GEMINI__BASE_URL": f"{upstream.url}/v1beta",
        "ROUTING__PRIVATE_PLACES": json.dumps([place]),
        "UNDERSTANDING__PROVIDER": "gemini",
        "UNDERSTANDING__KEY": upstream.key,
        "UNDERSTANDING__BASE_URL": f"{upstream.url}/v1beta",
    }
    with serving(tmp_path_factory.mktemp("connected") / "data", **settings) as server:
        yield server


@pytest.fixture
def visit(connected: ServerProcess, browser: Browser) -> Generator[Page]:
    """The page of that server, without photos."""
    for photo in connected.get("/photos?limit=200")["items"]:
        connected.request("DELETE", f"/api/v1/photos/{photo['id']}")
    context = browser.new_context(reduced_motion="reduce", locale="en-GB", **SIZES["desktop"])
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(connected.url)
    yield page
    context.close()


def test_who_does_it_is_chosen_and_what_left_is_told(visit: Page, upstream: GeminiSimulator) -> None:
    page = visit
    expect(page.get_by_text(f"Photos that you add may be sent to {PLACE}")).to_be_visible()
    page.get_by_role("switch", name="Keep the photos that I add on this machine").check(force=True)
    before = upstream.submissions.total()
    dropped(page, "cat.jpg", cat())
    keep = page.get_by_role("switch", name="Keep this photo on this machine")
    expect(keep).to_be_checked()
    assert upstream.submissions.total() == before

    keep.uncheck(force=True)
    dialog = begun(page, "Another style")
    expect(dialog.get_by_text(f"This may send your photo to {PLACE}.")).to_be_visible()
    expect(dialog.get_by_role("radio", name=re.compile("^This machine Nothing leaves it. Free"))).to_be_visible()
    dialog.get_by_role("radio", name=re.compile(rf"^{PLACE} Leaves this machine\. About \$0")).check()
    expect(dialog.get_by_text(f"This sends your photo to {PLACE}.")).to_be_visible()
    dialog.get_by_label("Optional: Describe how it should look").fill("with a calm sky")
    dialog.get_by_role("button", name="See the whole request").click()
    expect(dialog.get_by_role("status").last).to_contain_text("calm sky")
    assert (upstream.submissions.total(), upstream.words.asked) == (before, [])
    dialog.get_by_role("switch", name="Have my words put better").check(force=True)
    dialog.get_by_role("button", name="See the whole request").click()
    expect(dialog.get_by_role("status").last).to_contain_text(upstream.words.prompt)
    expect(dialog.get_by_text(f"Put into words by {PLACE}.")).to_be_visible()
    assert faults(page) == []
    dialog.get_by_role("button", name="Redo it in this style").click()

    expect(heading(page, "Your photo in another style")).to_be_visible(timeout=SECONDS)
    assert upstream.submissions.total() == before + 1
    assert upstream.submissions[upstream.words.prompt] == 1
    assert len(upstream.words.asked) == 1
    expect(page.get_by_text(f"Made by {PLACE}")).to_be_visible()
    expect(page.get_by_text("Generated: details may be made up")).to_be_visible()
    expect(page.get_by_text("SynthID").first).to_be_visible()
    page.get_by_text("How this was done").click()
    expect(page.get_by_text(re.compile(rf"KB to {PLACE}")).first).to_be_visible()
    expect(page.get_by_text(re.compile("^worked, ")).first).to_be_visible()
    expect(page.get_by_text(upstream.words.prompt)).to_be_visible()
    assert faults(page) == []


def test_a_photo_that_stays_is_offered_to_nobody(visit: Page, upstream: GeminiSimulator) -> None:
    page = visit
    dropped(page, "cat.jpg", cat())
    before = upstream.submissions.total()
    page.get_by_role("switch", name="Keep this photo on this machine").check(force=True)
    dialog = begun(page, "Another style")
    expect(dialog.get_by_text("Nothing leaves this machine.")).to_be_visible()
    expect(dialog.get_by_role("radio", name=PLACE)).to_be_hidden()
    dialog.get_by_role("button", name="Redo it in this style").click()
    expect(heading(page, "Your photo in another style")).to_be_visible(timeout=SECONDS)
    expect(page.get_by_text("Made on this machine")).to_be_visible()
    assert upstream.submissions.total() == before


def test_a_problem_is_reported(visit: Page, connected: ServerProcess) -> None:
    page = visit
    dropped(page)
    page.get_by_role("button", name="Report a problem").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Something else").check()
    dialog.get_by_label("Optional: Say more about it").fill("The hat is gone.")
    dialog.get_by_role("button", name="Send the report").click()
    expect(dialog.get_by_text("Thank you. Your report has been taken in.")).to_be_visible()
