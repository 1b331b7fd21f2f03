"""What is for sale."""

import pytest

from rekindle.accounts.plans import PRESETS, Plans, Preset
from rekindle.billing.catalogue import MONTHS_PAID_IN_A_YEAR, Catalogue, Interval, Money, NotOffered, TopUp, offers_of


def shop(preset: Preset = Preset.REKINDLE, **prices: dict[str, int]) -> Catalogue:
    plans = Plans(PRESETS[preset])
    return Catalogue(plans, offers_of(plans, "usd", prices), (TopUp("small", 10_000, Money(499, "usd")),))  # type: ignore[arg-type]


@pytest.mark.parametrize("preset", list(Preset))
def test_every_plan_but_the_first_has_a_price_and_a_year_costs_ten_months(preset: Preset) -> None:
    found = shop(preset)
    first, *others = found.plans.offered
    with pytest.raises(NotOffered):
        found.offer(first.name, Interval.MONTH)
    amounts = [found.offer(plan.name, Interval.MONTH).price.amount for plan in others]
    assert amounts == sorted(set(amounts))
    for plan, amount in zip(others, amounts, strict=True):
        assert found.offer(plan.name, Interval.YEAR).price.amount == amount * MONTHS_PAID_IN_A_YEAR


def test_prices_can_be_others_and_a_plan_can_be_withheld() -> None:
    found = shop(remember={"month": 500}, cherish={})
    assert found.offer("remember", Interval.MONTH).price == Money(500, "usd")
    assert {(each.plan, each.interval) for each in found.offers} == {
        ("remember", "month"), ("forever", "month"), ("forever", "year"),
    }  # fmt: skip
    assert found.bought("rekindle_cherish_year") is not None  # who has it keeps it


def test_each_thing_has_a_name_of_its_own_at_stripe() -> None:
    found = shop()
    keys = [each.key for each in (*found.offers, *found.top_ups)]
    assert len(set(keys)) == len(keys) == 7
    for each in found.offers:
        bought = found.bought(each.key)
        assert bought is not None
        assert (bought[0].name, bought[1]) == (each.plan, each.interval)
    assert found.bought(found.top_up("small").key) is None
    with pytest.raises(NotOffered):
        found.top_up("other")


def test_larger_plans_rank_higher() -> None:
    assert [shop().rank(name) for name in ("home", "free", "remember", "forever")] == [-1, 0, 1, 3]
