"""How long a job is likely to take, by those like it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.jobs.pace import Lengths, guess

MILLION = 1_000_000


def test_before_anything_was_seen_the_measured_guess_counts() -> None:
    assert Lengths().expected("restore", 12 * MILLION) == pytest.approx(guess(12 * MILLION))
    assert Lengths().expected("restore", 0) > 0


def test_a_photo_that_is_looked_at_at_half_its_size_takes_less_than_a_smaller_one() -> None:
    assert guess(6 * MILLION) < guess(4 * MILLION)


def test_a_machine_that_is_twice_as_slow_is_known_after_one_job() -> None:
    lengths = Lengths([("restore", 10 * MILLION, 2 * guess(10 * MILLION))])
    assert lengths.expected("restore", 12 * MILLION) == pytest.approx(2 * guess(12 * MILLION))


def test_one_odd_job_does_not_turn_the_estimate_around() -> None:
    usual = [("restore", MILLION, 8.0)] * 4
    assert Lengths([*usual, ("restore", MILLION, 900.0)]).expected("restore", MILLION) == pytest.approx(8.0)


def test_jobs_of_a_size_count_for_that_size_where_there_are_any() -> None:
    lengths = Lengths([("restore", MILLION // 5, 30.0), ("restore", 12 * MILLION, 5.0)])
    assert lengths.expected("restore", 12 * MILLION) == pytest.approx(5.0)
    assert lengths.expected("restore", MILLION // 5) == pytest.approx(30.0)


def test_what_one_operation_takes_says_nothing_of_another() -> None:
    assert Lengths([("animate", MILLION, 300.0)]).expected("restore", MILLION) == pytest.approx(guess(MILLION))


OPERATIONS = st.sampled_from(["restore", "colorize"])
PIXELS = st.integers(0, 10**9)


@given(st.lists(st.tuples(OPERATIONS, PIXELS, st.floats(-10.0, 1e5))), OPERATIONS, PIXELS)
def test_the_estimate_is_finite_and_more_than_nothing(
    jobs: list[tuple[str, int, float]], operation: str, pixels: int
) -> None:
    expected = Lengths(jobs).expected(operation, pixels)
    assert math.isfinite(expected)
    assert expected > 0
