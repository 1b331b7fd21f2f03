"""Leaves to send a photo: what they say comes back as it was, and nobody else can write or alter one."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.photos.arrivals import Leave, Leaves, UploadNotKnown

LEAVES = Leaves(b"a secret of sixteen or more")
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)  # fmt: skip


@given(
    leave=st.builds(
        Leave, photo_id=st.uuids(), owner_id=st.uuids(), filename=st.text(st.characters(codec="utf-8"), max_size=200),
        bytes=st.integers(1, 10**9), until=MOMENTS,
    )
)  # fmt: skip
def test_a_leave_comes_back_as_it_was_written(leave: Leave) -> None:
    word = LEAVES.write(leave)
    assert LEAVES.read(word) == leave
    assert len(word) < 4000
    with pytest.raises(UploadNotKnown):
        Leaves(b"another secret of sixteen").read(word)


@given(place=st.integers(0, 10**6), letter=st.characters(codec="utf-8"))
def test_an_altered_leave_is_none(place: int, letter: str) -> None:
    leave = Leave(uuid4(), uuid4(), "a.jpg", 7, datetime.now(UTC) + timedelta(hours=1))
    word = LEAVES.write(leave)
    place %= len(word)
    altered = word[:place] + letter + word[place + 1 :]
    if altered != word:
        with pytest.raises(UploadNotKnown):
            LEAVES.read(altered)


@given(word=st.text(max_size=200))
def test_words_of_others_are_not_known(word: str) -> None:
    with pytest.raises(UploadNotKnown):
        LEAVES.read(word)
