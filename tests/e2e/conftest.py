"""A real server on a port of its own, and a real browser that looks at it."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from rekindle.server.pages import FOLDER
from tests.e2e.browser import ARGUMENTS, SIZES, chromium

ADDRESS = re.compile(r"Rekindle is at (http://\S+)")
SECONDS_TO_START = 60

expect.set_options(timeout=20_000)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs in a process of its own."""

    url: str
    folder: Path

    def get(self, path: str) -> Any:
        """The JSON that the API answers under `/api/v1`."""
        return httpx2.get(f"{self.url}/api/v1{path}", timeout=10).raise_for_status().json()

    def clear(self) -> None:
        """Delete all photos."""
        for photo in self.get("/photos?limit=200")["items"]:
            httpx2.delete(f"{self.url}/api/v1/photos/{photo['id']}", timeout=10).raise_for_status()


def address_of(process: subprocess.Popen[str]) -> str:
    """The address that a starting server prints. Its output is read to the end, so that it never waits for a reader."""
    assert process.stdout is not None
    lines: list[str] = []
    found: list[str] = []

    def read() -> None:
        for line in process.stdout or ():
            lines.append(line)
            if match := ADDRESS.search(line):
                found.append(match[1])

    threading.Thread(target=read, daemon=True).start()
    end = time.monotonic() + SECONDS_TO_START
    while not found and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    assert found, f"The server did not start: {''.join(lines)}"
    return found[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """A server with an empty data folder."""
    folder = tmp_path_factory.mktemp("data")
    environment = {
        **os.environ,
        "REKINDLE_DATA_FOLDER": str(folder),
        # A busy test machine is no reason to refuse a photo.
        "REKINDLE_UPLOADS__DECODE_SECONDS": "30",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "rekindle", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield Server(address_of(process), folder)
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """Module scope on purpose: Playwright keeps an event loop, in which tests of other modules could not run theirs."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium here: install it, or name it in REKINDLE_CHROMIUM")
    if not (FOLDER / "index.html").is_file():
        pytest.skip("the page is not built: `make run` and `make test` build it")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield running
        running.close()


Opening = Callable[..., Page]


@pytest.fixture
def open_page(server: Server, browser: Browser) -> Generator[Opening]:
    """Opens the page of a server without photos. No script may fail, and nothing may be asked of another machine."""
    server.clear()
    contexts = []
    trouble: list[str] = []
    here = (server.url, f"blob:{server.url}")

    def opened(size: str = "desktop", theme: str = "light", path: str = "/") -> Page:
        context = browser.new_context(color_scheme=theme, reduced_motion="reduce", locale="en-GB", **SIZES[size])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda line: trouble.extend([line.text] if "Content Security Policy" in line.text else []))
        page.on("request", lambda asked: trouble.extend([] if asked.url.startswith(here) else [asked.url]))
        page.goto(server.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert trouble == []
