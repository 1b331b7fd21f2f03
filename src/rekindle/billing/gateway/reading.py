"""What Stripe's objects say, in the words of a statement."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import stripe

from rekindle.billing.gateway.calls import PAGE, Calls, is_missing
from rekindle.billing.port import MATTERS, BadSignature, Notice
from rekindle.billing.statement import Payment, Period, Purchase, Statement, Subscription

TAG = "rekindle"
"""The name under which prices and portals note what they are here."""
CREDITS, USER = "rekindle_credits", "rekindle_user"

TAKEN = frozenset({"needs_response", "under_review", "lost"})
"""States of a dispute in which the money is not there. Inquiries (`warning_…`) leave it."""


def read_notice(body: bytes, signature: str, secret: str) -> Notice:
    """An event as it was delivered; what is signed are these very bytes. Raises BadSignature."""
    try:
        event = stripe.Webhook.construct_event(body, signature, secret)
        return notice_of(event)
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSignature("The signature does not fit what was sent, or is too old. Send it as it came.") from error


def notice_of(event: stripe.Event) -> Notice:
    """Whom an event is about, and nothing of what it says."""
    about = event.data.object.to_dict()
    charge = about.get("charge") if about.get("object") in {"dispute", "refund"} else None
    customer = about.get("id") if about.get("object") == "customer" else about.get("customer")
    return Notice(str(event.id), str(event.type), moment(event.created), _name(customer), _name(charge))


class Reading:
    """Reads; every method is called in a thread."""

    def __init__(self, calls: Calls) -> None:
        self._v1 = calls.client.v1
        self._keys: dict[str, str] = {}

    def notices(self, since: datetime) -> list[Notice]:
        """Events that matter, oldest first."""
        asked: Any = {"created": {"gte": int(since.timestamp())}, "types": sorted(MATTERS), "limit": PAGE}
        return [notice_of(event) for event in self._v1.events.list(asked).auto_paging_iter()][::-1]

    def customer_of(self, notice: Notice) -> str | None:
        """By the charge, where the event does not say."""
        if notice.customer is not None or notice.charge is None:
            return notice.customer
        try:
            return _name(self._v1.charges.retrieve(notice.charge).customer)
        except stripe.InvalidRequestError as error:
            if is_missing(error):
                return None
            raise

    def user_of(self, customer: str) -> UUID | None:
        """By what was noted when the customer was made."""
        try:
            found = self._v1.customers.retrieve(customer)
            return None if is_gone(found) else UUID(noted(found.metadata, USER))
        except stripe.InvalidRequestError as error:
            if is_missing(error):
                return None
            raise
        except ValueError:
            return None

    def statement(self, customer: str) -> Statement:
        """Lists, not single objects: what is paid for is found, whatever the event was that led here."""
        of: Any = {"customer": customer, "limit": PAGE}
        every: Any = {**of, "status": "all"}
        paid: Any = {**of, "status": "paid", "expand": ["data.payments"]}
        complete: Any = {**of, "status": "complete"}
        subscriptions = list(self._v1.subscriptions.list(every).auto_paging_iter())
        invoices = list(self._v1.invoices.list(paid).auto_paging_iter()) if subscriptions else []
        sessions = self._v1.checkout.sessions.list(complete).auto_paging_iter()
        charges = self._v1.charges.list(of).auto_paging_iter()
        return Statement(
            customer,
            tuple(self._subscription(each) for each in subscriptions),
            tuple(period for each in invoices for period in self._periods(each)),
            tuple(found for each in sessions if (found := purchase_of(each)) is not None),
            self._payments(charges),
        )

    def key_of(self, price: stripe.Price) -> str:
        """The name of a price in our catalogue, also of one that another has replaced; empty for a strange one."""
        key = noted(price.metadata, TAG) or price.lookup_key or ""
        self._keys[price.id] = key
        return key

    def _subscription(self, each: stripe.Subscription) -> Subscription:
        item = each["items"]["data"][0]
        return Subscription(
            each.id, item.id, self.key_of(item.price), each.status, moment(each.created),
            moment(item.current_period_end), maybe(each.cancel_at), maybe(each.ended_at),
        )  # fmt: skip

    def _periods(self, invoice: stripe.Invoice) -> Iterable[Period]:
        parent = invoice.parent and invoice.parent.subscription_details
        if parent is None:
            return
        lines = [line for line in self._lines(invoice) if line.amount > 0 and line.pricing is not None]
        ordered = sorted(lines, key=lambda line: (line.period.start, _price(line)))
        for number, line in enumerate(ordered):
            details = line.parent and line.parent.subscription_item_details
            yield Period(
                str(invoice.id), number, str(_name(parent.subscription)), self._key(_price(line)),
                moment(line.period.start), moment(line.period.end), line.amount,
                round(float((line.pricing and line.pricing.unit_amount_decimal) or 0)) * (line.quantity or 1),
                bool(details and details.proration), _payment(invoice),
            )  # fmt: skip

    def _lines(self, invoice: stripe.Invoice) -> list[stripe.InvoiceLineItem]:
        if not invoice.lines.has_more:
            return invoice.lines.data
        return list(self._v1.invoices.line_items.list(str(invoice.id), {"limit": PAGE}).auto_paging_iter())

    def _key(self, price: str) -> str:
        if price and price not in self._keys:
            self.key_of(self._v1.prices.retrieve(price))
        return self._keys.get(price, "")

    def _payments(self, charges: Iterable[stripe.Charge]) -> dict[str, Payment]:
        found: dict[str, Payment] = {}
        for charge in charges:
            intent = _name(charge.payment_intent)
            if charge.status != "succeeded" or intent is None:
                continue
            disputes = self._v1.disputes.list({"charge": charge.id}).data if charge.disputed else []
            taken = sum(each.amount for each in disputes if each.status in TAKEN)
            found[intent] = Payment(charge.amount_captured, charge.amount_refunded, taken)
        return found


def purchase_of(session: stripe.checkout.Session) -> Purchase | None:
    """What was bought once and is paid; None for all else."""
    promised = noted(session.metadata, CREDITS)
    paid = session.payment_status in {"paid", "no_payment_required"}
    if session.mode != "payment" or not paid or not promised.isdecimal():
        return None
    return Purchase(session.id, int(promised), moment(session.created), _name(session.payment_intent))


def _payment(invoice: stripe.Invoice) -> str | None:
    """The payment intent that paid an invoice; None when nothing had to be paid."""
    for each in invoice.payments.data if invoice.payments else ():
        if each.status == "paid" and each.payment.payment_intent is not None:
            return _name(each.payment.payment_intent)
    return None


def _price(line: stripe.InvoiceLineItem) -> str:
    details = line.pricing and line.pricing.price_details
    return _name(details and details.price) or ""


def _name(thing: object) -> str | None:
    """The identifier of what is there by its name, or spelled out."""
    if thing is None or isinstance(thing, str):
        return thing or None
    found = cast("Any", thing)
    return str(found["id"])


def noted(metadata: Any, name: str) -> str:
    """What was written beside an object at Stripe; empty when nothing was."""
    return str(metadata[name]) if metadata is not None and name in metadata else ""


def is_gone(customer: stripe.Customer) -> bool:
    """Whether a customer was deleted: little else is known of one."""
    return "deleted" in customer and bool(customer["deleted"])


def moment(seconds: int) -> datetime:
    """A time of Stripe's."""
    return datetime.fromtimestamp(seconds, UTC)


def maybe(seconds: int | None) -> datetime | None:
    """A time of Stripe's that may not be there."""
    return None if seconds is None else moment(seconds)
