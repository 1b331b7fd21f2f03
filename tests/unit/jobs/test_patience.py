"""How often and how long: rules that hold whatever the errors, the numbers and the chances are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.jobs.patience import Patience, Step
from rekindle.providers.errors import (
    BadResult,
    Lost,
    Misconfigured,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
    Unsupported,
)

ERRORS = st.one_of(
    st.sampled_from([Unavailable, Misconfigured, Unsupported, Refused, BadResult, Lost]).map(lambda kind: kind("No.")),
    st.floats(0, 10_000).map(lambda after: RateLimited("Slowly.", after=after)),
)
PATIENCE = st.builds(
    Patience, retries=st.integers(0, 5), first_pause=st.floats(0, 5), longest_pause=st.floats(5, 60),
    longest_told=st.floats(0, 120), attempts=st.integers(1, 20), after_refusal=st.booleans(),
)  # fmt: skip
TRIES, LEFT, CHANCE = st.integers(1, 20), st.floats(-100, 5000), st.floats(0, 1)


@given(PATIENCE, ERRORS, TRIES, TRIES, LEFT)
def test_a_model_is_asked_again_only_where_the_error_allows_it_and_there_is_time(
    patience: Patience, error: ProviderError, tries: int, number: int, left: float
) -> None:
    step = patience.after(error, tries=tries, number=number, left=left)
    if step is Step.AGAIN:
        assert error.retry
        assert tries <= patience.retries
        assert number < patience.attempts
        assert left > 0
        assert not isinstance(error, Lost)


@given(PATIENCE, ERRORS, TRIES, TRIES, LEFT)
def test_only_a_refusal_stops_everything_and_only_without_leave_to_go_on(
    patience: Patience, error: ProviderError, tries: int, number: int, left: float
) -> None:
    step = patience.after(error, tries=tries, number=number, left=left)
    assert (step is Step.STOP) == (isinstance(error, Refused) and not patience.after_refusal)


@given(PATIENCE, TRIES, CHANCE, ERRORS)
def test_a_pause_is_never_shorter_than_told_nor_longer_than_the_longest(
    patience: Patience, tries: int, chance: float, error: ProviderError
) -> None:
    pause = patience.pause(tries, chance, error)
    told = min(error.after, patience.longest_told) if isinstance(error, RateLimited) else 0.0
    assert told <= pause <= patience.longest_pause + told


@given(PATIENCE, TRIES, TRIES, CHANCE)
def test_pauses_grow_and_jitter_takes_half_at_most(patience: Patience, one: int, more: int, chance: float) -> None:
    assert patience.pause(one, chance) <= patience.pause(one + more, chance)
    assert patience.pause(one, 0.0) * 2 == pytest.approx(patience.pause(one, 1.0))


@given(PATIENCE, st.lists(ERRORS, min_size=30, max_size=30))
def test_any_run_of_errors_at_one_model_comes_to_an_end(patience: Patience, errors: list[ProviderError]) -> None:
    tries = 0
    for error in errors:
        tries += 1
        if patience.after(error, tries=tries, number=tries, left=1000.0) is not Step.AGAIN:
            break
    assert tries <= patience.retries + 1


@pytest.mark.parametrize(("after", "step"), [(10.0, Step.AGAIN), (61.0, Step.NEXT)])
def test_a_provider_that_wants_a_long_rest_is_left_for_the_next(after: float, step: Step) -> None:
    assert Patience().after(RateLimited("Later.", after=after), tries=1, number=1, left=1000.0) is step


def test_a_pause_that_would_outlast_the_deadline_is_not_waited_for() -> None:
    assert Patience().after(RateLimited("Later.", after=30.0), tries=1, number=1, left=20.0) is Step.NEXT


@given(PATIENCE, st.floats(0, 1000), st.floats(0, 1000))
def test_looks_for_news_become_rarer_up_to_the_longest_pause(patience: Patience, told: float, waited: float) -> None:
    pause = patience.until_news(told, waited)
    assert pause <= patience.longest_pause
    assert pause >= min(told, patience.longest_pause)
    assert pause >= patience.until_news(told, waited / 2)


@given(st.floats(0.5, 5), st.floats(0.1, 1000))
def test_news_are_late_by_a_fifth_of_what_it_took_or_by_what_the_provider_wants(told: float, took: float) -> None:
    patience, at, looks = Patience(), 0.0, 0
    while at < took:
        at, looks = at + patience.until_news(told, at), looks + 1
    assert at - took <= max(told, took / 5) + 1e-9
    assert looks <= 6 + took / told
