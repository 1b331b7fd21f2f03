"""The page sends photos straight to the store of files, and shows what is there; without it, it goes on as ever."""

import time
from collections.abc import Callable, Generator

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.e2e.browser import SIZES, hand_over
from tests.e2e.pictures import faded
from tests.e2e.server import ServerProcess
from tests.faultproxy import FaultProxy, fault_proxy
from tests.seaweedfs import KEY, shared_seaweed

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.exhaustive]


@pytest.fixture(scope="module")
def way() -> Generator[FaultProxy]:
    """The way from browsers to the store."""
    with fault_proxy(("127.0.0.1", shared_seaweed().port)) as made:
        yield made


@pytest.fixture(scope="module")
def server(way: FaultProxy, tmp_path_factory: pytest.TempPathFactory) -> Generator[ServerProcess]:
    store = shared_seaweed()
    running = ServerProcess(
        tmp_path_factory.mktemp("store") / "data",
        STORAGE__URL=f"s3://{store.new_bucket()}/photos", STORAGE__ENDPOINT=store.endpoint,
        STORAGE__PUBLIC_ENDPOINT=f"http://127.0.0.1:{way.port}", STORAGE__ACCESS_KEY=KEY.access_key,
        STORAGE__SECRET_KEY=KEY.secret_key, STORAGE__DIRECT="true", UPLOADS__DECODE_SECONDS=30,
    )  # fmt: skip
    running.start()
    try:
        yield running
    finally:
        running.stop()


Asked = list[tuple[str, str]]
SEEN = "[...document.querySelectorAll('img')].some((one) => one.naturalWidth > 0 && one.src.includes('/api/v1/files'))"


@pytest.fixture
def open_page(server: ServerProcess, way: FaultProxy, browser: Browser) -> Generator[Callable[[], tuple[Page, Asked]]]:
    """A page, and what it asks of whom: the method, and whether it is the store or the server."""
    contexts = []
    trouble: list[str] = []

    def opened() -> tuple[Page, Asked]:
        context = browser.new_context(reduced_motion="reduce", locale="en-GB", **SIZES["desktop"])
        contexts.append(context)
        page, asked = context.new_page(), Asked()

        def note(request: Request) -> None:
            where = "store" if request.url.startswith(f"http://127.0.0.1:{way.port}") else request.url
            asked.append((request.method, where.removeprefix(server.url)))

        page.on("request", note)
        page.on("console", lambda line: trouble.extend([line.text] if "Content Security Policy" in line.text else []))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(server.url)
        return page, asked

    yield opened
    for context in contexts:
        context.close()
    assert trouble == []


def dropped(page: Page, asked: Asked, *wanted: tuple[str, str]) -> None:
    """Drop a photo, and wait until everything that is wanted was asked, and a picture of it is seen."""
    hand_over(page, "drop", [("grandmother.jpg", faded())])
    end = time.monotonic() + 60.0
    while not set(wanted) <= set(asked) and time.monotonic() < end:
        page.wait_for_timeout(100)
    assert set(wanted) <= set(asked), asked
    # Asked from outside, again and again: the page's own rules let nobody wait inside it.
    while not page.evaluate(SEEN) and time.monotonic() < end:
        page.wait_for_timeout(100)
    assert page.evaluate(SEEN)


def test_a_photo_goes_to_the_store_and_its_pictures_come_from_there(
    open_page: Callable[[], tuple[Page, Asked]],
) -> None:
    page, asked = open_page()
    dropped(
        page, asked, ("POST", "/api/v1/uploads"), ("PUT", "store"), ("POST", "/api/v1/uploads/done"), ("GET", "store")
    )
    assert ("POST", "/api/v1/photos") not in asked


@pytest.mark.exhaustive
def test_where_the_browser_cannot_reach_the_store_the_photo_goes_through_the_server(
    open_page: Callable[[], tuple[Page, Asked]], way: FaultProxy
) -> None:
    page, asked = open_page()
    with way.broken(lambda: way.cut(2_000, "up")):
        dropped(page, asked, ("PUT", "store"), ("POST", "/api/v1/photos"), ("GET", "store"))
