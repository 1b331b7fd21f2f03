"""Invoices: drafted, finalized, tried, paid or left open."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulators.stripe.payments import confirm, new_intent
from tests.simulators.stripe.rendering import listing
from tests.simulators.stripe.world import Thing, World

HOUR = 3600
"""A renewal's invoice can be changed for so long before it is finalized."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is charged for; `start` and `end` are the period that it pays. Negative amounts are given back."""

    price: Thing
    amount: int
    quantity: int
    start: int
    end: int
    description: str
    item: str | None = None
    """The item of the subscription."""
    proration: bool = False


def new_invoice(
    world: World, customer: Thing, lines: Sequence[Line], *, reason: str, subscription: Thing | None = None,
    metadata: Thing | None = None,
) -> Thing:  # fmt: skip
    """A draft."""
    clock = customer["test_clock"]
    now, currency = world.now(clock), lines[0].price["currency"]
    invoice = world.keep(
        "invoice", clock=clock, account_country="US", account_name="Rekindle", amount_overpaid=0, amount_paid=0,
        amount_shipping=0, attempt_count=0, attempted=False, auto_advance=True, automatically_finalizes_at=None,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        billing_reason=reason, collection_method="charge_automatically", currency=currency, custom_fields=None,
        customer=customer["id"], customer_address=None, customer_email=customer["email"],
        customer_name=customer["name"], default_payment_method=None, default_source=None, default_tax_rates=[],
        description=None, discounts=[], due_date=None, effective_at=None, ending_balance=None, footer=None,
        from_invoice=None, hosted_invoice_url=None, invoice_pdf=None, issuer={"type": "self"},
        last_finalization_error=None, latest_revision=None, metadata=metadata or {}, next_payment_attempt=None,
        number=None, parent=_parent(subscription), payment_settings={"payment_method_types": None},
        period_start=now, period_end=now, post_payment_credit_notes_amount=0,
        pre_payment_credit_notes_amount=0, receipt_number=None, starting_balance=0, statement_descriptor=None,
        status="draft", test_clock=clock, total_discount_amounts=[], total_taxes=[], webhooks_delivered_at=None,
        status_transitions={"finalized_at": None, "marked_uncollectible_at": None, "paid_at": None,
                            "voided_at": None},
    )  # fmt: skip
    made = [_line(world, invoice, line, subscription) for line in lines]
    invoice["lines"] = listing(made, f"/v1/invoices/{invoice['id']}/lines")
    _add_up(invoice, customer["balance"])
    return invoice


def _parent(subscription: Thing | None) -> Thing | None:
    """Where the subscription of an invoice is named since the version of spring 2025."""
    if subscription is None:
        return None
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    return {"type": "subscription_details", "quote_details": None, "subscription_details": details}


def subscription_of(invoice: Thing) -> str | None:
    return invoice["parent"] and invoice["parent"]["subscription_details"]["subscription"]


def _line(world: World, invoice: Thing, line: Line, subscription: Thing | None) -> Thing:
    item = line.item and {
        "invoice_item": None, "proration": line.proration, "proration_details": {"credited_items": None},
        "subscription": subscription and subscription["id"], "subscription_item": line.item,
    }  # fmt: skip
    return {
        "id": world.new_id("line_item"), "object": "line_item", "amount": line.amount,
        "currency": line.price["currency"], "description": line.description, "discount_amounts": [],
        "discountable": not line.proration, "discounts": [], "invoice": invoice["id"], "livemode": False,
        "metadata": {}, "period": {"start": line.start, "end": line.end}, "quantity": line.quantity,
        "parent": item and {"type": "subscription_item_details", "invoice_item_details": None,
                            "subscription_item_details": item},
        "pricing": {"type": "price_details", "unit_amount_decimal": line.price["unit_amount_decimal"],
                    "price_details": {"price": line.price["id"], "product": line.price["product"]}},
        "subscription": subscription and subscription["id"], "subtotal": line.amount, "taxes": [],
    }  # fmt: skip


def _add_up(invoice: Thing, balance: int) -> None:
    """What is due: the lines, and what the customer owes (above 0) or has to their credit (below 0)."""
    total = sum(line["amount"] for line in invoice["lines"]["data"])
    due = max(0, total + balance)
    invoice.update(
        subtotal=total, subtotal_excluding_tax=total, total=total, total_excluding_tax=total, amount_due=due,
        amount_remaining=due, starting_balance=balance,
    )  # fmt: skip


def finalize(world: World, invoice: Thing) -> None:
    """From now on it cannot be changed; one with nothing to pay is paid."""
    customer = world.find("customer", invoice["customer"])
    _add_up(invoice, customer["balance"])
    ending = invoice["starting_balance"] + invoice["total"] - invoice["amount_due"]
    if ending != customer["balance"]:
        world.change("customer.updated", customer, balance=ending)
    _open(world, invoice, customer, ending)
    if invoice["amount_due"]:
        _expect(world, invoice)
    world.emit("invoice.finalized", invoice)
    if not invoice["amount_due"]:
        mark_paid(world, invoice)


def _open(world: World, invoice: Thing, customer: Thing, ending_balance: int) -> None:
    now = world.now(invoice["test_clock"])
    invoice.update(
        status="open", effective_at=now, ending_balance=ending_balance, automatically_finalizes_at=None,
        number=f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}",
        hosted_invoice_url=f"{world.base_url}/i/{invoice['id']}",
    )  # fmt: skip
    customer["next_invoice_sequence"] += 1
    invoice["status_transitions"]["finalized_at"] = now


def _expect(world: World, invoice: Thing) -> None:
    """The payment that the invoice waits for."""
    subscription = subscription_of(invoice)
    intent = new_intent(
        world, amount=invoice["amount_due"], currency=invoice["currency"], customer=invoice["customer"],
        description="Subscription update" if subscription else f"Payment for invoice {invoice['number']}",
    )  # fmt: skip
    _new_payment(world, invoice, intent)
    invoice["confirmation_secret"] = {"type": "payment_intent", "client_secret": intent["client_secret"]}


def _new_payment(world: World, invoice: Thing, intent: Thing) -> None:
    world.keep(
        "invoice_payment", clock=invoice["test_clock"], amount_paid=None, amount_requested=invoice["amount_due"],
        currency=invoice["currency"], invoice=invoice["id"], is_default=True,
        payment={"type": "payment_intent", "payment_intent": intent["id"]}, status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )  # fmt: skip


def payment_of(world: World, invoice: Thing) -> Thing:
    return next(world.where("invoice_payment", invoice=invoice["id"], is_default=True))


def intent_of(world: World, invoice: Thing) -> Thing:
    return world.find("payment_intent", payment_of(world, invoice)["payment"]["payment_intent"])


def attempt(world: World, invoice: Thing, method: Thing | None) -> bool | None:
    """Try to have an open invoice paid. True: it is. False: declined. None: the money is on its way."""
    invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1, next_payment_attempt=None)
    outcome = False if method is None else confirm(world, intent_of(world, invoice), method)
    if outcome:
        mark_paid(world, invoice)
    return outcome


def mark_paid(world: World, invoice: Thing) -> None:
    now = world.now(invoice["test_clock"])
    if invoice["amount_due"]:
        payment = payment_of(world, invoice)
        payment.update(status="paid", amount_paid=payment["amount_requested"])
        payment["status_transitions"]["paid_at"] = now
        world.emit("invoice_payment.paid", payment)
    invoice.update(
        status="paid", amount_paid=invoice["amount_due"], amount_remaining=0, attempted=True, auto_advance=False,
        next_payment_attempt=None,
    )  # fmt: skip
    invoice["status_transitions"]["paid_at"] = now
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)


def mark_failed(world: World, invoice: Thing, next_attempt: int | None) -> None:
    invoice.update(next_payment_attempt=next_attempt, auto_advance=next_attempt is not None)
    world.emit("invoice.payment_failed", invoice)


def void(world: World, invoice: Thing) -> None:
    """An open invoice that nobody has to pay any more."""
    invoice.update(status="void", auto_advance=False, next_payment_attempt=None)
    invoice["status_transitions"]["voided_at"] = world.now(invoice["test_clock"])
    world.emit("invoice.voided", invoice)


def stop_collecting(world: World, subscription: Thing) -> None:
    """A canceled subscription's invoices stay as they are, and are not tried again."""
    for invoice in world.all("invoice"):
        if subscription_of(invoice) == subscription["id"] and invoice["status"] in {"draft", "open"}:
            invoice.update(auto_advance=False, next_payment_attempt=None, automatically_finalizes_at=None)


def receipt(world: World, customer: Thing, lines: Sequence[Line], *, intent: Thing, metadata: Thing) -> Thing:
    """The invoice of something that was paid once, at a checkout that was asked to make one."""
    invoice = new_invoice(world, customer, lines, reason="manual", metadata=metadata)
    world.emit("invoice.created", invoice)
    _open(world, invoice, customer, customer["balance"])
    _new_payment(world, invoice, intent)
    world.emit("invoice.finalized", invoice)
    mark_paid(world, invoice)
    return invoice
