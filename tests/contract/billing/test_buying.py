"""Buying at the simulated Stripe: plans, top-ups, renewals, changes, endings, and payments that fail."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from rekindle.accounts.plans import NotInPlan
from rekindle.accounts.tables import UserRow
from rekindle.billing.catalogue import Interval, NotOffered
from rekindle.billing.service import AlreadySubscribed, NoSubscription
from tests.contract.billing.desk import DAY, MONTH, WAYS, Shop


async def test_a_plan_is_bought_and_brings_its_credits(shop: Shop) -> None:
    await shop.subscribe("cherish")
    await shop.tell()
    state = await shop.desk.billing.state(shop.desk.user)
    assert state.subscription is not None
    assert (state.subscription.plan, state.subscription.interval, state.subscription.status) == (
        "cherish", "month", "active",
    )  # fmt: skip
    assert not state.payment_failed
    assert await shop.desk.plan() == "cherish"
    assert await shop.desk.has() == (60, 0)
    (grant,) = (await shop.desk.balance()).grants
    assert (grant.source, grant.expires_at) == ("plan:cherish", None)


async def test_each_renewal_brings_the_credits_of_a_month_and_they_add_up(shop: Shop) -> None:
    await shop.subscribe("remember")
    await shop.pass_time(MONTH)
    await shop.pass_time(MONTH)
    await shop.tell()
    assert await shop.desk.has() == (75, 0)


async def test_a_top_up_is_bought_once(shop: Shop) -> None:
    await shop.top_up("small")
    await shop.tell()
    assert await shop.desk.has() == (10, 0)
    assert await shop.desk.plan() == "free"
    assert (await shop.desk.billing.state(shop.desk.user)).subscription is None


async def test_money_from_a_bank_brings_credits_when_it_arrives_and_not_before(shop: Shop) -> None:
    url = await shop.top_up("small", "later")
    await shop.tell()
    assert await shop.desk.has() == (0, 0)
    await shop.pay(url, "arrive")
    await shop.tell()
    assert await shop.desk.has() == (10, 0)


async def test_money_that_never_arrives_brings_nothing(shop: Shop) -> None:
    url = await shop.top_up("small", "later")
    await shop.pay(url, "bounce")
    await shop.tell()
    assert await shop.desk.has() == (0, 0)


async def test_what_is_not_for_sale_cannot_be_bought(shop: Shop) -> None:
    billing, user = shop.desk.billing, shop.desk.user
    with pytest.raises(NotOffered):
        await billing.buy_plan(user, "free", Interval.MONTH, WAYS)
    with pytest.raises(NotOffered):
        await billing.buy_top_up(user, "enormous", WAYS)


async def test_a_plan_without_top_ups_sells_none(shop: Shop) -> None:
    guest = type(shop.desk.user)(shop.desk.user.id, shop.desk.user.role, "guest")
    with pytest.raises(NotInPlan):
        await shop.desk.billing.buy_top_up(guest, "small", WAYS)


async def test_two_tabs_do_not_make_two_subscriptions(shop: Shop) -> None:
    billing, user = shop.desk.billing, shop.desk.user
    first = await billing.buy_plan(user, "remember", Interval.MONTH, WAYS)
    second = await billing.buy_plan(user, "cherish", Interval.MONTH, WAYS)
    assert shop.shopper.browser.post(first, data={"action": "pay"}).status_code == 404
    await shop.pay(second)
    await shop.tell()
    assert await shop.desk.has() == (60, 0)


async def test_the_same_plan_is_not_sold_twice(shop: Shop) -> None:
    await shop.subscribe("remember")
    with pytest.raises(AlreadySubscribed):  # no event has come yet: Stripe itself was asked
        await shop.subscribe("remember")


async def test_a_year_brings_its_credits_month_by_month(shop: Shop) -> None:
    await shop.subscribe("remember", Interval.YEAR)
    await shop.tell()
    assert await shop.desk.has() == (25, 0)
    for month in range(2, 13):
        await shop.pass_time(31 * DAY)
        await shop.desk.sweep.look()
        assert await shop.desk.has() == (25 * month, 0)
    await shop.desk.sweep.look()
    assert await shop.desk.has() == (300, 0)
    await shop.pass_time(40 * DAY)
    await shop.tell()
    await shop.pass_time(40 * DAY)
    await shop.desk.sweep.look()
    assert await shop.desk.has() == (350, 0)


# ── changes ──


async def test_a_larger_plan_begins_at_once_and_what_was_not_used_of_the_old_one_goes(shop: Shop) -> None:
    await shop.subscribe("remember")
    await shop.tell()
    assert await shop.desk.has() == (25, 0)
    await shop.subscribe("forever")
    await shop.tell()
    available, debt = await shop.desk.has()
    assert await shop.desk.plan() == "forever"
    assert (available, debt) == (150, 0)


async def test_half_a_month_later_half_of_the_old_credits_stay(shop: Shop) -> None:
    await shop.subscribe("remember")
    await shop.tell()
    await shop.pass_time(15 * DAY)
    await shop.subscribe("cherish")
    await shop.tell()
    available, _ = await shop.desk.has()
    assert 60 + 25 * 14 // 31 <= available <= 60 + 25 * 16 // 28


async def test_a_smaller_plan_waits_for_the_end_of_what_was_paid(shop: Shop) -> None:
    await shop.subscribe("forever")
    await shop.subscribe("remember")
    await shop.tell()
    assert (await shop.desk.plan(), await shop.desk.has()) == ("forever", (150, 0))
    await shop.pass_time(MONTH)
    await shop.tell()
    assert (await shop.desk.plan(), await shop.desk.has()) == ("remember", (175, 0))


async def test_whoever_chose_a_smaller_plan_may_still_cancel_or_choose_again(shop: Shop) -> None:
    desk = shop.desk
    await shop.subscribe("cherish")
    await shop.subscribe("remember")
    await shop.tell()
    await desk.billing.end(desk.user, ends=True)
    await desk.billing.end(desk.user, ends=False)
    await shop.subscribe("remember")
    await shop.subscribe("forever")
    await shop.tell()
    assert (await desk.plan(), (await desk.has())[1]) == ("forever", 0)
    await shop.pass_time(MONTH)
    await shop.tell()
    assert (await desk.plan(), await desk.has()) == ("forever", (300, 0))


async def test_from_a_month_to_a_year(shop: Shop) -> None:
    await shop.subscribe("remember")
    await shop.subscribe("remember", Interval.YEAR)
    await shop.tell()
    assert await shop.desk.has() == (25, 0)
    state = await shop.desk.billing.state(shop.desk.user)
    assert state.subscription is not None
    assert state.subscription.interval == "year"


async def test_a_change_that_a_hand_made_without_a_new_period_brings_its_part(shop: Shop) -> None:
    desk = shop.desk
    await shop.subscribe("remember")
    await shop.tell()
    await shop.pass_time(15 * DAY)
    await desk.billing.portal(desk.user, WAYS)  # which makes the prices of all plans
    (subscription,) = shop.shopper.v1.subscriptions.list().data
    (price,) = shop.shopper.v1.prices.list({"lookup_keys": ["rekindle_forever_month"]}).data
    change: Any = {
        "items": [{"id": subscription.items.data[0].id, "price": price.id}],
        "proration_behavior": "always_invoice",
    }
    shop.shopper.v1.subscriptions.update(subscription.id, change)
    await shop.tell()
    half = 150 * 16 // 31 + 25 * 15 // 31
    available, debt = await desk.has()
    assert (await desk.plan(), debt) == ("forever", 0)
    assert half - 6 <= available <= half + 6
    await shop.pass_time(20 * DAY)
    await shop.tell()
    assert (await desk.has())[0] == available + 150


# ── endings ──


async def test_a_plan_ends_with_what_was_paid_for_after_a_warning(shop: Shop) -> None:
    desk = shop.desk
    await shop.subscribe("remember")
    await shop.top_up("small")
    await shop.tell()
    warning = await desk.billing.farewell(desk.user)
    assert (warning.lost, warning.kept) == (25_000, 10_000)
    assert "25 credits from this plan is lost" in warning.text
    assert "10 credits that came otherwise stay yours" in warning.text
    state = await desk.billing.end(desk.user, ends=True)
    assert state.subscription is not None
    assert state.subscription.cancel_at == warning.ends_at
    assert await desk.has() == (35, 0)
    await shop.pass_time(MONTH)
    await shop.tell()
    assert (await desk.plan(), await desk.has()) == ("free", (10, 0))
    assert (await desk.billing.state(desk.user)).subscription is None
    with pytest.raises(NoSubscription):
        await desk.billing.farewell(desk.user)


async def test_an_ending_can_be_undone_whoever_asked_for_it(shop: Shop) -> None:
    desk = shop.desk
    await shop.subscribe("remember")
    await shop.tell()
    await desk.billing.end(desk.user, ends=True)
    state = await desk.billing.end(desk.user, ends=False)
    assert state.subscription is not None
    assert state.subscription.cancel_at is None
    portal = await desk.billing.portal(desk.user, WAYS)
    (subscription,) = shop.shopper.v1.subscriptions.list().data
    shop.shopper.manage(portal, "cancel", subscription.id)
    assert (await desk.billing.end(desk.user, ends=False)).subscription is not None
    await shop.pass_time(MONTH)
    await shop.tell()
    assert (await desk.plan(), await desk.has()) == ("remember", (50, 0))


async def test_top_ups_go_with_the_plan_where_that_is_the_rule(shop: Shop) -> None:
    strict = type(shop.desk)(shop.desk.db, shop.desk.clock, shop.desk.user, shop.desk.payments, top_ups_survive=False)
    shop.desk = strict
    await shop.top_up("small")
    await shop.subscribe("remember")
    await shop.tell()
    assert (await strict.billing.farewell(strict.user)).lost == 35_000
    await strict.billing.end(strict.user, ends=True)
    await shop.pass_time(MONTH)
    await shop.tell()
    assert await strict.has() == (0, 0)
    await shop.top_up("small")
    await shop.tell()
    assert await strict.has() == (10, 0)


async def test_an_account_that_is_deleted_pays_nothing_any_more(shop: Shop) -> None:
    desk = shop.desk
    await shop.subscribe("remember")
    await shop.tell()
    open_page = await desk.billing.buy_top_up(desk.user, "small", WAYS)
    await desk.belongings.remove(desk.user.id)
    await desk.belongings.remove(desk.user.id)
    assert shop.shopper.v1.subscriptions.list().data == []
    assert shop.shopper.browser.post(open_page, data={"action": "pay"}).status_code == 404
    before = await desk.balance()
    await shop.tell()  # nobody is there any more whom the last events could be about
    assert await desk.balance() == before
    assert (await desk.billing.state(desk.user)).subscription is None


async def test_a_customer_who_was_deleted_at_stripe_loses_the_plan_and_can_begin_anew(shop: Shop) -> None:
    desk = shop.desk
    await shop.subscribe("remember")
    await shop.tell()
    (customer,) = shop.shopper.v1.customers.list().data
    shop.shopper.v1.customers.delete(customer.id)
    await shop.tell()
    assert (await desk.plan(), await desk.has()) == ("free", (0, 0))
    await shop.top_up("small")
    await shop.subscribe("cherish")
    await shop.tell()
    assert (await desk.plan(), await desk.has()) == ("cherish", (70, 0))


async def test_a_plan_that_an_operator_gave_stays_until_something_else_is_paid_for(shop: Shop) -> None:
    desk = shop.desk
    await shop.subscribe("remember")
    await shop.tell()
    async with desk.db.transaction() as tx:
        await tx.execute(update(UserRow).where(UserRow.id == desk.user.id).values(plan="forever"))
    await shop.pass_time(MONTH)
    await shop.tell()
    assert (await desk.plan(), await desk.has()) == ("forever", (50, 0))
    await shop.subscribe("cherish")
    await shop.tell()
    assert await desk.plan() == "cherish"


# ── payments that fail ──


async def test_a_payment_that_fails_is_shown_and_brings_nothing_until_it_is_made(shop: Shop) -> None:
    desk = shop.desk
    await shop.subscribe("remember")
    await shop.tell()
    (subscription,) = shop.shopper.v1.subscriptions.list().data
    portal = await desk.billing.portal(desk.user, WAYS)
    shop.shopper.manage(portal, "card", subscription.id, "pm_card_chargeCustomerFail")
    await shop.pass_time(MONTH)
    await shop.tell()
    state = await desk.billing.state(desk.user)
    assert state.subscription is not None
    assert (state.payment_failed, state.subscription.status) == (True, "past_due")
    assert (await desk.plan(), await desk.has()) == ("remember", (25, 0))
    shop.shopper.manage(portal, "card", subscription.id, "pm_card_visa")
    await shop.pass_time(8 * DAY)
    await shop.tell()
    assert not (await desk.billing.state(desk.user)).payment_failed
    assert await desk.has() == (50, 0)


async def test_a_payment_that_is_never_made_ends_the_plan(shop: Shop) -> None:
    desk = shop.desk
    await shop.subscribe("remember")
    (subscription,) = shop.shopper.v1.subscriptions.list().data
    shop.shopper.manage(
        await desk.billing.portal(desk.user, WAYS), "card", subscription.id, "pm_card_chargeCustomerFail"
    )
    await shop.tell()
    await shop.pass_time(MONTH + 20 * DAY)
    await shop.tell()
    assert (await desk.plan(), await desk.has()) == ("free", (0, 0))
    assert not (await desk.billing.state(desk.user)).payment_failed


async def test_while_somebody_pays_their_page_finds_out_without_an_event(shop: Shop) -> None:
    await shop.subscribe("remember")
    state = await shop.desk.billing.state(shop.desk.user)
    assert state.subscription is not None
    assert await shop.desk.has() == (25, 0)


async def test_a_plan_that_nobody_pays_for_can_be_given_up(shop: Shop) -> None:
    desk = shop.desk
    await asyncio.to_thread(shop.simulator.dunning, retry_days=[1], in_the_end="unpaid")
    await shop.subscribe("remember")
    (subscription,) = shop.shopper.v1.subscriptions.list().data
    portal = await desk.billing.portal(desk.user, WAYS)
    shop.shopper.manage(portal, "card", subscription.id, "pm_card_chargeCustomerFail")
    await shop.tell()
    await shop.pass_time(MONTH + 3 * DAY)
    await shop.tell()
    state = await desk.billing.state(desk.user)
    assert state.subscription is not None
    assert (state.subscription.status, state.payment_failed, await desk.plan()) == ("unpaid", True, "free")
    assert "/p/session/" in await desk.billing.buy_plan(desk.user, "cherish", Interval.MONTH, WAYS)
    await desk.billing.end(desk.user, ends=True)
    await shop.pass_time(MONTH)
    await shop.tell()
    assert (await desk.billing.state(desk.user)).subscription is None
    assert await desk.has() == (0, 0)
