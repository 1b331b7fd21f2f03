"""Someone with the official SDK and a browser: makes prices, buys, manages; for tests of all who use the simulator."""

import re
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

import httpx2
import stripe

from tests.simulators.stripe.server import KEY, StripeSimulator

SUCCESS = "http://127.0.0.1:9/paid?session={CHECKOUT_SESSION_ID}"
BACK = "http://127.0.0.1:9/back"
JANUARY_31 = 1_769_860_800
"""12:00 on 31 January 2026, in UTC."""


@dataclass
class Shopper:
    """Talks to one simulator through the SDK alone, and to its pages as a browser does."""

    simulator: StripeSimulator
    retries: int = 0
    browser: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=60.0, trust_env=False))

    def __post_init__(self) -> None:
        addresses: Any = {"api": self.simulator.url}
        self.client = stripe.StripeClient(KEY, base_addresses=addresses, max_network_retries=self.retries)
        self.v1 = self.client.v1

    def price(self, amount: int, every: str | None = "month", **more: Any) -> stripe.Price:
        """A price in US cents; `every` None is paid once."""
        product = self.v1.products.create({"name": f"Thing for {amount}"})
        sent: Any = {"currency": "usd", "unit_amount": amount, "product": product.id, **more}
        if every is not None:
            sent["recurring"] = {"interval": every}
        return self.v1.prices.create(sent)

    def customer(self, **more: Any) -> stripe.Customer:
        sent: Any = {"email": "visitor@example.com", **more}
        return self.v1.customers.create(sent)

    def on_a_clock(self, moment: int = JANUARY_31) -> tuple[stripe.Customer, str]:
        """A customer who lives by a test clock, and the clock."""
        clock = self.v1.test_helpers.test_clocks.create({"frozen_time": moment})
        return self.customer(test_clock=clock.id), clock.id

    def advance(self, clock: str, moment: int) -> None:
        self.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": moment})

    def checkout(self, price: stripe.Price, **more: Any) -> stripe.checkout.Session:
        mode = "subscription" if price.recurring else "payment"
        sent: Any = {
            "mode": mode, "line_items": [{"price": price.id, "quantity": 1}], "success_url": SUCCESS,
            "cancel_url": BACK, **more,
        }  # fmt: skip
        return self.v1.checkout.sessions.create(sent)

    def press(self, session: str, action: str, **form: str) -> httpx2.Response:
        """A button of the pay page: pay, decline, abandon, later; then arrive or bounce."""
        return self.browser.post(f"{self.simulator.url}/c/pay/{session}", data={"action": action, **form})

    def bought(self, price: stripe.Price, action: str = "pay", **more: Any) -> stripe.checkout.Session:
        """A checkout after that button was pressed."""
        session = self.checkout(price, **more)
        answer = self.press(session.id, action)
        assert answer.status_code == 303, answer.text
        return self.session(session.id)

    def session(self, key: str) -> stripe.checkout.Session:
        return self.v1.checkout.sessions.retrieve(key)

    def subscribed(self, price: stripe.Price, **more: Any) -> stripe.Subscription:
        key = self.bought(price, **more).subscription
        assert isinstance(key, str)
        return self.v1.subscriptions.retrieve(key)

    def portal(self, customer: Any, **more: Any) -> str:
        """The address of the portal for a customer."""
        sent: Any = {"customer": str(customer), "return_url": BACK, **more}
        return self.v1.billing_portal.sessions.create(sent).url

    def manage(self, address: str, action: str, subscription: str, value: str = "") -> httpx2.Response:
        form = {"action": action, "subscription": subscription, "value": value}
        return self.browser.post(address, data=form)

    def events(self, pattern: str = "") -> list[str]:
        """The types of all events that match, oldest first."""
        found = [event.type for event in self.v1.events.list({"limit": 100}).auto_paging_iter()]
        return [name for name in reversed(found) if re.search(pattern, name)]

    def close(self) -> None:
        self.browser.close()


def faults_of(thing: stripe.StripeObject, path: str) -> list[str]:
    """Where an object is not as the SDK declares it: lacking, unknown, or of another type."""
    declared: dict[str, Any] = {}
    for kind in type(thing).__mro__:
        if kind is not stripe.StripeObject and issubclass(kind, stripe.StripeObject):
            declared = {**vars(kind).get("__annotations__", {}), **declared}
    values = {name: thing[name] for name in thing.to_dict()}
    declared = {name: kind for name, kind in declared.items() if name[0] != "_" and "ClassVar" not in str(kind)}
    found = [f"{path}.{name}: {values.get(name, 'lacking')!r}" for name, kind in declared.items()
             if not _fits(values.get(name), kind)]  # fmt: skip
    if declared:
        found += [f"{path}.{name}: unknown" for name in values if name not in {*declared, "object"}]
    for name, value in values.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, stripe.StripeObject):
                found += faults_of(each, f"{path}.{name}")
    return found


def _fits(value: Any, kind: Any) -> bool:
    """Whether the value is of the declared type; of objects it is only asked that they are some."""
    choices = get_args(kind) if "Union" in str(get_origin(kind)) else (kind,)
    if value is None:
        return type(None) in choices
    words = [word for choice in choices if "Literal" in str(get_origin(choice)) for word in get_args(choice)]
    if words and isinstance(value, str | bool):
        return value in words
    simple = [choice for choice in choices if choice in {int, str, bool, float}]
    return type(value) in simple if len(simple) == len([c for c in choices if c is not type(None)]) else True
