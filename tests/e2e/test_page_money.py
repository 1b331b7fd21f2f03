"""What people do with accounts and credits in the page of a service for many. The payment company is simulated."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import oidc_provider_mock
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect

from tests.e2e.browser import SIZES, faults, hand_over
from tests.e2e.conftest import ADDRESS, SECONDS_TO_START, Opening, Server
from tests.e2e.pictures import faded
from tests.simulators.stripe.server import KEY, SECRET, StripeSimulator

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.exhaustive,
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),
]

SECONDS_FOR_MAIL = 20.0
ADA = oidc_provider_mock.User(sub="ada", claims={"email": "ada@example.org", "email_verified": True})
PASSWORD = "seven quiet herons"
LOOKS = [("desktop", "light"), ("phone", "dark")]
"""Each size and each look once."""
SETTINGS = {
    "REKINDLE_ACCOUNTS__ENABLED": "true",
    # All of these tests come from one address.
    "REKINDLE_LIMITS__ENABLED": "false",
    "REKINDLE_UPLOADS__DECODE_SECONDS": "30",
    "REKINDLE_BILLING__SECRET_KEY": KEY,
    "REKINDLE_BILLING__WEBHOOK_SECRET": SECRET,
    "PYTHONUNBUFFERED": "1",
}


@dataclass(frozen=True, slots=True)
class Service:
    """A server with accounts, and its log, in which mails are. `others` are the addresses of the payment company and of
    the service that people can sign in with.
    """

    url: str
    others: tuple[str, ...]
    log: Path

    def link_to(self, email: str, page: str) -> str:
        """The newest link to a page that was mailed to an address."""
        mail = re.compile(rf"To: {re.escape(email)}$(?:\n.*\|.*)*?({re.escape(self.url)}/#/{page}/\S+)", re.MULTILINE)
        deadline = time.monotonic() + SECONDS_FOR_MAIL
        while not (found := mail.findall(self.log.read_text())):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)
        return found[-1]


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def issuer() -> Generator[str]:
    """Another service that people can sign in with."""
    with pytest.MonkeyPatch.context() as patch:
        # It refuses to work without TLS otherwise, on the loopback interface, too.
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        with oidc_provider_mock.run_server_in_thread(require_nonce=True, user_claims=[ADA]) as running:
            yield f"http://localhost:{running.server_port}"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, issuer: str) -> Generator[Service]:
    """A server with accounts that sells plans and credits. It and the payment company know each other's address."""
    pytest.importorskip("stripe", reason="payments need the extra `billing`")
    port = free_port()
    login = {"name": "mock", "title": "Mock", "issuer": issuer, "client_id": "rekindle", "client_secret": "us"}
    log = tmp_path_factory.mktemp("log") / "server.log"
    command = [sys.executable, "-m", "rekindle", "serve", "--port", str(port)]
    with StripeSimulator(webhook=f"http://127.0.0.1:{port}/api/v1/billing/webhook") as simulator:
        environment = {
            **os.environ,
            **SETTINGS,
            "REKINDLE_DATA_FOLDER": str(tmp_path_factory.mktemp("data")),
            "REKINDLE_BILLING__API_URL": simulator.url,
            "REKINDLE_ACCOUNTS__ISSUERS": json.dumps([login]),
        }
        with (
            log.open("wb") as target,
            subprocess.Popen(command, env=environment, stdout=target, stderr=subprocess.STDOUT) as process,
        ):
            try:
                yield Service(address_in(log, process), (simulator.url, issuer), log)
            finally:
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()


def address_in(log: Path, process: subprocess.Popen[bytes]) -> str:
    """The address that a starting server writes."""
    deadline = time.monotonic() + SECONDS_TO_START
    while (match := ADDRESS.search(log.read_text())) is None:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return match[1]


Coming = Callable[..., Page]


@pytest.fixture
def come(service: Service, browser: Browser) -> Generator[Coming]:
    """Opens the page for somebody whom the server does not know yet. No script may fail, and nothing but the server and
    those that it works with may be asked.
    """
    contexts: list[BrowserContext] = []
    trouble: list[str] = []
    known = (service.url, *service.others, f"blob:{service.url}")

    def strange(asked: Request) -> bool:
        # What the pages of others load is their own affair.
        return not asked.url.startswith(known) and not asked.headers.get("referer", "").startswith(service.others)

    def opened(size: str = "desktop", theme: str = "light", path: str = "/") -> Page:
        context = browser.new_context(color_scheme=theme, reduced_motion="reduce", locale="en-GB", **SIZES[size])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda line: trouble.extend([line.text] if "Content Security Policy" in line.text else []))
        page.on("request", lambda asked: trouble.extend([asked.url] if strange(asked) else []))
        page.goto(service.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert trouble == []


def heading(page: Page, text: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("heading", level=1, name=text)


def address(page: Page) -> str:
    return urlsplit(page.url).path


def restore(page: Page, name: str, side: int = 640, shade: float = 0.0) -> None:
    """Drop a photo, and wait until it is restored."""
    hand_over(page, "drop", [(name, faded(side, shade))])
    expect(heading(page, "Your photo is restored")).to_be_visible(timeout=60_000)


def fill(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)


def sign_up(page: Page, email: str) -> None:
    page.get_by_role("banner").get_by_role("link", name="Sign up").click()
    expect(heading(page, "Sign up")).to_be_visible()
    fill(page, email)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("button", name="Your account")).to_be_visible()


def balance(page: Page, words: str) -> Locator:
    return page.get_by_role("banner").get_by_role("link", name=f"{words}, to your credits")


def go(page: Page, name: str) -> None:
    """To a page of the menu."""
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("banner").get_by_role("link", name=name, exact=True).click()


def history(page: Page) -> Locator:
    """What happened to the credits, newest first."""
    go(page, "Credits")
    expect(heading(page, "Your credits")).to_be_visible()
    return page.get_by_role("region", name="What happened").get_by_role("listitem")


def test_at_home_the_page_does_not_speak_of_accounts(open_page: Opening, server: Server) -> None:
    page = open_page()
    expect(page.get_by_text("Nothing leaves this machine").first).to_be_visible()
    restore(page, "grandmother.jpg")
    page.get_by_text("Try it differently").click()
    expect(page.get_by_role("button", name="Restore again", exact=True)).to_be_visible()
    for words in ("Sign in", "Sign up", "credit", "charged", "Plans"):
        expect(page.get_by_text(words)).to_have_count(0)
    for path in ("/sign-in", "/account", "/credits", "/plans", "/#/reset/x"):
        page.goto("about:blank")
        page.goto(server.url + path)
        expect(heading(page, "There is nothing here")).to_be_visible()


def test_a_guest_becomes_a_customer(come: Coming) -> None:
    page = come()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    assert page.context.cookies() == [], "nobody is counted as long as they only look"

    restore(page, "grandmother.jpg")
    photo = address(page)
    banner = page.get_by_role("complementary", name="Sign up to keep your photos")
    expect(banner.get_by_text("1 of 5 photos today")).to_be_visible()
    banner.get_by_role("link", name="Sign up").click()
    fill(page, "guest@example.org")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(heading(page, "Your photo is restored")).to_be_visible()
    assert address(page) == photo, "the photo came along"
    expect(banner).to_be_hidden()
    expect(balance(page, "3 credits")).to_be_visible()

    go(page, "Plans and top-ups")
    page.get_by_role("button", name="Buy 10 credits for $4.99").click()
    page.get_by_role("button", name="Pay $4.99").click()
    expect(heading(page, "Thank you. You have 13 credits")).to_be_visible()
    expect(history(page).first).to_contain_text(re.compile("Top-up.*[+]10 credits.*13 credits left"))

    page.get_by_role("link", name="Rekindle, to your photos").click()
    expect(page.get_by_text("2 credits for each photo. Nothing to pay if nothing needs doing.")).to_be_visible()
    restore(page, "grandfather.jpg", shade=0.02)
    expect(page.get_by_text("This cost 2 credits.")).to_be_visible()
    expect(balance(page, "11 credits")).to_be_visible()
    page.get_by_text("Try it differently").click()
    expect(page.get_by_role("button", name="Restore again · 2 credits")).to_be_visible()

    hand_over(page, "drop", [("wedding.jpg", faded(2400))])
    expect(heading(page, "Restoring your photo")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(heading(page, "You stopped the restoration")).to_be_visible()
    expect(page.get_by_text("You were not charged.")).to_be_visible()
    expect(balance(page, "11 credits")).to_be_visible()
    newest = history(page).first
    expect(newest).to_contain_text(re.compile("Given back: you were not charged.*[+]2 credits.*11 credits left"))
    spent = history(page).filter(has_text="Spent: 2 credits that were set aside")
    expect(spent).to_have_count(1)
    assert "−" not in spent.inner_text(), "what was set aside does not go twice"
    page.get_by_role("link", name="See the photo").first.click()
    expect(heading(page, "You stopped the restoration")).to_be_visible()


def test_too_few_credits_are_said_with_a_way_to_get_more(come: Coming) -> None:
    page = come()
    sign_up(page, "short@example.org")
    restore(page, "first.jpg")
    expect(balance(page, "1 credit")).to_be_visible()
    hand_over(page, "drop", [("second.jpg", faded(640, 0.02))])
    expect(heading(page, "Not restored yet")).to_be_visible()
    expect(page.get_by_role("button", name="Restore it now · 2 credits")).to_be_visible()
    page.reload()
    expect(page.get_by_text("You have 1 credit. This needs 2 credits.").first).to_be_visible()
    page.get_by_role("button", name="Restore it now · 2 credits").click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert).to_be_in_viewport()
    alert.get_by_role("link", name="Get credits").click()
    expect(heading(page, "Plans and top-ups")).to_be_visible()


def test_photos_that_were_not_started_are_told_together(come: Coming) -> None:
    page = come()
    sign_up(page, "several@example.org")
    hand_over(page, "drop", [(f"photo{number}.jpg", faded(640, number / 100)) for number in range(3)])
    note = page.get_by_role("alert").filter(has_text="2 photos were not restored")
    expect(note.get_by_role("link", name="Get credits")).to_be_visible(timeout=60_000)


def test_a_plan_is_bought_and_canceled(come: Coming) -> None:
    page = come(path="/plans")
    expect(page.get_by_role("link", name="Sign up to choose").first).to_be_visible()
    sign_up(page, "plan@example.org")
    expect(heading(page, "Plans and top-ups")).to_be_visible()
    page.get_by_text("By the year", exact=True).click()
    expect(page.get_by_text("$79.90")).to_be_visible()
    page.get_by_text("By the month", exact=True).click()
    page.get_by_role("button", name="Choose Remember").click()
    page.get_by_role("button", name="Subscribe $7.99").click()
    expect(heading(page, "Thank you. Your plan is Remember")).to_be_visible()
    expect(balance(page, "28 credits")).to_be_visible()

    go(page, "Plans and top-ups")
    expect(page.get_by_role("listitem").filter(has_text="Your plan").get_by_role("heading")).to_have_text("Remember")
    page.get_by_role("button", name="Cancel the subscription").click()
    dialog = page.get_by_role("dialog", name="Cancel your subscription?")
    expect(dialog.get_by_text("25 credits will be lost then")).to_be_visible()
    dialog.get_by_role("button", name="Cancel it").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("It is not renewed.")).to_be_visible()
    page.get_by_role("button", name="Keep the subscription after all").click()
    expect(page.get_by_text(re.compile("Remember, renews on"))).to_be_visible()


def test_going_back_from_the_payment_page_costs_nothing(come: Coming) -> None:
    page = come()
    sign_up(page, "back@example.org")
    go(page, "Plans and top-ups")
    page.get_by_role("button", name="Buy 30 credits for $12.99").click()
    page.get_by_role("button", name="Go back").click()
    expect(page.get_by_text("Nothing was bought, and you were not charged.")).to_be_visible()
    page.get_by_role("button", name="Payments and invoices").click()
    expect(page.get_by_text("No subscription.")).to_be_visible()


def test_a_change_that_waits_is_noted_and_no_more_is_promised(come: Coming) -> None:
    page = come()
    sign_up(page, "smaller@example.org")
    go(page, "Plans and top-ups")
    page.get_by_role("button", name="Choose Cherish").click()
    page.get_by_role("button", name=re.compile("^Subscribe")).click()
    expect(heading(page, "Thank you. Your plan is Cherish")).to_be_visible()
    go(page, "Plans and top-ups")
    page.get_by_role("button", name="Change to Remember").click()
    page.get_by_role("button", name=re.compile("^Confirm")).click()
    expect(heading(page, "Your change is noted")).to_be_visible(timeout=20_000)
    expect(
        page.get_by_text(re.compile("at the end of the period, on .*, you stay on Cherish until then"))
    ).to_be_visible()
    page.get_by_role("link", name="See your plan").click()
    expect(page.get_by_text(re.compile("Cherish, renews on"))).to_be_visible()


def test_what_a_plan_lets_out_is_said_before_it_is_paid(come: Coming) -> None:
    page = come("phone")
    restore(page, "large.jpg")
    banner = page.get_by_role("complementary", name="Sign up to keep your photos")
    expect(banner.get_by_text("As a guest, you get small pictures with a mark in the corner.")).to_be_visible()
    expect(page.get_by_text("As a guest, a small mark is in the corner.").first).to_be_visible()
    said = re.search(r"(\d+) × (\d+) pixels as a guest", page.get_by_role("main").inner_text())
    assert said is not None
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download as JPEG").click()
    with Image.open(waiting.value.path()) as picture:
        assert picture.size == (int(said[1]), int(said[2]))

    page.get_by_role("button", name="Other formats").click()
    dialog = page.get_by_role("dialog", name="Download your photo")
    expect(dialog.get_by_text(said[0])).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_text("Try it differently").click()
    expect(page.get_by_text(re.compile("pixels, also when it is enlarged"))).to_be_visible()
    expect(page.get_by_text("Twice as large")).to_have_count(0)
    page.get_by_role("link", name="Larger with another plan").last.click()
    expect(heading(page, "Plans and top-ups")).to_be_visible()
    page.get_by_role("button", name="Sign in, plans and prices").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Plans and prices")).to_be_visible()


def test_mistakes_are_told_at_the_field(come: Coming) -> None:
    page = come(path="/sign-up")
    email, password = page.get_by_label("E-mail address"), page.get_by_label("Password", exact=True)
    submit = page.get_by_role("main").get_by_role("button", name="Sign up")
    submit.click()
    expect(email).to_have_accessible_description("Type your e-mail address.")
    expect(email).to_be_focused()
    fill(page, "mistakes@example.org", "short")
    submit.click()
    expect(password).to_have_accessible_description(re.compile("at least 10 characters"))
    expect(password).to_have_attribute("autocomplete", "new-password")
    fill(page, "mistakes@example.org")
    submit.click()
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("banner").get_by_role("link", name="Sign up").click()
    fill(page, "mistakes@example.org")
    submit.click()
    expect(email).to_have_accessible_description(re.compile("There is an account with this address"))
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    fill(page, "mistakes@example.org", "something else")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(password).to_have_accessible_description(re.compile("is not right"))
    fill(page, "mistakes@example.org")
    password.press("Enter")
    expect(page.get_by_role("button", name="Your account")).to_be_visible()


def test_a_page_that_needs_somebody_asks_and_then_goes_on(come: Coming) -> None:
    page = come()
    sign_up(page, "return@example.org")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    assert page.context.cookies() == []
    page.goto(page.url + "account")
    expect(page.get_by_text("Sign in first to see this page.")).to_be_visible()
    fill(page, "return@example.org")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(heading(page, "Your account")).to_be_visible()
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "return@example.org" not in stored
    assert page.evaluate("document.cookie") == "", "no script can read who somebody is"


def test_nothing_stays_on_the_page_when_a_session_ends_elsewhere(come: Coming) -> None:
    page = come()
    restore(page, "secret.jpg")
    page.get_by_role("link", name="All photos").click()
    expect(page.get_by_role("link", name="secret.jpg, Restored", exact=True)).to_be_visible()
    page.context.clear_cookies()
    page.get_by_role("button", name="Delete secret.jpg").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(heading(page, "Bring an old photo back")).to_be_visible()
    assert "secret.jpg" not in page.content()


def test_a_key_is_shown_once_and_an_account_deleted(come: Coming, service: Service) -> None:
    page = come()
    sign_up(page, "leaving@example.org")
    restore(page, "mine.jpg")
    go(page, "Account")
    page.get_by_role("button", name="Make a key").click()
    page.get_by_label("Name of the new key").fill("Backup")
    page.get_by_role("dialog").get_by_role("button", name="Make a key").click()
    key = page.get_by_role("dialog").get_by_role("code").inner_text()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("listitem").filter(has_text="Backup")).to_be_visible()
    assert key not in page.content()
    photos = page.request.get(f"{service.url}/api/v1/photos", headers={"Authorization": f"Bearer {key}"})
    assert len(photos.json()["items"]) == 1

    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download everything").click()
    assert waiting.value.suggested_filename.endswith(".zip")

    page.get_by_role("button", name="Delete my account").click()
    dialog = page.get_by_role("dialog", name="Delete your account for good?")
    dialog.get_by_label("Your password").fill("not this one")
    dialog.get_by_role("button", name="Delete everything").click()
    expect(dialog.get_by_label("Your password")).to_have_accessible_description(re.compile("not right"))
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_text("Your account is deleted, and everything in it is gone.")).to_be_visible()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    gone = page.request.get(f"{service.url}/api/v1/photos", headers={"Authorization": f"Bearer {key}"})
    assert gone.status == 401


def test_links_in_mails_confirm_the_address_and_set_a_new_password(come: Coming, service: Service) -> None:
    page = come()
    sign_up(page, "mail@example.org")
    expect(page.get_by_text("We sent a mail to mail@example.org.")).to_be_visible()
    page.goto(service.link_to("mail@example.org", "verify"))
    expect(heading(page, "Your e-mail address is confirmed")).to_be_visible()
    go(page, "Account")
    expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()
    page.goto(service.link_to("mail@example.org", "verify"))
    expect(heading(page, "Your e-mail address is already confirmed")).to_be_visible()

    other = come(path="/sign-in")
    other.get_by_role("link", name="Forgot your password?").click()
    other.get_by_label("E-mail address").fill("mail@example.org")
    other.get_by_role("button", name="Send the link").click()
    expect(heading(other, "Look into your mail")).to_be_visible()
    other.goto(service.link_to("mail@example.org", "reset"))
    other.get_by_label("New password").fill("nine loud geese in fog")
    other.get_by_role("button", name="Save the new password").click()
    expect(heading(other, "Your new password is set")).to_be_visible()
    other.get_by_role("main").get_by_role("link", name="Sign in").click()
    fill(other, "mail@example.org", "nine loud geese in fog")
    other.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("button", name="Your account")).to_be_visible()

    page.get_by_role("link", name="Rekindle, to your photos").click()
    page.reload()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


def test_another_service_lets_somebody_in_and_back_to_where_they_were(come: Coming) -> None:
    page = come(path="/account")
    expect(page.get_by_text("Sign in first to see this page.")).to_be_visible()
    page.get_by_role("link", name="Go on with Mock").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("alert")).to_have_text(re.compile("The other service did not sign you in"))
    page.get_by_role("link", name="Go on with Mock").click()
    page.get_by_role("button", name="ada").click()
    expect(heading(page, "Sign in")).to_be_hidden()
    expect(page.get_by_role("button", name="Your account")).to_be_visible()
    go(page, "Account")
    expect(page.get_by_text("ada@example.org", exact=True)).to_be_visible()

    again = come(path="/account")
    again.get_by_role("link", name="Go on with Mock").click()
    again.get_by_role("button", name="ada").click()
    expect(heading(again, "Your account")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_axe_finds_nothing_on_the_pages_about_people_and_money(come: Coming, size: str, theme: str) -> None:
    page = come(size, theme)
    found: dict[str, list[str]] = {}

    def look(state: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[state] = [*faults(page), *(["wider than the window"] if wide else [])]

    page.get_by_role("button", name="Choose photos").wait_for()
    look("visitor")
    for path, title in [
        ("sign-in", "Sign in"),
        ("forgot", "Set a new password"),
        ("#/reset/x", "Choose a new password"),
    ]:
        page.goto(f"{page.url.split('#')[0].rsplit('/', 1)[0]}/{path}")
        heading(page, title).wait_for()
        look(path)
    page.goto(f"{page.url.split('#')[0].rsplit('/', 1)[0]}/sign-up")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.get_by_role("alert").first.wait_for()
    look("sign up with mistakes")
    fill(page, f"{size}-{theme}@example.org")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.get_by_role("button", name="Your account").click()
    look("menu")
    page.keyboard.press("Escape")
    for name, title in [
        ("Account", "Your account"),
        ("Credits", "Your credits"),
        ("Plans and top-ups", "Plans and top-ups"),
    ]:
        go(page, name)
        heading(page, title).wait_for()
        page.wait_for_load_state("networkidle")
        look(name)
    go(page, "Account")
    page.get_by_role("button", name="Make a key").click()
    look("a new key")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete my account").click()
    look("leaving")
    assert {state: lines for state, lines in found.items() if lines} == {}
