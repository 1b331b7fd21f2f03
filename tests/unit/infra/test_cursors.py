"""Places in lists, as words that nobody need understand."""

import base64
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.infra.http import BadCursor, decode_cursor, encode_cursor

MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MOMENTS, st.uuids())
def test_a_cursor_leads_back_to_its_place(moment: datetime, identifier: UUID) -> None:
    assert decode_cursor(encode_cursor(moment, identifier)) == (moment, identifier)


@given(MOMENTS, st.uuids())
def test_a_cursor_can_stand_in_an_address_as_it_is(moment: datetime, identifier: UUID) -> None:
    assert set(encode_cursor(moment, identifier)) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


@given(st.text(max_size=200))
def test_rubbish_is_never_more_than_a_bad_cursor(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(cursor)


@given(st.binary(max_size=100))
def test_rubbish_in_the_right_alphabet_is_a_bad_cursor_too(content: bytes) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(base64.urlsafe_b64encode(content).decode())


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-17T12:00:00 01a1fd5e-ecab-7943-a490-4dd6262620ba",
        "2026-05-17T12:00:00+00:00 not-an-id",
        "2026-05-17T12:00:00+00:00",
        "0001-01-01T00:00:00+23:59 01a1fd5e-ecab-7943-a490-4dd6262620ba",
        "9999-12-31T23:59:59-23:59 01a1fd5e-ecab-7943-a490-4dd6262620ba",
        "",
    ],
)
def test_a_place_that_cannot_be_is_a_bad_cursor(text: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))


def test_a_place_told_in_another_time_zone_is_the_same_place() -> None:
    moment = datetime(2026, 5, 17, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    again, _ = decode_cursor(encode_cursor(moment, UUID(int=7)))
    assert again == moment
    assert again.utcoffset() == timedelta(0)
