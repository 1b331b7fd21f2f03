"""What the state of payments means for plan and credits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.accounts.plans import PRESETS, Plans, Preset
from rekindle.billing.catalogue import Catalogue, offers_of
from rekindle.billing.rules import (
    SETTLING,
    Standing,
    add_months,
    current,
    due,
    lost_of,
    months,
    next_look,
    standing,
    unpaid,
)
from rekindle.billing.statement import Payment, Period, Purchase, Statement, Subscription

PLANS = Plans(PRESETS[Preset.REKINDLE])
SHOP = Catalogue(PLANS, offers_of(PLANS, "usd", {}))
START = datetime(2026, 1, 31, 12, tzinfo=UTC)
REMEMBER, FOREVER, YEARLY = "rekindle_remember_month", "rekindle_forever_month", "rekindle_remember_year"


def subscription(number: int = 1, **changes: object) -> Subscription:
    made = Subscription(f"sub_{number}", f"si_{number}", REMEMBER, "active", START, START + timedelta(days=28))
    return replace(made, **changes)  # type: ignore[arg-type]


def period(start: datetime = START, *, price: str = REMEMBER, number: int = 1, **changes: object) -> Period:
    length = 12 if price.endswith("year") else 1
    made = Period(f"in_{number}", 0, "sub_1", price, start, add_months(start, length), 799, 799, payment=f"pi_{number}")
    return replace(made, **changes)  # type: ignore[arg-type]


# ── standings ──


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", Standing.GOOD), ("trialing", Standing.GOOD), ("past_due", Standing.GRACE),
        ("unpaid", Standing.STOPPED), ("incomplete", Standing.STOPPED), ("paused", Standing.STOPPED),
        ("canceled", Standing.ENDED), ("incomplete_expired", Standing.ENDED), ("of the future", Standing.STOPPED),
    ],
)  # fmt: skip
def test_every_status_has_a_standing(status: str, expected: Standing) -> None:
    assert standing(status) is expected


def test_the_largest_plan_counts_and_of_equals_the_newest() -> None:
    small, large = subscription(1), subscription(2, price=FOREVER)
    newer = subscription(3, price=FOREVER, created=START + timedelta(days=1))
    assert current(Statement("cus", (small, large, newer)), SHOP) == newer
    assert current(Statement("cus", (newer, small, large)), SHOP) == newer
    assert current(Statement("cus", (small, replace(large, status="canceled"))), SHOP) == small
    assert current(Statement("cus", (replace(small, status="unpaid"), subscription(price="strange"))), SHOP) is None


def test_a_failed_payment_is_seen() -> None:
    assert unpaid(Statement("cus", (subscription(status="past_due"),)))
    assert not unpaid(Statement("cus", (subscription(),)))


# ── credits ──


def test_a_paid_month_is_due_whatever_the_clock_says() -> None:
    (found,) = due(Statement("cus", (subscription(),), (period(),)), SHOP, START - timedelta(days=9))
    assert (found.credits, found.source, found.back, found.over) == (25_000, "plan:remember", 0, False)
    assert found.key == "stripe:in_1.0.0"


def test_what_is_none_of_ours_brings_nothing() -> None:
    for strange in (period(price="strange"), period(amount=0), period(price="rekindle_free_month", amount=1)):
        found = due(Statement("cus", (subscription(),), (strange,)), SHOP, START)
        assert [each.credits for each in found] in ([], [3000])


def test_a_year_comes_in_twelve_parts_and_waits_while_money_is_owed() -> None:
    paid = Statement("cus", (subscription(price=YEARLY),), (period(price=YEARLY),))
    assert [len(due(paid, SHOP, START + timedelta(days=31 * month))) for month in range(13)] == [*range(1, 13), 12]
    assert sum(each.credits for each in due(paid, SHOP, START + timedelta(days=400))) == 300_000
    owing = replace(paid, subscriptions=(subscription(price=YEARLY, status="past_due"),))
    assert len(due(owing, SHOP, START + timedelta(days=400))) == 1


def test_a_year_that_ended_brings_no_month_after_its_end() -> None:
    ended = subscription(price=YEARLY, status="canceled", ended_at=START + timedelta(days=70))
    found = due(Statement("cus", (ended,), (period(price=YEARLY),)), SHOP, START + timedelta(days=400))
    assert [each.over for each in found] == [True] * 3


def test_another_plan_ends_the_period_before_it_and_its_part_goes_back_in_whole_credits() -> None:
    middle = START + timedelta(days=14)
    changed = Statement("cus", (subscription(price=FOREVER),), (period(middle, price=FOREVER, number=2), period()))
    old, new = due(changed, SHOP, middle)
    assert (old.credits, old.back, old.reason) == (25_000, 12_000, "plan_changed")
    assert (new.credits, new.back) == (150_000, 0)


def test_the_rest_of_a_period_brings_what_its_price_was_worth() -> None:
    rest = period(price=FOREVER, partial=True, amount=1000, unit_amount=3000)
    (found,) = due(Statement("cus", (subscription(),), (rest,)), SHOP, START)
    assert found.credits == 50_000


def test_plans_that_start_anew_each_month_let_their_credits_expire() -> None:
    plans = Plans(PRESETS[Preset.MONTHLY])
    shop = Catalogue(plans, offers_of(plans, "usd", {}))
    plus = period(price="rekindle_plus_month")
    (found,) = due(Statement("cus", (subscription(price="rekindle_plus_month"),), (plus,)), shop, START)
    assert found.expires_at == plus.end


def test_plans_without_credits_bring_none() -> None:
    plans = Plans(PRESETS[Preset.DAILY])
    shop = Catalogue(plans, offers_of(plans, "usd", {}))
    paid = Statement("cus", (subscription(price="rekindle_paid_month"),), (period(price="rekindle_paid_month"),))
    assert due(paid, shop, START) == ()
    assert current(paid, shop) is not None


def test_top_ups_stay_when_a_plan_ends_unless_the_rule_is_another() -> None:
    before, after = Purchase("cs_1", 10_000, START), Purchase("cs_2", 10_000, START + timedelta(days=60))
    ended = subscription(status="canceled", ended_at=START + timedelta(days=30))
    statement = Statement("cus", (ended,), (), (before, after))
    assert [each.over for each in due(statement, SHOP, START)] == [False, False]
    assert [each.over for each in due(statement, SHOP, START, top_ups_survive=False)] == [True, False]


def test_something_is_looked_at_again_when_a_month_begins_or_a_period_ends() -> None:
    monthly = Statement("cus", (subscription(),), (period(),))
    assert next_look(monthly, SHOP, START) == START + timedelta(days=28) + SETTLING
    late = START + timedelta(days=40)
    assert next_look(monthly, SHOP, late) == late + SETTLING
    yearly = Statement("cus", (subscription(price=YEARLY, period_end=add_months(START, 12)),), (period(price=YEARLY),))
    assert next_look(yearly, SHOP, START) == add_months(START, 1)
    ended = subscription(status="canceled", ended_at=START)
    assert next_look(Statement("cus", (ended,), (period(),)), SHOP, START) is None


# ── properties ──

DAYS = st.integers(0, 800).map(lambda days: START + timedelta(days=days))
PAYMENTS = st.builds(Payment, st.integers(1, 10_000), st.integers(0, 20_000), st.integers(0, 20_000))
PERIODS = st.lists(
    st.builds(
        lambda start, price, number: period(start, price=price, number=number),
        DAYS, st.sampled_from([REMEMBER, FOREVER, YEARLY, "strange"]), st.integers(1, 5),
    ),
    max_size=5, unique_by=lambda each: each.invoice,
)  # fmt: skip


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    status = draw(st.sampled_from(["active", "past_due", "unpaid", "canceled", "trialing"]))
    ended = draw(DAYS) if status == "canceled" else None
    payments = {f"pi_{number}": draw(PAYMENTS) for number in draw(st.sets(st.integers(1, 5)))}
    purchases = tuple(
        Purchase(f"cs_{number}", draw(st.integers(1, 100_000)), draw(DAYS), f"pi_{number}")
        for number in draw(st.sets(st.integers(1, 3)))
    )
    one = subscription(status=status, ended_at=ended)
    return Statement("cus", (one,), tuple(draw(PERIODS)), purchases, payments)


@given(statements(), DAYS, st.randoms())
def test_the_order_in_which_things_are_listed_does_not_matter(
    statement: Statement, now: datetime, random: object
) -> None:
    periods, purchases = list(statement.periods), list(statement.purchases)
    random.shuffle(periods)  # type: ignore[attr-defined]
    random.shuffle(purchases)  # type: ignore[attr-defined]
    shuffled = replace(statement, periods=tuple(periods), purchases=tuple(purchases))
    assert due(shuffled, SHOP, now) == due(statement, SHOP, now)
    assert next_look(shuffled, SHOP, now) == next_look(statement, SHOP, now)


@given(statements(), DAYS)
def test_nothing_is_due_twice_and_never_more_goes_back_than_came(statement: Statement, now: datetime) -> None:
    found = due(statement, SHOP, now)
    assert len({each.key for each in found}) == len(found)
    assert all(0 <= each.back <= each.credits for each in found)
    assert all(each.credits > 0 for each in found)


@given(statements(), DAYS, DAYS)
def test_what_is_due_stays_due(statement: Statement, one: datetime, other: datetime) -> None:
    early, late = (due(statement, SHOP, now) for now in sorted([one, other]))
    assert {each.key for each in early} <= {each.key for each in late}


@given(statements(), DAYS)
def test_a_look_comes_later_than_now(statement: Statement, now: datetime) -> None:
    look = next_look(statement, SHOP, now)
    assert look is None or look > now


@given(DAYS, st.integers(0, 400))
def test_what_a_change_of_plan_leaves_of_a_year_is_never_more_than_its_time(start: datetime, days: int) -> None:
    year = period(start, price=YEARLY)
    cut = min(start + timedelta(days=days), year.end)
    kept = sum(month.credits - month.unused for month in months(year, SHOP, cut))
    passed = sum(1 for number in range(12) if add_months(start, number) < cut) if days else 0
    assert kept <= 25_000 * passed + 1
    if cut == year.end:
        assert kept == 300_000


@given(st.integers(0, 10**9), PAYMENTS)
def test_all_money_back_is_all_credits_back(amount: int, payment: Payment) -> None:
    lost = lost_of(amount, payment)
    assert 0 <= lost <= amount
    assert (lost == amount) or payment.lost < payment.amount
    assert lost_of(amount, None) == 0


@given(DAYS, st.integers(0, 30), st.integers(0, 30))
def test_months_follow_one_another(moment: datetime, one: int, other: int) -> None:
    first, second = (add_months(moment, count) for count in sorted([one, other]))
    assert (first < second) or one == other
    assert (second.year * 12 + second.month) - (moment.year * 12 + moment.month) == max(one, other)
    assert second.day <= moment.day
