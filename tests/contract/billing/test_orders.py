"""Events in every order, five times each, eight at once, at two processes: always the same credits, once."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from rekindle.billing.gateway.client import StripePayments
from rekindle.billing.statement import Statement
from rekindle.infra.db.embedded import open_database
from tests.contract.billing.desk import (
    MONTH,
    Desk,
    Event,
    Shop,
    access_to,
    catalogue,
    new_database,
    payments_at,
    real_now,
    somebody,
)
from tests.simulators.stripe.server import StripeSimulator

COPIES, AT_ONCE = 5, 8
STORY = ("checkout.session.completed", "customer.subscription.created", "invoice.paid", "invoice.paid")


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that must not depend on the order."""

    credits: tuple[int, int]
    plan: str
    status: str | None
    grants: tuple[tuple[str, int], ...]
    events: int


async def outcome(desk: Desk) -> Outcome:
    state = await desk.billing.state(desk.user)
    status = None if state.subscription is None else state.subscription.status
    async with desk.db.reading() as tx:
        entries = await desk.credits.entries(tx, desk.user.id, limit=100)
    grants = sorted((entry.key, entry.amount) for entry in entries if entry.kind == "grant")
    return Outcome(await desk.has(), await desk.plan(), status, tuple(grants), await desk.events())


async def five_events(shop: Shop, last: str) -> list[Event]:
    """A plan is bought and renewed, and then something happens to the subscription."""
    await shop.subscribe("remember")
    await shop.pass_time(MONTH)
    (subscription,) = shop.shopper.v1.subscriptions.list().data
    if last == "customer.subscription.deleted":
        await asyncio.to_thread(shop.shopper.v1.subscriptions.cancel, subscription.id)
    else:
        await asyncio.to_thread(shop.shopper.v1.subscriptions.update, subscription.id, {"cancel_at_period_end": True})
    events = await shop.all_events()
    told = [*(each for each in events if each["type"] in STORY), [e for e in events if e["type"] == last][-1]]
    assert sorted(each["type"] for each in told) == sorted((*STORY, last))
    return told


async def deliver_all(first: Desk, second: Desk, order: Sequence[Event]) -> None:
    """Each event five times, eight deliveries at once, in turn to two processes."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(event: Event, desk: Desk) -> None:
        async with gate:
            await desk.deliver([event])

    desks = itertools.cycle((first, second))
    async with asyncio.TaskGroup() as group:
        for event in order:
            for _ in range(COPIES):
                group.create_task(one(event, next(desks)))


class Remembering(StripePayments):
    """Asks Stripe once for each customer: nothing happens there while the events of a story are delivered."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(access_to(shop.simulator), catalogue().offers)
        self._read: dict[str, Statement] = {}

    async def statement(self, customer: str) -> Statement:
        if customer not in self._read:
            self._read[customer] = await super().statement(customer)
        return self._read[customer]


async def outcome_of(order: Sequence[Event], shop: Shop, folder: Path, payments: Sequence[StripePayments]) -> Outcome:
    """What comes of an order at a new server of two processes."""
    async with new_database(folder, "order.db") as db:
        first = Desk(db, shop.desk.clock, shop.desk.user, payments[0])
        await first.register()
        beside = open_database(f"sqlite+aiosqlite:///{folder / 'order.db'}")
        second = Desk(beside, shop.desk.clock, shop.desk.user, payments[1])
        await deliver_all(first, second, order)
        found = await outcome(first)
        await beside.aclose()
    await asyncio.to_thread(remove, folder)
    return found


def remove(folder: Path) -> None:
    for file in folder.glob("order.db*"):
        file.unlink()


@pytest.mark.slow
@pytest.mark.exhaustive
async def test_all_120_orders_of_five_events_end_the_same(shop: Shop, tmp_path: Path) -> None:
    story = await five_events(shop, "customer.subscription.updated")
    await shop.desk.deliver(story)
    expected = await outcome(shop.desk)
    assert (expected.credits, len(expected.grants)) == ((50, 0), 2)
    found = [
        await outcome_of(order, shop, tmp_path, [Remembering(shop), Remembering(shop)])
        for order in itertools.permutations(story)
    ]
    assert len(found) == 120
    assert set(found) == {expected}


@pytest.mark.slow
async def test_every_tenth_order_of_a_story_that_ends_badly_when_everything_is_read_anew(
    shop: Shop, tmp_path: Path
) -> None:
    story = await five_events(shop, "customer.subscription.deleted")
    await shop.desk.deliver(story)
    expected = await outcome(shop.desk)
    assert (expected.credits, expected.plan) == ((0, 0), "free")
    two = [shop.desk.payments, payments_at(shop.simulator)]
    orders = itertools.islice(itertools.permutations(story), 3, None, 10)
    assert {await outcome_of(order, shop, tmp_path, two) for order in orders} == {expected}


async def test_as_it_happens_is_as_all_at_once(simulator: StripeSimulator, shop: Shop, tmp_path: Path) -> None:
    """What was read at each step in time adds up to what is read at the end."""
    await shop.subscribe("remember")
    await shop.tell()
    await shop.desk.spend(20)
    await shop.top_up("small")
    await shop.tell()
    await shop.pass_time(MONTH)
    await shop.tell()
    charges = await shop.charges()
    await shop.refund(charges[-1].id)
    await shop.tell()
    await shop.desk.billing.end(shop.desk.user, ends=True)
    await shop.tell()
    as_it_happened = await shop.desk.has()
    async with new_database(tmp_path, "late.db") as db:
        late = Desk(db, real_now(), somebody(), payments_at(simulator))
        await late.register()
        late.clock.advance(seconds=MONTH)
        events = await shop.all_events()
        await late.deliver(events[-1:])
        await late.spend(20)
        await late.deliver(events[::-1])
        assert await late.has() == as_it_happened == (25 + 10 - 20, 0)


async def test_an_older_state_is_never_laid_over_a_newer_one(shop: Shop) -> None:
    """A slow process that read before a refund must not undo it."""
    await shop.top_up("small")
    await shop.tell()
    payments, customer = shop.desk.payments, shop.shopper.v1.customers.list().data[0].id
    old = await payments.statement(customer)
    read, go_on = asyncio.Event(), asyncio.Event()

    class Slow(StripePayments):
        """Reads, and comes back much later."""

        def __init__(self) -> None:
            self.reads = 0

        async def statement(self, customer: str):  # type: ignore[no-untyped-def]
            self.reads += 1
            if self.reads > 1:
                return await payments.statement(customer)
            read.set()
            await go_on.wait()
            return old

    slow = Slow()
    beside = Desk(shop.desk.db, shop.desk.clock, shop.desk.user, slow)
    waiting = asyncio.create_task(beside.till.reconciling.reconcile(customer))
    await read.wait()
    await shop.refund((await shop.charges())[0].id)
    await shop.tell()
    assert await shop.desk.has() == (0, 0)
    go_on.set()
    await waiting
    assert await shop.desk.has() == (0, 0)
    assert slow.reads == 2
