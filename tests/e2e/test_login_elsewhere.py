"""Logging in elsewhere, with a real browser at a real issuer: a code comes back, and the page knows who is there."""

import json
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.server import API, ServerProcess, serving
from tests.factories import faded, jpeg

pytestmark = [
    pytest.mark.browser,
    pytest.mark.exhaustive,
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),
]

ADA = oidc_provider_mock.User(sub="ada", claims={"email": "ada@example.org", "email_verified": True})
EVE = oidc_provider_mock.User(sub="eve", claims={"email": "eve@example.org", "email_verified": False})
KEPT_BY_SCRIPTS = "() => [document.cookie, localStorage.length, sessionStorage.length, location.pathname]"


@dataclass(frozen=True, slots=True)
class Place:
    """A server with accounts, and the issuer that it trusts."""

    server: ServerProcess
    issuer: str

    def me(self, page: Page) -> dict[str, Any]:
        """What the page is told about who is there."""
        return page.evaluate("async () => (await fetch('/api/v1/me')).json()")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    with pytest.MonkeyPatch.context() as patch:
        # The issuer refuses to work without TLS otherwise, on the loopback interface, too.
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        with oidc_provider_mock.run_server_in_thread(require_nonce=True, user_claims=[ADA, EVE]) as there:
            issuer = f"http://localhost:{there.server_port}"
            chosen = {"name": "mock", "title": "Mock", "issuer": issuer, "client_id": "rekindle", "client_secret": "us"}
            folder = tmp_path_factory.mktemp("data")
            with serving(folder, ACCOUNTS__ENABLED="true", ACCOUNTS__ISSUERS=json.dumps([chosen])) as server:
                yield Place(server, issuer)


@pytest.fixture
def context(browser: Browser) -> Generator[BrowserContext]:
    made = browser.new_context()
    made.set_default_timeout(30_000)
    yield made
    made.close()


def go_to_the_issuer(place: Place, page: Page) -> None:
    page.goto(f"{place.server.url}{API}/logins/mock")
    page.wait_for_url(f"{place.issuer}/**")


def test_who_logs_in_at_an_issuer_is_known_to_the_page(place: Place, context: BrowserContext) -> None:
    page = context.new_page()
    go_to_the_issuer(place, page)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    page.get_by_role("button", name="ada").click()
    page.wait_for_url(f"{place.server.url}/**")
    user = place.me(page)["user"]
    assert (user["role"], user["email"], user["verified"]) == ("user", "ada@example.org", True)
    # Nothing that lets anybody in is within reach of scripts, or left in the address.
    assert page.evaluate(KEPT_BY_SCRIPTS)[0] == ""
    for secret in ("code=", "state=", "rs_"):
        assert secret not in page.url
    cookies = {cookie["name"]: cookie for cookie in context.cookies(place.server.url)}
    assert cookies["rekindle_session"]["httpOnly"]
    assert cookies["rekindle_session"]["sameSite"] == "Lax"
    assert "rekindle_login" not in cookies


def test_a_guest_keeps_what_was_uploaded(place: Place, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(place.server.url)
    guest = page.evaluate("async () => (await fetch('/api/v1/guests', {method: 'POST'})).json()")
    headers = {"Content-Type": "image/jpeg", "X-Filename": "photo.jpg"}
    photo = context.request.post(f"{place.server.url}{API}/photos", data=jpeg(faded(64, 48)), headers=headers).json()
    go_to_the_issuer(place, page)
    page.locator("input[name=sub]").fill("grace")
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{place.server.url}/**")
    user = place.me(page)["user"]
    assert (user["id"], user["role"], user["email"]) == (guest["id"], "user", None)
    photos = page.evaluate("async () => (await fetch('/api/v1/photos')).json()")
    assert [each["id"] for each in photos["items"]] == [photo["id"]]


def test_who_says_no_stays_outside(place: Place, context: BrowserContext) -> None:
    page = context.new_page()
    go_to_the_issuer(place, page)
    page.get_by_role("button", name="Deny").click()
    page.wait_for_url(f"{place.server.url}/**")
    assert urlsplit(page.url).fragment == "/login/login_failed"
    assert place.me(page)["user"] is None


def test_an_address_that_the_issuer_has_not_proven_is_not_taken_over(place: Place, context: BrowserContext) -> None:
    page = context.new_page()
    go_to_the_issuer(place, page)
    page.get_by_role("button", name="eve").click()
    page.wait_for_url(f"{place.server.url}/**")
    user = place.me(page)["user"]
    assert (user["role"], user["email"], user["verified"]) == ("user", None, False)
