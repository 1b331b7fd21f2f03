"""What plans allow."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.accounts.plans import (
    GUEST,
    HOME,
    PRESETS,
    DailyLimitReached,
    Feature,
    NotInPlan,
    Plan,
    Plans,
    Preset,
)

EVERY = [HOME, GUEST, *(plan for plans in PRESETS.values() for plan in plans)]
CREDITS = {
    Preset.REKINDLE: {"free": 3, "remember": 25, "cherish": 60, "forever": 150},
    Preset.MONTHLY: {"free": 0, "plus": 10, "pro": 25},
}


@pytest.mark.parametrize("preset", CREDITS)
def test_a_preset_gives_the_credits_that_it_promises(preset: Preset) -> None:
    assert {plan.name: (plan.monthly_credits or 0) / 1000 for plan in PRESETS[preset]} == CREDITS[preset]


@pytest.mark.parametrize("preset", Preset)
def test_a_larger_plan_never_allows_less(preset: Preset) -> None:
    plans = PRESETS[preset]
    for smaller, larger in pairwise(plans):
        assert smaller.features <= larger.features
        assert smaller.priority < larger.priority
        for limit in ("monthly_credits", "daily_limit", "short_side"):
            before, after = getattr(smaller, limit), getattr(larger, limit)
            assert after is None or (before is not None and before <= after)


def test_at_home_nothing_is_limited() -> None:
    for feature in Feature:
        HOME.check_feature(feature)
    HOME.check_day(1_000_000)
    assert HOME.scale(20_000, 20_000) == 1
    assert not HOME.watermark


@given(done=st.integers(0, 200), limit=st.integers(0, 100))
def test_a_day_holds_exactly_as_many_jobs_as_the_plan_says(done: int, limit: int) -> None:
    plan = Plan("some", "Some", 0, daily_limit=limit)
    if done < limit:
        plan.check_day(done)
    else:
        with pytest.raises(DailyLimitReached, match="tomorrow"):
            plan.check_day(done)


@given(width=st.integers(1, 20_000), height=st.integers(1, 20_000), plan=st.sampled_from(EVERY))
def test_a_result_is_never_larger_than_the_plan_allows_and_never_enlarged(width: int, height: int, plan: Plan) -> None:
    scale = plan.scale(width, height)
    assert 0 < scale <= 1
    if plan.short_side is not None:
        assert min(width, height) * scale <= plan.short_side + 1e-6
    if plan.short_side is None or min(width, height) <= plan.short_side:
        assert scale == 1


def test_what_a_plan_lacks_is_told_with_a_way_out() -> None:
    with pytest.raises(NotInPlan, match=r"does not include animation. Choose a larger plan"):
        GUEST.check_feature(Feature.ANIMATION)


@pytest.mark.parametrize("preset", Preset)
def test_somebody_on_a_plan_that_is_no_longer_there_has_the_first_one(preset: Preset) -> None:
    plans = Plans(PRESETS[preset])
    assert plans.find("gold") is PRESETS[preset][0]
    assert plans.find("guest") is GUEST


def test_members_of_an_open_house_have_everything_without_limit() -> None:
    (member,) = PRESETS[Preset.OPEN]
    assert member.features == frozenset(Feature)
    assert (member.monthly_credits, member.daily_limit, member.short_side) == (None, None, None)
    assert not member.watermark


@pytest.mark.parametrize("wrong", [{"daily_limit": -1}, {"short_side": -1}, {"priority": 101}, {"priority": -1}])
def test_a_plan_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="below zero or a priority"):
        replace(GUEST, **wrong)
