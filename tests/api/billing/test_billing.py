"""Plans and payments over the API of a real server."""

import io
import json
import socket
import time
import zipfile
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.api.billing.conftest import ACCOUNTS, Buyer, signed
from tests.api.conftest import API, Opening, Visitor, refused
from tests.factories import Live
from tests.simulators.stripe.server import KEY, StripeSimulator
from tests.simulators.stripe.shopper import Shopper

DAY = 86400


def test_plans_are_shown_to_everybody_with_their_prices(selling: Live, buyer: Buyer) -> None:
    shown = httpx2.get(f"{selling.url}{API}/plans", trust_env=False).json()
    assert shown["can_buy"] is True
    assert [(each["name"], each["current"]) for each in shown["items"]] == [
        ("free", False), ("remember", False), ("cherish", False), ("forever", False),
    ]  # fmt: skip
    assert [(each["monthly_credits"], each["prices"] and each["prices"]["month"]) for each in shown["items"]] == [
        (3000, None), (25000, {"amount": 799, "currency": "usd"}), (60000, {"amount": 1499, "currency": "usd"}),
        (150000, {"amount": 2999, "currency": "usd"}),
    ]  # fmt: skip
    assert [(each["credits"], each["amount"]) for each in shown["top_ups"]] == [
        (10000, 499), (30000, 1299), (100000, 3999),
    ]  # fmt: skip
    assert [each["name"] for each in buyer.get("/plans")["items"] if each["current"]] == ["free"]


def test_a_plan_is_bought_shown_and_ended(buyer: Buyer) -> None:
    assert buyer.get("/billing") == {"subscription": None, "payment_failed": False}
    buyer.buy(plan="cherish", interval="month")
    assert buyer.came_back_to == f"{buyer.at.url}/billing/done"
    buyer.tell_all()
    subscription = buyer.get("/billing")["subscription"]
    assert (subscription["plan"], subscription["status"], subscription["cancel_at_period_end"]) == (
        "cherish", "active", False,
    )  # fmt: skip
    assert buyer.credits() == 60_000
    assert buyer.get("/me")["user"]["plan"]["name"] == "cherish"
    warning = buyer.get("/billing/cancellation")
    assert (warning["ends_at"], warning["lost"]) == (subscription["period_end"], 60_000)
    assert buyer.post("/billing/cancellation")["subscription"]["cancel_at_period_end"] is True
    kept = buyer.http.delete(f"{API}/billing/cancellation")
    assert kept.json()["subscription"] == subscription


def test_a_top_up_is_bought_and_told_in_plain_words(buyer: Buyer) -> None:
    buyer.buy(top_up="medium")
    buyer.tell_all()
    assert buyer.credits() == 30_000
    (entry,) = [each for each in buyer.get("/credits/entries")["items"] if each["amount"] == 30_000]
    assert (entry["kind"], entry["text"]) == ("grant", "Top-up")


def test_whoever_has_a_plan_is_asked_whether_to_change_it(buyer: Buyer) -> None:
    buyer.buy(plan="remember", interval="month")
    again = buyer.http.post(f"{API}/billing/checkout", json={"plan": "remember", "interval": "month"})
    refused(again, 409, "already_subscribed")
    buyer.buy("confirm", plan="forever", interval="year")
    buyer.tell_all()
    subscription = buyer.get("/billing")["subscription"]
    assert (subscription["plan"], subscription["interval"]) == ("forever", "year")
    assert buyer.credits() == 150_000


def test_the_portal_is_a_page_of_their_own(buyer: Buyer) -> None:
    buyer.buy(plan="remember", interval="month")
    page = buyer.shopper.browser.get(buyer.post("/billing/portal")["url"])
    assert "Rekindle Remember, $7.99 a month" in page.text
    other = Buyer(buyer.at, buyer.simulator)
    assert "No subscription" in other.shopper.browser.get(other.post("/billing/portal")["url"]).text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"plan": "free", "interval": "month"}, 422, "not_offered"),
        ({"plan": "golden", "interval": "month"}, 422, "not_offered"),
        ({"plan": "remember", "interval": "week"}, 422, "invalid_request"),
        ({"top_up": "gigantic"}, 422, "not_offered"),
        ({"top_up": "small", "credits": 1000}, 422, "invalid_request"),
        ({"plan": "remember", "interval": "month", "amount": 1}, 422, "invalid_request"),
        ({}, 422, "invalid_request"),
    ],
)
def test_only_what_is_on_the_list_is_sold(buyer: Buyer, body: dict[str, Any], status: int, code: str) -> None:
    refused(buyer.http.post(f"{API}/billing/checkout", json=body), status, code)


def test_without_a_subscription_nothing_can_end(buyer: Buyer) -> None:
    for answer in (
        buyer.http.get(f"{API}/billing/cancellation"), buyer.http.post(f"{API}/billing/cancellation"),
        buyer.http.delete(f"{API}/billing/cancellation"),
    ):  # fmt: skip
        refused(answer, 409, "no_subscription")


def test_nobody_and_guests_and_keys_buy_nothing(buyer: Buyer, selling: Live) -> None:
    body = {"top_up": "small"}
    refused(httpx2.post(f"{selling.url}{API}/billing/checkout", json=body, trust_env=False), 401, "not_logged_in")
    with httpx2.Client(base_url=selling.url, trust_env=False) as guest:
        assert guest.post(f"{API}/guests").status_code == 201
        refused(guest.post(f"{API}/billing/checkout", json=body), 403, "not_allowed")
        assert guest.get(f"{API}/plans").status_code == 200
    made = buyer.http.post(f"{API}/api-keys", json={"name": "a script", "scopes": ["read", "write"]})
    headers = {"Authorization": f"Bearer {made.json()['key']}"}
    for path in ("/billing", "/billing/cancellation"):
        refused(httpx2.get(f"{selling.url}{API}{path}", headers=headers, trust_env=False), 403, "not_allowed")


def test_what_one_buys_another_does_not_have(buyer: Buyer) -> None:
    other = Buyer(buyer.at, buyer.simulator)
    buyer.buy(plan="cherish", interval="month")
    buyer.tell_all()
    assert other.get("/billing") == {"subscription": None, "payment_failed": False}
    assert other.credits() == 0


def test_when_stripe_does_not_answer_one_is_told_to_come_back(buyer: Buyer, running: StripeSimulator) -> None:
    running.fail(500, times=3)
    answer = buyer.http.post(f"{API}/billing/checkout", json={"top_up": "small"})
    refused(answer, 503, "payments_unavailable")
    assert answer.headers["Retry-After"]
    buyer.buy(top_up="small")


# ── events ──


def bought(buyer: Buyer) -> dict[str, Any]:
    buyer.buy(top_up="small")
    return next(each for each in buyer.events()[::-1] if each["type"] == "checkout.session.completed")


def test_an_event_with_another_signature_is_refused_and_changes_nothing(buyer: Buyer) -> None:
    event = bought(buyer)
    body, headers = signed(event)
    url = f"{buyer.at.url}{API}/billing/webhook"
    for sent, given in ((body + b" ", headers), (body, {"Content-Type": "application/json"})):
        refused(httpx2.post(url, content=sent, headers=given, trust_env=False), 400, "bad_signature")
    assert buyer.tell(event).json() == {"received": True}
    assert buyer.credits() == 10_000


@pytest.mark.parametrize("chunked", [False, True])
def test_a_huge_event_is_not_read(buyer: Buyer, chunked: bool) -> None:
    body = b"x" * 1_000_001
    content: Any = iter([body[:500_000], body[500_000:]]) if chunked else body
    headers = {"Stripe-Signature": "t=1,v1=0"}
    answer = httpx2.post(f"{buyer.at.url}{API}/billing/webhook", content=content, headers=headers, trust_env=False)
    refused(answer, 413, "too_large")


def test_a_connection_that_dies_between_the_commit_and_the_answer_costs_nothing(buyer: Buyer) -> None:
    event = bought(buyer)
    body, headers = signed(event)
    lines = [f"POST {API}/billing/webhook HTTP/1.1", f"Host: {buyer.at.url.removeprefix('http://')}"]
    lines += [f"{name}: {value}" for name, value in {**headers, "Content-Length": str(len(body))}.items()]
    with socket.create_connection(("127.0.0.1", int(buyer.at.url.rpartition(":")[2]))) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        until(lambda: buyer.credits() == 10_000)
    for _ in range(3):
        assert buyer.tell(event).status_code == 200
    assert buyer.credits() == 10_000


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20.0
    while not true():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.05)


def test_a_simulator_that_delivers_badly_is_believed_once(buyer: Buyer, running: StripeSimulator) -> None:
    running.send_to(f"{buyer.at.url}{API}/billing/webhook")
    running.webhooks(copies=5, shuffle=3, parallel=8)
    buyer.buy(plan="remember", interval="month")
    tried = [each for each in running.settled() if each["type"] == "invoice.paid"]
    assert [each["status"] for each in tried] == [200] * 5
    assert buyer.credits() == 25_000


# ── where nothing is sold ──


def test_at_home_nothing_is_sold_and_nothing_is_missed(visitor: Visitor) -> None:
    plans = visitor.get("/plans")
    assert (plans["can_buy"], plans["top_ups"]) == (False, [])
    assert [(each["name"], each["prices"], each["current"]) for each in plans["items"]] == [("home", None, True)]
    assert visitor.get("/billing") == {"subscription": None, "payment_failed": False}
    for method, path, body in (
        ("POST", "/billing/checkout", {"top_up": "small"}), ("POST", "/billing/portal", None),
        ("GET", "/billing/cancellation", None), ("POST", "/billing/cancellation", None),
        ("DELETE", "/billing/cancellation", None),
    ):  # fmt: skip
        refused(visitor.http.request(method, API + path, json=body), 409, "no_billing")
    refused(visitor.http.post(f"{API}/billing/webhook", content=b"{}"), 404, "webhooks_off")


def test_without_the_secret_of_the_webhook_events_are_not_taken_and_payments_are_found(
    visit: Opening, running: StripeSimulator
) -> None:
    billing = {"secret_key": KEY, "webhook_secret": "", "api_url": running.url}
    at = visit(worker=False, billing=billing, **ACCOUNTS).at
    buyer = Buyer(at, running)
    event = bought(buyer)
    refused(buyer.tell(event), 404, "webhooks_off")
    buyer.get("/billing")
    assert buyer.credits() == 10_000


def test_prices_and_top_ups_are_settings(visit: Opening, running: StripeSimulator) -> None:
    billing = {
        "secret_key": KEY, "api_url": running.url, "currency": "eur", "prices": {"remember": {"month": 500}},
        "top_ups": {"tiny": {"credits": 1, "amount": 99}},
    }  # fmt: skip
    buyer = Buyer(visit(worker=False, billing=billing, **ACCOUNTS).at, running)
    plans = buyer.get("/plans")
    assert plans["items"][1]["prices"] == {"month": {"amount": 500, "currency": "eur"}}
    assert plans["top_ups"] == [{"name": "tiny", "credits": 1000, "amount": 99, "currency": "eur"}]
    url = buyer.post("/billing/checkout", {"top_up": "tiny"})["url"]
    assert "0.99 EUR" in Shopper(running).browser.get(url).text


def test_what_was_paid_for_can_be_taken_along(buyer: Buyer) -> None:
    buyer.buy(plan="remember", interval="month")
    buyer.tell_all()
    archive = zipfile.ZipFile(io.BytesIO(buyer.http.get(f"{API}/account/export").content))
    facts = json.loads(archive.read("account.json"))
    (subscription,), (paid,) = facts["subscriptions"], facts["paid_credits"]
    assert (subscription["plan"], subscription["status"]) == ("remember", "active")
    assert (paid["source"], paid["amount"], paid["taken"]) == ("plan:remember", 25_000, 0)


def test_who_deletes_their_account_pays_no_more(buyer: Buyer) -> None:
    buyer.buy(plan="remember", interval="month")
    buyer.tell_all()
    gone = buyer.http.request("DELETE", f"{API}/account", json={"password": "a long and quiet river"})
    assert gone.status_code == 204, gone.text
    mine = [each for each in buyer.shopper.v1.customers.list({"limit": 100}).data if each.email == buyer.email]
    assert buyer.shopper.v1.subscriptions.list({"customer": mine[0].id}).data == []
    buyer.tell_all()
