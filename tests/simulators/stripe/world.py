"""Everything that this Stripe knows: objects by kind, the time, and the events that tell what happened."""

import copy
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.stripe.errors import no_such

API_VERSION = "2026-10-28.endive"
"""The version that the SDK `stripe` 16.1 speaks."""

Thing = dict[str, Any]
"""An object of Stripe's as it is stored: references are ids."""

PREFIXES = {
    "billing_portal.configuration": "bpc_", "billing_portal.session": "bps_", "charge": "ch_",
    "checkout.session": "cs_test_", "customer": "cus_", "dispute": "du_", "event": "evt_", "invoice": "in_",
    "invoice_payment": "inpay_", "invoiceitem": "ii_", "item": "li_", "line_item": "il_", "payment_intent": "pi_",
    "payment_method": "pm_", "price": "price_", "product": "prod_", "refund": "re_", "request": "req_",
    "subscription": "sub_", "subscription_item": "si_", "subscription_schedule": "sub_sched_",
    "test_helpers.test_clock": "clock_", "webhook_endpoint": "we_",
}  # fmt: skip
WITHOUT = {"item": ("created", "livemode"), "refund": ("livemode",)}
"""What these kinds lack of the fields that every other has."""
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def scramble(text: str, length: int = 24) -> str:
    """Letters and digits that are always the same for the same text."""
    number, letters = int.from_bytes(hashlib.sha512(text.encode()).digest(), "big"), ""
    while len(letters) < length:
        number, rest = divmod(number, len(LETTERS))
        letters += LETTERS[rest]
    return letters


@dataclass(slots=True)
class Dunning:
    """What happens when a renewal is not paid."""

    retry_days: tuple[int, ...] = (3, 5, 7)
    """Days from one failed attempt to the next."""
    in_the_end: str = "canceled"
    """The subscription's status after the last attempt: `canceled`, `unpaid` or `past_due`."""


@dataclass
class World:
    """The state of one account. The same calls on the same seed make the same ids."""

    seed: str = "rekindle"
    time_of_day: Callable[[], float] = time.time
    ahead: int = 0
    """Seconds by which this world's time is ahead of the time of day."""
    base_url: str = ""
    dunning: Dunning = field(default_factory=Dunning)
    objects: dict[str, dict[str, Thing]] = field(default_factory=dict)
    notes: dict[str, Thing] = field(default_factory=dict)
    """By id of an object: what is remembered of it and never shown."""
    tell: Callable[[Thing], int] = lambda event: 0
    """Hands an event to those who deliver it; says to how many addresses it goes."""
    request: Thing = field(default_factory=lambda: {"id": None, "idempotency_key": None})
    """The request that is being answered, as events name it."""
    _made: dict[str, int] = field(default_factory=dict)

    def new_id(self, kind: str) -> str:
        self._made[kind] = self._made.get(kind, 0) + 1
        length = 58 if kind == "checkout.session" else 24
        return PREFIXES[kind] + scramble(f"{self.seed}/{kind}/{self._made[kind]}", length)

    def now(self, clock: str | None = None) -> int:
        """Seconds since 1970, on a test clock if one is given."""
        if clock is not None:
            return self.find("test_helpers.test_clock", clock)["frozen_time"]
        return int(self.time_of_day()) + self.ahead

    def clock_of(self, customer: str | None) -> str | None:
        """The test clock by which a customer lives."""
        return None if customer is None else self.find("customer", customer)["test_clock"]

    def set_time(self, clock: str | None, moment: int) -> None:
        if clock is None:
            self.ahead = moment - int(self.time_of_day())
        else:
            self.find("test_helpers.test_clock", clock)["frozen_time"] = moment

    def forget(self, seed: str) -> None:
        """Begin anew: nothing was ever made."""
        self.seed, self.ahead, self.dunning = seed, 0, Dunning()
        for everything in (self.objects, self.notes, self._made):
            everything.clear()

    # ── objects ──

    def keep(self, kind: str, /, *, clock: str | None = None, key: str | None = None, **fields: Any) -> Thing:
        """A new object, with what every object has."""
        thing = {
            "id": key or self.new_id(kind), "object": kind, "created": self.now(clock), "livemode": False, **fields,
        }  # fmt: skip
        for name in WITHOUT.get(kind, ()):
            del thing[name]
        self.objects.setdefault(kind, {})[thing["id"]] = thing
        return thing

    def all(self, kind: str) -> list[Thing]:
        """Oldest first."""
        return list(self.objects.get(kind, {}).values())

    def where(self, kind: str, /, **fields: Any) -> Iterator[Thing]:
        """Those whose fields have these values."""
        return (each for each in self.all(kind) if all(each.get(name) == value for name, value in fields.items()))

    def find(self, kind: str, key: str, *, param: str | None = None) -> Thing:
        """The object, or a refusal: 404, or 400 where it was named in the parameter `param`."""
        thing = self.objects.get(kind, {}).get(key)
        if thing is None:
            title = kind.rpartition(".")[2]
            raise no_such(title, key, param or "id", 404 if param is None else 400)
        return thing

    def live(self, key: str, *, param: str | None = None) -> Thing:
        """A customer that was not deleted."""
        customer = self.find("customer", key, param=param)
        if customer.get("deleted"):
            raise no_such("customer", key, param or "id", 404 if param is None else 400)
        return customer

    # ── what happened ──

    def emit(self, name: str, thing: Thing, before: Thing | None = None) -> None:
        """Note that something happened, with the object as it is now."""
        data: Thing = {"object": copy.deepcopy(thing)}
        if before is not None:
            data["previous_attributes"] = copy.deepcopy(before)
        event = self.keep(
            "event", api_version=API_VERSION, data=data, pending_webhooks=0, request=dict(self.request), type=name,
        )  # fmt: skip
        event["pending_webhooks"] = self.tell(event)

    def change(self, name: str, thing: Thing, /, **fields: Any) -> None:
        """Set fields, and emit the event `name` with what they were if any is different."""
        before = {key: copy.deepcopy(thing.get(key)) for key, value in fields.items() if thing.get(key) != value}
        thing.update(fields)
        if before:
            self.emit(name, thing, before)
