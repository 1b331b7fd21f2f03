"""How long jobs take, learned from those that ended."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.jobs.pace import FIRST_GUESS, OVERHEAD, Pace


def test_before_anything_was_learned_the_measured_guess_counts() -> None:
    assert Pace().expected(12_000_000) == pytest.approx(OVERHEAD + 12 * FIRST_GUESS)


def test_a_machine_that_is_twice_as_slow_is_learned_after_some_jobs() -> None:
    pace = Pace()
    for _ in range(30):
        pace.learn(10_000_000, OVERHEAD + 10 * 2 * FIRST_GUESS)
    assert pace.expected(10_000_000) == pytest.approx(OVERHEAD + 10 * 2 * FIRST_GUESS, rel=0.01)


def test_one_odd_job_does_not_turn_the_estimate_around() -> None:
    pace = Pace()
    pace.learn(10_000_000, OVERHEAD)
    assert pace.expected(10_000_000) > OVERHEAD + 10 * FIRST_GUESS / 2


def test_a_tiny_photo_does_not_make_large_ones_look_endless() -> None:
    pace = Pace()
    pace.learn(1, OVERHEAD + 1.0)
    assert pace.expected(12_000_000) < 60.0


@given(st.lists(st.tuples(st.integers(0, 10**9), st.floats(-10.0, 1e5))))
def test_the_estimate_is_finite_and_grows_with_the_photo(jobs: list[tuple[int, float]]) -> None:
    pace = Pace()
    for pixels, seconds in jobs:
        pace.learn(pixels, seconds)
    small, large = pace.expected(1_000_000), pace.expected(50_000_000)
    assert math.isfinite(large)
    assert 0.0 < small <= large
