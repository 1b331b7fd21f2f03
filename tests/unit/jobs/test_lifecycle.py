"""The life of a job: which states follow which, how far a job is, how long it may still take."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.jobs.lifecycle import (
    ENDED,
    STAGE_SHARES,
    TRANSITIONS,
    Event,
    JobAlreadyEnded,
    Stage,
    Status,
    advance,
    may_become,
    overall,
    seconds_left,
)

EVENTS = st.lists(st.sampled_from(Event), max_size=30)
FRACTIONS = st.floats(allow_nan=False, allow_infinity=True)
PARTS = st.floats(0.0, 1.0)
SECONDS = st.floats(-1e6, 1e9)


@given(EVENTS)
def test_no_sequence_of_events_leaves_an_ended_state(events: list[Event]) -> None:
    status, ended_as = Status.QUEUED, None
    for event in events:
        if ended_as is not None:
            with pytest.raises(JobAlreadyEnded):
                advance(status, event)
        else:
            try:
                status = advance(status, event)
            except ValueError:
                continue
            ended_as = status if status.ended else None
        assert ended_as is None or status is ended_as


@pytest.mark.parametrize("status", Status)
def test_every_state_reaches_an_end(status: Status) -> None:
    reached = {status}
    for _ in Status:
        reached |= {to for (origin, _), to in TRANSITIONS.items() if origin in reached}
    assert reached & ENDED


@pytest.mark.parametrize("status", sorted(set(Status) - ENDED))
def test_a_job_that_has_not_ended_can_always_be_canceled(status: Status) -> None:
    assert advance(status, Event.CANCEL) is Status.CANCELED


def test_a_queued_job_cannot_succeed_without_having_been_started() -> None:
    with pytest.raises(ValueError, match="queued job cannot succeed"):
        advance(Status.QUEUED, Event.SUCCEED)


@given(st.sampled_from(Event), st.sampled_from(Status))
def test_the_condition_of_an_update_says_what_advance_says(event: Event, status: Status) -> None:
    try:
        advance(status, event)
        possible = True
    except (ValueError, JobAlreadyEnded):
        possible = False
    assert (status in may_become(event)) is possible


def test_the_stages_cover_the_whole_progress_without_a_gap() -> None:
    shares = [STAGE_SHARES[stage] for stage in Stage]
    assert shares[0][0] == 0.0
    assert shares[-1] == (1.0, 1.0)
    assert all(before[1] == after[0] for before, after in itertools.pairwise(shares))


@given(st.tuples(st.sampled_from(Stage), FRACTIONS), st.tuples(st.sampled_from(Stage), FRACTIONS))
def test_the_progress_of_a_job_grows_with_its_stages_and_within_them(
    one: tuple[Stage, float], other: tuple[Stage, float]
) -> None:
    order = list(Stage)
    first, second = sorted((one, other), key=lambda place: (order.index(place[0]), place[1]))
    assert 0.0 <= overall(*first) <= overall(*second) <= 1.0


@given(PARTS, SECONDS, st.floats(0.0, 1e9))
def test_the_estimate_of_the_time_left_is_a_number_of_seconds(progress: float, elapsed: float, expected: float) -> None:
    left = seconds_left(progress, elapsed, expected)
    assert left is None or (math.isfinite(left) and left >= 0.0)


def test_nothing_is_guessed_when_nothing_is_known() -> None:
    assert seconds_left(0.0, 3.0, 0.0) is None


def test_what_was_expected_counts_until_there_is_progress() -> None:
    assert seconds_left(0.0, 3.0, 12.0) == 12.0


def test_a_job_that_is_done_has_no_time_left() -> None:
    assert seconds_left(1.0, 30.0, 12.0) == 0.0


def test_half_of_the_work_without_an_expectation_leaves_as_much_time_again() -> None:
    assert seconds_left(0.5, 10.0, 0.0) == pytest.approx(10.0)
