"""Time and identifiers."""

import time
import uuid
from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from rekindle.clock import Clock, uuid7

MOMENTS = st.integers(0, 2**48 - 1)
RANDOMNESS = st.binary(min_size=10, max_size=10)


@given(MOMENTS, RANDOMNESS)
def test_an_identifier_says_that_it_is_a_uuid_of_version_7(moment: int, randomness: bytes) -> None:
    made = uuid7(moment, randomness)
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


@given(MOMENTS, RANDOMNESS)
def test_an_identifier_begins_with_its_moment(moment: int, randomness: bytes) -> None:
    assert uuid7(moment, randomness).int >> 80 == moment


@given(st.lists(st.tuples(MOMENTS, RANDOMNESS), unique_by=lambda pair: pair[0]))
def test_identifiers_sort_by_their_moment_as_numbers_and_as_text(made: list[tuple[int, bytes]]) -> None:
    in_time = [uuid7(*pair) for pair in sorted(made)]
    assert sorted(in_time) == in_time
    assert sorted(map(str, in_time)) == [str(each) for each in in_time]


@given(MOMENTS, RANDOMNESS, RANDOMNESS)
def test_74_bits_of_chance_are_kept(moment: int, one: bytes, other: bytes) -> None:
    kept = (1 << 76) - 1 & ~(0x3 << 62)
    same = int.from_bytes(one, "big") & kept == int.from_bytes(other, "big") & kept
    assert (uuid7(moment, one) == uuid7(moment, other)) is same


def test_the_clock_tells_utc_and_new_identifiers_each_time() -> None:
    clock = Clock()
    assert clock.now().tzinfo is UTC
    assert len({clock.new_id() for _ in range(1000)}) == 1000


def test_identifiers_of_one_clock_sort_in_the_order_in_which_they_were_made() -> None:
    clock = Clock()
    made = [clock.new_id() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == 5000
    assert abs((made[-1].int >> 80) / 1000 - time.time()) < 5
