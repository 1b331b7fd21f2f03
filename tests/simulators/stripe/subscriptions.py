"""Subscriptions: started, renewed, switched, dunned and ended."""

from collections.abc import Sequence

from tests.simulators.stripe import invoices
from tests.simulators.stripe.errors import invalid
from tests.simulators.stripe.invoices import HOUR, Line, subscription_of
from tests.simulators.stripe.periods import next_boundary, share
from tests.simulators.stripe.rendering import listing
from tests.simulators.stripe.world import Thing, World

DAY = 86400
ENDED = ("canceled", "incomplete_expired")
Chosen = Sequence[tuple[Thing, int]]
"""Prices, each with how many of it."""


def new_subscription(
    world: World, customer: Thing, chosen: Chosen, *, metadata: Thing, method: str | None = None,
    status: str = "incomplete",
) -> Thing:  # fmt: skip
    """A subscription from now on; nothing is charged yet, and nobody is told."""
    clock = customer["test_clock"]
    now = world.now(clock)
    if any(price["recurring"] != chosen[0][0]["recurring"] for price, _ in chosen):
        raise invalid("This simulator keeps one interval in a subscription.", "items")
    customer["currency"] = chosen[0][0]["currency"]
    subscription = world.keep(
        "subscription", clock=clock, application=None, application_fee_percent=None,
        automatic_tax={"enabled": False, "liability": None, "disabled_reason": None}, billing_cycle_anchor=now,
        billing_cycle_anchor_config=None, billing_schedules=[], billing_thresholds=None, cancel_at=None,
        billing_mode={"type": "flexible", "flexible": {"proration_discounts": "included"}, "updated_at": now},
        cancel_at_period_end=False, canceled_at=None, collection_method="charge_automatically",
        cancellation_details={"comment": None, "feedback": None, "reason": None},
        currency=customer["currency"], customer=customer["id"], days_until_due=None, default_payment_method=method,
        default_source=None, default_tax_rates=[], description=None, discounts=[], ended_at=None,
        invoice_settings={"account_tax_ids": None, "issuer": {"type": "self"}}, latest_invoice=None,
        metadata=metadata, next_pending_invoice_item_invoice=None, on_behalf_of=None, pause_collection=None,
        payment_settings={"payment_method_options": None, "payment_method_types": None,
                          "save_default_payment_method": "off"},
        pending_invoice_item_interval=None, pending_setup_intent=None, pending_update=None, schedule=None,
        start_date=now, status=status, test_clock=clock, transfer_data=None, trial_end=None,
        trial_settings={"end_behavior": {"missing_payment_method": "create_invoice"}}, trial_start=None,
    )  # fmt: skip
    end = next_boundary(now, chosen[0][0]["recurring"], now)
    items = [_new_item(world, subscription, price, quantity, now, end) for price, quantity in chosen]
    subscription["items"] = listing(items, f"/v1/subscription_items?subscription={subscription['id']}")
    return subscription


def _new_item(world: World, subscription: Thing, price: Thing, quantity: int, start: int, end: int) -> Thing:
    return {
        "id": world.new_id("subscription_item"), "object": "subscription_item", "billing_thresholds": None,
        "created": start, "current_period_start": start, "current_period_end": end, "discounts": [],
        "metadata": {}, "plan": _plan(price), "price": dict(price), "quantity": quantity,
        "subscription": subscription["id"], "tax_rates": [],
    }  # fmt: skip


def _plan(price: Thing) -> Thing:
    """The same price, in the words of before."""
    plan = {name: price[name] for name in ("id", "active", "created", "currency", "livemode", "metadata", "nickname",
                                           "product", "billing_scheme", "tiers_mode")}  # fmt: skip
    return {
        **plan, **price["recurring"], "object": "plan", "amount": price["unit_amount"], "transform_usage": None,
        "amount_decimal": price["unit_amount_decimal"],
    }  # fmt: skip


def items_of(subscription: Thing) -> list[Thing]:
    return subscription["items"]["data"]


def period_end(subscription: Thing) -> int:
    return min(item["current_period_end"] for item in items_of(subscription))


def bill(world: World, subscription: Thing, reason: str, extra: Sequence[Line] = ()) -> Thing:
    """A draft for the current period of every item, or for `extra` alone when the plan changed in between."""
    customer = world.find("customer", subscription["customer"])
    periods = [] if reason == "subscription_update" else [_whole(world, item) for item in items_of(subscription)]
    waiting = list(world.where("invoiceitem", subscription=subscription["id"], invoice=None))
    lines = [*(each["line"] for each in waiting), *extra, *periods]
    invoice = invoices.new_invoice(world, customer, lines, reason=reason, subscription=subscription)
    for each in waiting:
        each["invoice"] = invoice["id"]
    subscription["latest_invoice"] = invoice["id"]
    world.emit("invoice.created", invoice)
    return invoice


def _whole(world: World, item: Thing) -> Line:
    price, quantity = item["price"], item["quantity"]
    name = world.find("product", price["product"])["name"]
    description = f"{quantity} × {name} (at ${price['unit_amount'] / 100:.2f} / {price['recurring']['interval']})"
    return Line(
        price, price["unit_amount"] * quantity, quantity, item["current_period_start"], item["current_period_end"],
        description, item["id"],
    )  # fmt: skip


def method_for(world: World, subscription: Thing) -> Thing | None:
    customer = world.find("customer", subscription["customer"])
    key = subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    return key and world.find("payment_method", key)


def collect(world: World, invoice: Thing, method: Thing | None = None) -> bool | None:
    """Try to have an open invoice paid, with what follows for the subscription."""
    key = subscription_of(invoice)
    if key is None:
        return invoices.attempt(world, invoice, method)
    subscription = world.find("subscription", key)
    paid = invoice["status"] == "paid" or invoices.attempt(world, invoice, method or method_for(world, subscription))
    if paid:
        revive(world, subscription)
    elif paid is False:
        fall_behind(world, subscription, invoice)
    return paid


def revive(world: World, subscription: Thing) -> None:
    """What was owed is paid."""
    if subscription["status"] in {"incomplete", "past_due", "unpaid"}:
        world.change("customer.subscription.updated", subscription, status="active")


def fall_behind(world: World, subscription: Thing, invoice: Thing) -> None:
    """A payment failed: it is tried again some days later, and in the end the subscription stops."""
    if invoice["billing_reason"] == "subscription_create" and subscription["status"] == "incomplete":
        invoices.mark_failed(world, invoice, None)
        return
    waits, tried = world.dunning.retry_days, invoice["attempt_count"]
    if tried <= len(waits):
        invoices.mark_failed(world, invoice, world.now(invoice["test_clock"]) + waits[tried - 1] * DAY)
        if subscription["status"] == "active":
            world.change("customer.subscription.updated", subscription, status="past_due")
        return
    invoices.mark_failed(world, invoice, None)
    if world.dunning.in_the_end == "canceled":
        end_at_once(world, subscription, reason="payment_failed")
    else:
        world.change("customer.subscription.updated", subscription, status=world.dunning.in_the_end)


def renew(world: World, subscription: Thing) -> None:
    """The next period begins; its invoice is a draft for an hour."""
    _due_switch(world, subscription)
    start = period_end(subscription)
    items = [
        {
            **item,
            "current_period_start": start,
            "current_period_end": next_boundary(
                subscription["billing_cycle_anchor"], item["price"]["recurring"], start
            ),
        }
        for item in items_of(subscription)
    ]
    before = {"items": {"data": items_of(subscription)}, "latest_invoice": subscription["latest_invoice"]}
    subscription["items"] = {**subscription["items"], "data": items}
    invoice = bill(world, subscription, "subscription_cycle")
    finalizes = start + HOUR
    if subscription["status"] == "unpaid":
        invoice["auto_advance"] = False
    else:
        invoice.update(automatically_finalizes_at=finalizes, next_payment_attempt=finalizes)
    world.emit("customer.subscription.updated", subscription, before)


# ── changes ──


def switch(
    world: World, subscription: Thing, item: Thing, price: Thing, *, quantity: int, prorate: str, anew: bool = False
) -> None:
    """Another price from now on. `prorate` is Stripe's: `create_prorations`, `always_invoice` or `none`. `anew`: with a
    period that begins now, as it does anyhow when the interval is another.
    """
    refuse_scheduled(subscription)
    now, old = world.now(subscription["test_clock"]), item
    if price["recurring"] is None:
        raise invalid(f"The price {price['id']} is not recurring.", "items[0][price]")
    same = price["recurring"] == old["price"]["recurring"] and not anew
    new = {**old, "price": dict(price), "plan": _plan(price), "quantity": quantity}
    changes: Thing = {}
    if not same:
        new.update(current_period_start=now, current_period_end=next_boundary(now, price["recurring"], now))
        changes["billing_cycle_anchor"] = now
    items = [new if each["id"] == old["id"] else each for each in items_of(subscription)]
    world.change(
        "customer.subscription.updated", subscription, items={**subscription["items"], "data": items}, **changes
    )
    lines = [] if prorate == "none" else _prorations(world, old, new, now, same=same)
    if not same:
        _charge_now(world, subscription, [*lines, _whole(world, new)])
    elif lines and prorate == "always_invoice":
        _charge_now(world, subscription, lines)
    for line in lines if same and prorate == "create_prorations" else ():
        world.keep("invoiceitem", clock=subscription["test_clock"], subscription=subscription["id"], invoice=None,
                   line=line)  # fmt: skip


def switch_later(world: World, subscription: Thing, price: Thing) -> None:
    """Another price from the next period on: a schedule, by which the subscription is managed until then."""
    refuse_scheduled(subscription)
    clock, start, end = subscription["test_clock"], subscription["start_date"], period_end(subscription)
    schedule = world.keep(
        "subscription_schedule", clock=clock, application=None, billing_mode=subscription["billing_mode"],
        canceled_at=None, completed_at=None, current_phase={"start_date": start, "end_date": end},
        customer=subscription["customer"], customer_account=None, end_behavior="release",
        default_settings={"billing_cycle_anchor": "automatic", "invoice_settings": {"issuer": {"type": "self"}}},
        metadata={}, pause_schedules=[], phases=[], released_at=None, released_subscription=None, status="active",
        subscription=subscription["id"], test_clock=clock,
    )  # fmt: skip
    world.notes[schedule["id"]] = {"price": price["id"]}
    world.change("customer.subscription.updated", subscription, schedule=schedule["id"])


def refuse_scheduled(subscription: Thing) -> None:
    """What a schedule manages is not changed beside it."""
    if subscription["schedule"] is not None:
        raise invalid(
            f"The subscription is managed by the subscription schedule `{subscription['schedule']}`, and updating it "
            "directly is not allowed. Please update the schedule instead."
        )


def release(world: World, schedule: Thing) -> None:
    """What it would have changed stays as it is."""
    subscription = world.find("subscription", schedule["subscription"])
    schedule.update(status="released", released_at=world.now(schedule["test_clock"]), subscription=None,
                    released_subscription=subscription["id"], current_phase=None)  # fmt: skip
    world.emit("subscription_schedule.released", schedule)
    world.change("customer.subscription.updated", subscription, schedule=None)


def _due_switch(world: World, subscription: Thing) -> None:
    if subscription["schedule"] is None:
        return
    schedule = world.find("subscription_schedule", subscription["schedule"])
    price = world.find("price", world.notes[schedule["id"]]["price"])
    release(world, schedule)
    (item,) = items_of(subscription)
    if price["recurring"] != item["price"]["recurring"]:
        subscription["billing_cycle_anchor"] = period_end(subscription)
    changed = {**item, "price": dict(price), "plan": _plan(price)}
    subscription["items"] = {**subscription["items"], "data": [changed]}


def _prorations(world: World, old: Thing, new: Thing, now: int, *, same: bool) -> list[Line]:
    """The rest of the old price given back and, in the same period, the rest of the new one charged."""
    lines: list[Line] = []
    for item, sign, word in ((old, -1, "Unused"), (new, 1, "Remaining")) if same else ((old, -1, "Unused"),):
        price = item["price"]
        amount = sign * share(price["unit_amount"] * item["quantity"], old, now)
        text = f"{word} time on {world.find('product', price['product'])['name']}"
        lines.append(Line(price, amount, item["quantity"], now, old["current_period_end"], text, old["id"], True))
    return lines


def _charge_now(world: World, subscription: Thing, lines: Sequence[Line]) -> None:
    invoice = bill(world, subscription, "subscription_update", lines)
    invoices.finalize(world, invoice)
    collect(world, invoice)


def end_later(world: World, subscription: Thing, *, at: int, at_period_end: bool) -> None:
    """Let it run to `at`. Asked over the API for the end of the period, that is noted as well; the portal of
    flexible billing sets the time alone.

    Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare
    """
    refuse_scheduled(subscription)
    world.change(
        "customer.subscription.updated", subscription, cancel_at=at, cancel_at_period_end=at_period_end,
        canceled_at=world.now(subscription["test_clock"]),
        cancellation_details={**subscription["cancellation_details"], "reason": "cancellation_requested"},
    )  # fmt: skip


def go_on(world: World, subscription: Thing) -> None:
    """Do not end after all."""
    world.change(
        "customer.subscription.updated", subscription, cancel_at=None, cancel_at_period_end=False, canceled_at=None,
        cancellation_details={"comment": None, "feedback": None, "reason": None},
    )  # fmt: skip


def end_at_once(world: World, subscription: Thing, *, reason: str) -> None:
    now = world.now(subscription["test_clock"])
    subscription.update(
        status="canceled", ended_at=now, canceled_at=subscription["canceled_at"] or now,
        cancellation_details={**subscription["cancellation_details"], "reason": reason},
    )  # fmt: skip
    invoices.stop_collecting(world, subscription)
    world.emit("customer.subscription.deleted", subscription)


def give_up(world: World, subscription: Thing) -> None:
    """The first invoice was not paid within a day."""
    world.change("customer.subscription.updated", subscription, status="incomplete_expired",
                 ended_at=world.now(subscription["test_clock"]))  # fmt: skip
    for invoice in world.all("invoice"):
        if subscription_of(invoice) == subscription["id"] and invoice["status"] == "open":
            invoices.void(world, invoice)
