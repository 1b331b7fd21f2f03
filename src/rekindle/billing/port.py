"""What billing asks of a payment company. There is one: Stripe, behind `gateway`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol
from uuid import UUID

from rekindle.billing.catalogue import Offer, TopUp
from rekindle.billing.statement import Statement
from rekindle.errors import Overloaded, RekindleError


class BadSignature(RekindleError):
    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_signature"
    title: ClassVar[str] = "This did not come from the payment company"


class PaymentsUnavailable(Overloaded):
    code: ClassVar[str] = "payments_unavailable"
    title: ClassVar[str] = "The payment company does not answer"


MATTERS = frozenset({
    "checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
    "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
    "customer.subscription.paused", "customer.subscription.resumed", "customer.deleted", "invoice.paid",
    "invoice.payment_failed", "invoice.voided", "charge.refunded", "refund.updated", "refund.failed",
    "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
})  # fmt: skip
"""The types of events after which something may be different here; Stripe lists by at most 20 types."""


@dataclass(frozen=True, slots=True)
class Notice:
    """An event: only what it is about matters, for what it says may be old. `charge` stands in for the customer where
    an event does not name one.
    """

    id: str
    type: str
    created: datetime
    customer: str | None = None
    charge: str | None = None


@dataclass(frozen=True, slots=True)
class Buyer:
    """A user as a customer: `customer` is None until Stripe knows them."""

    user_id: UUID
    email: str | None
    customer: str | None


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the browser comes back to: after paying, and without having paid."""

    done: str
    back: str


class Payments(Protocol):
    """All calls may raise PaymentsUnavailable."""

    def notice(self, body: bytes, signature: str) -> Notice:
        """An event as it was delivered. Raises BadSignature for one that is not theirs, too old or not as it was."""
        ...

    async def notices(self, since: datetime) -> Sequence[Notice]:
        """The events that matter and are not older, oldest first."""
        ...

    async def statement(self, customer: str) -> Statement:
        """Everything about a customer, as it is now."""
        ...

    async def customer_of(self, notice: Notice) -> str | None:
        """Whom an event is about."""
        ...

    async def user_of(self, customer: str) -> UUID | None:
        """Which user a customer was made for; None for strangers."""
        ...

    async def customer(self, buyer: Buyer) -> str:
        """The customer of a user, made when there is none, or when the one that there was has been deleted."""
        ...

    async def sell_plan(self, customer: str, offer: Offer, ways: Ways) -> str:
        """The address of a page to subscribe on. Pages of before that were not used are closed."""
        ...

    async def sell_top_up(self, customer: str, top_up: TopUp, ways: Ways) -> str:
        """The address of a page to buy credits on."""
        ...

    async def change_plan(self, customer: str, subscription: str, item: str, offer: Offer, ways: Ways) -> str:
        """The address of a page that says what a change of plan costs, and makes it."""
        ...

    async def portal(self, customer: str, ways: Ways) -> str:
        """The address of a page with invoices and ways to pay."""
        ...

    async def end_with_period(self, subscription: str, *, ends: bool) -> None:
        """Let a subscription end with what was paid for, or let it go on after all."""
        ...

    async def leave(self, customer: str) -> None:
        """End everything at once, and forget who the customer was here."""
        ...
