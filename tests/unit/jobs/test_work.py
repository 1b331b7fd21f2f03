"""How the photos of a job are divided where a model takes fewer at once."""

from hypothesis import given
from hypothesis import strategies as st

from rekindle.jobs.work import parts_of


@given(st.integers(1, 20), st.integers(1, 16))
def test_every_photo_goes_into_exactly_one_call(photos: int, most: int) -> None:
    parts = parts_of(photos, most)
    assert [number for part in parts for number in range(part.start, part.stop)] == list(range(photos))


@given(st.integers(1, 20), st.integers(2, 16))
def test_no_call_takes_more_than_the_model_can_with_what_came_of_those_before(photos: int, most: int) -> None:
    first, *rest = parts_of(photos, most)
    assert first.stop - first.start <= most
    assert all(part.stop - part.start + 1 <= most for part in rest)
