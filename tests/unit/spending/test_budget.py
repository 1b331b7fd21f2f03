"""Budgets: what they let through, when they tell, and how they stand."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers.purse import Want
from rekindle.spending.budget import PRESETS, Action, Budget, Period, Scope, Status, judged, reached, status_of

ADA, BOB = UUID(int=1), UUID(int=2)
EARLY, LATE = datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2040-01-01")

budgets = st.builds(
    Budget,
    id=st.sampled_from("abcdef"),
    scope=st.just(Scope.GLOBAL),
    key=st.just(""),
    period=st.sampled_from(Period),
    limit=st.integers(0, 10**6),
    action=st.sampled_from(Action),
)


def want(estimate: int = 40_000, provider: str = "one", plan: str = "free", user: UUID = ADA) -> Want:
    return Want(provider, estimate, plan, user)


def test_an_edit_that_fits_exactly_is_let_through_and_a_millionth_more_is_not() -> None:
    budget = Budget("b", Scope.GLOBAL, "", Period.DAY, 100_000)
    assert judged(want(40_000), [budget], {"b": 60_000}).allowed
    refused = judged(want(40_001), [budget], {"b": 60_000})
    assert (refused.allowed, refused.action, refused.reason) == (False, "pause", "The budget is used up for today.")


@pytest.mark.parametrize(
    ("scope", "key", "asked", "covered"),
    [
        (Scope.PROVIDER, "one", want(provider="one"), True),
        (Scope.PROVIDER, "one", want(provider="two"), False),
        (Scope.PLAN, "free, guest", want(plan="guest"), True),
        (Scope.PLAN, "free,guest", want(plan="forever"), False),
        (Scope.USER, str(ADA), want(user=ADA), True),
        (Scope.USER, str(ADA), want(user=BOB), False),
    ],
)
def test_a_budget_bounds_what_it_is_for(scope: Scope, key: str, asked: Want, *, covered: bool) -> None:
    budget = Budget("b", scope, key, Period.MONTH, 0)
    assert judged(asked, [budget], {}).allowed is not covered


def test_a_pause_weighs_more_than_doing_it_for_nothing() -> None:
    both = [
        Budget("a", Scope.GLOBAL, "", Period.DAY, 0, Action.DEGRADE),
        Budget("b", Scope.GLOBAL, "", Period.MONTH, 0, Action.PAUSE),
    ]
    assert judged(want(), both, {}).action == judged(want(), both[::-1], {}).action == "pause"
    assert judged(want(), both[:1], {}).action == "degrade"


def test_what_only_tells_stops_nothing() -> None:
    assert judged(want(), [Budget("b", Scope.GLOBAL, "", Period.DAY, 0, Action.ALERT)], {"b": 10**9}).allowed


@given(st.lists(budgets, max_size=4, unique_by=lambda budget: budget.id), st.lists(st.integers(0, 10**5), max_size=30))
def test_what_is_let_through_one_after_the_other_never_exceeds_a_budget(
    bounds: list[Budget], estimates: list[int]
) -> None:
    gone = dict.fromkeys((budget.id for budget in bounds), 0)
    for estimate in estimates:
        if judged(want(estimate), bounds, gone).allowed:
            gone = {name: spent + estimate for name, spent in gone.items()}
    for budget in bounds:
        assert budget.action is Action.ALERT or gone[budget.id] <= budget.limit


@given(st.lists(budgets, max_size=4, unique_by=lambda budget: budget.id), st.integers(0, 10**6))
def test_what_costs_nothing_is_always_allowed(bounds: list[Budget], spent: int) -> None:
    assert judged(want(0), bounds, dict.fromkeys((budget.id for budget in bounds), spent)).allowed


@pytest.mark.parametrize(
    ("spent", "status", "alerts"),
    [
        (0, Status.SAFE, ()),
        (499, Status.SAFE, ()),
        (500, Status.SAFE, (50,)),
        (700, Status.WARNING, (50,)),
        (800, Status.WARNING, (50, 80)),
        (900, Status.CRITICAL, (50, 80)),
        (950, Status.CRITICAL, (50, 80, 95)),
        (1000, Status.EXCEEDED, (50, 80, 95)),
    ],
)
def test_alerts_and_status_are_two_things(spent: int, status: Status, alerts: tuple[int, ...]) -> None:
    budget = Budget("b", Scope.GLOBAL, "", Period.MONTH, 1000)
    assert (status_of(spent, budget.limit), reached(spent, budget)) == (status, alerts)


@given(st.datetimes(min_value=EARLY, max_value=LATE, timezones=st.just(UTC)), st.sampled_from(Period))
def test_every_moment_lies_in_its_period(now: datetime, period: Period) -> None:
    budget = Budget("b", Scope.GLOBAL, "", period, 1)
    assert budget.start(now) <= now.date() < budget.end(now)
    assert budget.start(datetime.combine(budget.end(now), datetime.min.time(), UTC)) == budget.end(now)


def test_a_day_ends_at_midnight_in_utc() -> None:
    late = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    month = Budget("b", Scope.GLOBAL, "", Period.MONTH, 1)
    assert (month.start(late), month.end(late)) == (date(2026, 3, 1), date(2026, 4, 1))
    assert month.start(late + timedelta(hours=1)) == date(2026, 4, 1)


def test_the_budgets_that_come_along() -> None:
    (month,) = PRESETS["monthly"]
    assert (month.limit, month.period, month.alerts) == (100_000_000, Period.MONTH, (50, 80, 95))
    free, paid = PRESETS["daily"]
    assert (free.limit, paid.limit) == (50_000_000, 500_000_000)
    assert free.covers(provider="one", plan="free", user="")
    assert not free.covers(provider="", plan="forever", user="")
    assert paid.covers(provider="one", plan="forever", user="")
    assert not paid.covers(provider="", plan="guest", user="")
