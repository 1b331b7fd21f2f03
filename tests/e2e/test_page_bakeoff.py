"""Several do the same to a photo: who is chosen with the price before, results are looked at, and the best is kept."""

import json
import re
from collections.abc import Generator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browser import SIZES, faults, hand_over
from tests.e2e.pictures import faded
from tests.e2e.server import ServerProcess, serving
from tests.simulators.upstreams.gemini import GeminiSimulator
from tests.simulators.upstreams.openai import OpenAiSimulator

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.exhaustive]

SECONDS = 90_000
HERE, LITE, FLARE = "This machine", "gemini-3.1-flash-lite-image", "gpt-image-2.5-flare"
NAMES = re.compile(f"Google|OpenAI|{HERE}|{LITE}|{FLARE}")


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Generator[ServerProcess]:
    """A server with two services elsewhere. Whatever is dropped is looked at on its own machine."""
    with GeminiSimulator() as gemini, OpenAiSimulator() as openai:
        places = [urlsplit(each.url).netloc for each in (gemini, openai)]
        settings = {
            "UPLOADS__DECODE_SECONDS": 30,
            "PROVIDERS__GEMINI__KEY": gemini.key,
            "PROVIDERS__GEMINI__BASE_URL": f"{gemini.url}/v1beta",
            "PROVIDERS__OPENAI__KEY": openai.key,
            "PROVIDERS__OPENAI__BASE_URL": f"{openai.url}/v1",
            "ROUTING__PRIVATE_PLACES": json.dumps(places),
            "ROUTING__PREFER_EMBEDDED": json.dumps(["free", "paid", "premium"]),
        }
        with serving(tmp_path_factory.mktemp("connected") / "data", **settings) as server:
            yield server


def opened(connected: ServerProcess, browser: Browser, size: str, theme: str = "light") -> Page:
    context = browser.new_context(color_scheme=theme, reduced_motion="reduce", locale="en-GB", **SIZES[size])
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(connected.url)
    return page


@pytest.fixture(autouse=True)
def nothing_there(connected: ServerProcess) -> None:
    for photo in connected.get("/photos?limit=200")["items"]:
        connected.request("DELETE", f"/api/v1/photos/{photo['id']}")
    connected.request("DELETE", "/api/v1/account/favourites")


def heading(page: Page, text: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("heading", level=1, name=text)


def comparing(page: Page) -> None:
    """A photo is there, and it is chosen to have several do the same to it."""
    hand_over(page, "drop", [("portrait.jpg", faded())])
    expect(heading(page, re.compile("Your photo is (restored|straightened)"))).to_be_visible(timeout=SECONDS)
    page.get_by_role("button", name="Compare several").click()
    expect(heading(page, "Compare several")).to_be_visible()


def candidate(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=re.compile(f"^{name} Nothing" if name == HERE else f" {name} "))


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("phone", "dark")])
def test_several_do_the_same_and_the_best_is_kept(
    connected: ServerProcess, browser: Browser, size: str, theme: str
) -> None:
    page = opened(connected, browser, size, theme)
    comparing(page)
    start = page.get_by_role("button", name=re.compile("^Start"))
    expect(start).to_be_disabled()
    expect(page.get_by_text("Choose two to 6.")).to_be_visible()
    candidate(page, HERE).check()
    expect(start).to_be_disabled()
    expect(page.get_by_text("Nothing leaves this machine.", exact=True)).to_be_visible()
    candidate(page, LITE).check()
    candidate(page, FLARE).check()
    expect(page.get_by_text("3 of 6 chosen")).to_be_visible()
    expect(page.get_by_text("This sends your photo to Google Gemini and OpenAI.")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Start all 3").click()

    expect(heading(page, "Which one is the best?")).to_be_visible(timeout=SECONDS)
    for letter in "ABC":
        expect(page.get_by_alt_text(f"Result {letter} of portrait.jpg")).to_be_attached()
    rows = page.get_by_role("list", name="The results")
    expect(rows).to_contain_text(LITE)
    if size == "desktop":
        page.get_by_role("button", name="Zoom in").click()
        places = {page.get_by_alt_text(f"Result {each} of portrait.jpg").get_attribute("style") for each in "ABC"}
        assert len(places) == 1
    page.get_by_role("button", name="Show before").click()
    expect(page.get_by_alt_text("portrait.jpg, as it was")).to_have_count(3)
    page.get_by_role("button", name="Show before").click()
    assert faults(page) == []

    page.get_by_role("button", name="C is the best").click()
    expect(heading(page, re.compile("^You chose"))).to_be_visible()
    (favourite,) = connected.get("/account/favourites")["items"]
    photo = connected.get("/photos")["items"][0]
    chosen = connected.get(f"/bakeoffs?photo_id={photo['id']}")["items"][0]
    assert favourite["model"] == chosen["jobs"][2]["model"]
    assert photo["chosen_rendition_id"] == chosen["jobs"][2]["job"]["result"]["rendition_id"]
    page.get_by_role("button", name="Go to the photo").click()
    shown = page.get_by_role("region", name="Versions").locator("[aria-pressed=true]")
    expect(shown).to_have_count(1)
    # Whoever comes back another day finds the favourite, be it the newest or not.
    version = shown.text_content() or ""
    page.reload()
    expect(shown).to_have_text(version)


@pytest.mark.parametrize(("size", "theme"), [("desktop", "dark"), ("phone", "light")])
def test_blind_nobody_is_named_before_the_choice(
    connected: ServerProcess, browser: Browser, size: str, theme: str
) -> None:
    page = opened(connected, browser, size, theme)
    comparing(page)
    page.get_by_label("What shall be done").select_option("Another style")
    page.get_by_role("radio", name="Oil paint").check()
    candidate(page, LITE).check()
    candidate(page, FLARE).check()
    page.get_by_role("switch", name="Look without knowing who made what").check(force=True)
    page.get_by_role("button", name="Start all 2").click()
    expect(heading(page, "Which one is the best?")).to_be_visible(timeout=SECONDS)
    main = page.get_by_role("main")
    expect(main).not_to_contain_text(NAMES)
    expect(page.get_by_text("Who made it is a secret until you choose")).to_have_count(2)
    page.get_by_role("button", name="B is the best").click()
    expect(heading(page, re.compile(f"^You chose .*({LITE}|{FLARE})"))).to_be_visible()
    expect(main).to_contain_text(LITE)
    expect(main).to_contain_text(FLARE)
    # It is found again, and another one may be chosen.
    page.get_by_role("button", name="Compare again").click()
    first = page.get_by_role("region", name="Asked first")
    expect(first).to_be_hidden()
    page.get_by_label("What shall be done").select_option("Another style")
    expect(first).to_contain_text("image")
    page.get_by_role("button", name="Forget this choice").click()
    expect(first).to_be_hidden()
    assert connected.get("/account/favourites")["items"] == []
    page.get_by_role("link", name=re.compile("^Comparison of")).click()
    page.get_by_role("button", name="A is the best").click()
    expect(page.get_by_text("Your choice")).to_have_count(1)
    # Or none of them after all, and then nobody is asked first.
    page.get_by_role("button", name="None of them is better").click()
    expect(heading(page, "None of them was better")).to_be_visible()
    expect(page.get_by_text("Your choice")).to_have_count(0)
    assert faults(page) == []
    assert connected.get("/account/favourites")["items"] == []
    page.get_by_role("button", name="Compare again").click()
    expect(page.get_by_role("link", name=re.compile("^Comparison of"))).to_contain_text("None of them was better")


def test_for_a_photo_that_stays_here_nobody_elsewhere_can_be_chosen(connected: ServerProcess, browser: Browser) -> None:
    page = opened(connected, browser, "desktop")
    comparing(page)
    photo = connected.get("/photos")["items"][0]
    body = json.dumps({"local_only": True}).encode()
    connected.request("PATCH", f"/api/v1/photos/{photo['id']}", body, {"Content-Type": "application/json"})
    page.reload()
    expect(candidate(page, HERE)).to_be_enabled()
    expect(candidate(page, LITE)).to_be_disabled()
    expect(page.get_by_text("There are not two here who could do this with this photo.")).to_be_visible()
