"""A server with accounts that sells at the simulated Stripe, one for all tests of a module; each test signs up anew."""

import itertools
import json
from collections.abc import Generator
from typing import Any

import httpx2
import pytest
import stripe

from tests.api.conftest import API
from tests.factories import Live, live, settings
from tests.simulators.stripe.server import KEY, SECRET, StripeSimulator
from tests.simulators.stripe.shopper import Shopper

PASSWORD = "a long and quiet river"
ACCOUNTS = {"accounts": {"enabled": True}, "limits": {"enabled": False}}
_numbers = itertools.count()


class Buyer:
    """Somebody with an account, in a browser."""

    def __init__(self, at: Live, simulator: StripeSimulator) -> None:
        self.at, self.simulator = at, simulator
        self.http = httpx2.Client(base_url=at.url, timeout=60.0, trust_env=False)
        self.email = f"buyer{next(_numbers)}@example.com"
        self.shopper = Shopper(simulator)
        self.stripe = httpx2.Client(base_url=at.url, timeout=60.0, trust_env=False)
        answer = self.http.post(f"{API}/account", json={"email": self.email, "password": PASSWORD})
        assert answer.status_code == 201, answer.text

    def get(self, path: str) -> Any:
        answer = self.http.get(API + path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.http.post(API + path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def buy(self, action: str = "pay", **wanted: str) -> None:
        """Go to the till, and press a button there."""
        url = self.post("/billing/checkout", wanted)["url"]
        answer = self.shopper.browser.post(url, data={"action": action})
        assert answer.status_code == 303, answer.text
        self.came_back_to = answer.headers["Location"]

    def credits(self) -> int:
        """Milli-credits that came by paying."""
        return sum(each["available"] for each in self.get("/credits")["grants"] if each["source"] != "plan:free")

    def events(self) -> list[dict[str, Any]]:
        answer = self.shopper.browser.get(
            f"{self.simulator.url}/v1/events", params={"limit": "100"}, headers={"Authorization": f"Bearer {KEY}"}
        )
        return answer.json()["data"][::-1]

    def tell(self, event: dict[str, Any]) -> httpx2.Response:
        """Deliver an event as Stripe does: without a cookie, and with a signature."""
        body, headers = signed(event)
        return self.stripe.post(f"{API}/billing/webhook", content=body, headers=headers)

    def tell_all(self) -> None:
        """Everything of the newest hundred that might be theirs."""
        for event in self.events():
            assert self.tell(event).status_code == 200


def signed(event: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    body = json.dumps(event, indent=2)
    header = stripe.WebhookSignature.generate_signature_header(body, SECRET)
    return body.encode(), {"Stripe-Signature": header, "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def running() -> Generator[StripeSimulator]:
    with StripeSimulator() as simulator:
        yield simulator


@pytest.fixture(scope="module")
def selling(running: StripeSimulator, tmp_path_factory: pytest.TempPathFactory) -> Generator[Live]:
    billing = {"secret_key": KEY, "webhook_secret": SECRET, "api_url": running.url, "sweep_seconds": 3600}
    with live(settings(tmp_path_factory.mktemp("selling"), billing=billing, **ACCOUNTS), worker=False) as server:
        yield server


@pytest.fixture
def buyer(selling: Live, running: StripeSimulator) -> Buyer:
    return Buyer(selling, running)
