"""Money that goes back: refunds and disputes, into debt and out of it."""

import asyncio
from datetime import timedelta

import pytest

from rekindle.credits.ledger import AccountInDebt
from tests.contract.billing.desk import MONTH, Shop


async def test_a_refund_takes_the_credits_back(shop: Shop) -> None:
    await shop.top_up("small")
    await shop.tell()
    await shop.refund((await shop.charges())[0].id)
    await shop.tell()
    assert await shop.desk.has() == (0, 0)


async def test_a_part_of_the_money_is_a_part_of_the_credits(shop: Shop) -> None:
    await shop.top_up("large")
    await shop.tell()
    (charge,) = await shop.charges()
    await shop.refund(charge.id, 1333)
    await shop.tell()
    balance = await shop.desk.balance()
    assert balance.available == 67_000
    await shop.refund(charge.id, 1333)
    await shop.refund(charge.id)
    await shop.tell()
    assert await shop.desk.has() == (0, 0)


async def test_what_was_spent_becomes_debt_which_the_next_purchase_pays(shop: Shop) -> None:
    desk = shop.desk
    await shop.top_up("small")
    await shop.tell()
    await desk.spend(7)
    await shop.refund((await shop.charges())[0].id)
    await shop.tell()
    assert await desk.has() == (0, 7)
    deadline = desk.clock.now() + timedelta(hours=1)
    async with desk.db.transaction() as tx:
        with pytest.raises(AccountInDebt):
            await desk.credits.hold(tx, desk.user.id, 1000, key="try", deadline_at=deadline)
    await shop.top_up("small")
    await shop.tell()
    assert await desk.has() == (3, 0)


async def test_a_refund_that_is_heard_of_before_the_purchase_leaves_nothing(shop: Shop) -> None:
    await shop.top_up("small")
    await shop.refund((await shop.charges())[0].id)
    events = await shop.all_events()
    refund = [each for each in events if each["type"] == "charge.refunded"]
    await shop.desk.deliver(refund)
    await shop.desk.deliver(events)
    assert await shop.desk.has() == (0, 0)


async def test_a_refunded_renewal_takes_back_its_own_month_alone(shop: Shop) -> None:
    await shop.subscribe("remember")
    await shop.pass_time(MONTH)
    await shop.tell()
    await shop.refund((await shop.charges())[0].id)
    await shop.tell()
    assert (await shop.desk.plan(), await shop.desk.has()) == ("remember", (25, 0))


async def dispute(shop: Shop) -> str:
    charge = (await shop.charges())[0].id
    return (await asyncio.to_thread(shop.simulator.dispute, charge))["id"]


@pytest.mark.parametrize("spent", [0, 4, 10])
async def test_a_dispute_takes_the_credits_and_one_that_is_won_gives_them_again(shop: Shop, spent: int) -> None:
    desk = shop.desk
    await shop.top_up("small")
    await shop.tell()
    if spent:
        await desk.spend(spent)
    opened = await dispute(shop)
    await shop.tell()
    assert await desk.has() == (0, spent)
    await asyncio.to_thread(shop.simulator.close_dispute, opened, "won")
    await shop.tell()
    assert await desk.has() == (10 - spent, 0)
    await shop.refund((await shop.charges())[0].id)
    await shop.tell()
    assert await desk.has() == (0, spent)


async def test_a_dispute_that_is_lost_changes_nothing_more(shop: Shop) -> None:
    await shop.top_up("small")
    await shop.tell()
    opened = await dispute(shop)
    await shop.tell()
    await asyncio.to_thread(shop.simulator.close_dispute, opened, "lost")
    await shop.tell()
    assert await shop.desk.has() == (0, 0)


async def test_a_dispute_that_is_won_before_anybody_heard_of_it_was_nothing(shop: Shop) -> None:
    await shop.top_up("small")
    opened = await dispute(shop)
    await asyncio.to_thread(shop.simulator.close_dispute, opened, "won")
    for event in (await shop.all_events())[::-1]:
        await shop.desk.deliver([event])
    assert await shop.desk.has() == (10, 0)


async def test_a_refund_after_the_end_of_the_plan_asks_only_for_what_was_spent(shop: Shop) -> None:
    desk = shop.desk
    await shop.subscribe("remember")
    await shop.tell()
    await desk.spend(10)
    (subscription,) = shop.shopper.v1.subscriptions.list().data
    await asyncio.to_thread(shop.shopper.v1.subscriptions.cancel, subscription.id)
    await shop.tell()
    assert await desk.has() == (0, 0)
    await shop.refund((await shop.charges())[0].id)
    await shop.tell()
    assert await desk.has() == (0, 10)


async def test_a_dispute_about_a_plan_that_ended_gives_nothing_again_but_the_debt(shop: Shop) -> None:
    desk = shop.desk
    await shop.subscribe("remember")
    await shop.tell()
    await desk.spend(10)
    opened = await dispute(shop)
    await shop.tell()
    assert await desk.has() == (0, 10)
    (subscription,) = shop.shopper.v1.subscriptions.list().data
    await asyncio.to_thread(shop.shopper.v1.subscriptions.cancel, subscription.id)
    await asyncio.to_thread(shop.simulator.close_dispute, opened, "won")
    await shop.tell()
    assert await desk.has() == (0, 0)
