"""When something is to be done: the moments at which periods begin."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.infra.schedules.times import Cron, Every, times

NOON = datetime(2026, 5, 17, 12, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "last", "following"),
    [
        ("*/2 * * * *", "2026-05-17 12:34", "2026-05-17 12:36"),
        ("*/15 * * * *", "2026-05-17 12:30", "2026-05-17 12:45"),
        ("0 1 * * *", "2026-05-17 01:00", "2026-05-18 01:00"),
        ("0 0 1 * *", "2026-05-01 00:00", "2026-06-01 00:00"),
        ("0 */2 * * *", "2026-05-17 12:00", "2026-05-17 14:00"),
        ("30 23 31 * *", "2026-03-31 23:30", "2026-05-31 23:30"),
        ("0 0 29 2 *", "2024-02-29 00:00", "2028-02-29 00:00"),
        ("0 0 1 1 *", "2026-01-01 00:00", "2027-01-01 00:00"),
        ("5 4 * * 7", "2026-05-17 04:05", "2026-05-24 04:05"),
        ("5 4 * * 0", "2026-05-17 04:05", "2026-05-24 04:05"),
        ("0 9-17/4 * * 1-5", "2026-05-15 17:00", "2026-05-18 09:00"),
        ("0 0 13 * 5", "2026-05-15 00:00", "2026-05-22 00:00"),
        ("1,2,50 * * * *", "2026-05-17 12:02", "2026-05-17 12:50"),
        ("10/20 * * * *", "2026-05-17 12:30", "2026-05-17 12:50"),
    ],
)
def test_a_crontab_line_says_when(text: str, last: str, following: str) -> None:
    now = NOON + timedelta(minutes=35, seconds=17)
    assert Cron(text).last(now) == at(last)
    assert Cron(text).next(now) == at(following)


FIELD = st.one_of(
    st.just("*"), st.integers(2, 20).map(lambda step: f"*/{step}"), st.lists(st.integers(1, 6), min_size=1).map(
        lambda numbers: ",".join(map(str, numbers))
    ), st.tuples(st.integers(1, 3), st.integers(4, 6)).map(lambda ends: f"{ends[0]}-{ends[1]}"),
)  # fmt: skip


@given(fields=st.tuples(FIELD, FIELD, FIELD, FIELD, FIELD), now=MOMENTS)
@settings(max_examples=150, deadline=None)
def test_the_beginnings_are_those_that_another_reader_of_crontab_finds(fields: tuple[str, ...], now: datetime) -> None:
    croniter = pytest.importorskip("croniter").croniter
    text = " ".join(fields)
    cron = Cron(text)
    # It leaves one of the two days aside where a step of all days is given; crontab(5) looks at the star as we do.
    if re.match(r"\*/", fields[2]) or re.match(r"\*/", fields[4]):
        return
    assert cron.next(now) == croniter(text, now.replace(microsecond=0)).get_next(datetime)


@given(now=MOMENTS, fields=st.tuples(FIELD, FIELD, FIELD, FIELD, FIELD))
@settings(max_examples=150, deadline=None)
def test_a_moment_lies_in_exactly_one_period(now: datetime, fields: tuple[str, ...]) -> None:
    cron = Cron(" ".join(fields))
    last, following = cron.last(now), cron.next(now)
    assert last <= now < following
    assert cron.last(last) == last
    assert cron.last(following) == following
    assert cron.last(following - timedelta(microseconds=1)) == last


@given(now=MOMENTS, seconds=st.floats(0.05, 100_000))
def test_a_period_of_seconds_begins_at_the_same_moment_for_everybody(now: datetime, seconds: float) -> None:
    every = Every(seconds)
    last = every.last(now)
    assert last <= now < every.next(now)
    assert now - last < timedelta(seconds=seconds) + timedelta(microseconds=1)
    assert every.last(now.astimezone(timezone(timedelta(hours=5)))) == last


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "five fields"),
        ("* * * *", "five fields"),
        ("60 * * * *", "minute"),
        ("* 24 * * *", "hour"),
        ("* * 0 * *", "day"),
        ("* * * 13 *", "month"),
        ("* * * * 8", "weekday"),
        ("5-1 * * * *", "minute"),
        ("x * * * *", "has x as its minute"),
        ("*/x * * * *", "has x as its minute"),
        ("1, * * * *", "nothing"),
        ("0 0 31 2 *", "never comes"),
        ("² * * * *", "number"),
    ],
)
def test_a_line_that_says_nothing_is_refused_with_the_field_that_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        times(text)


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_a_period_without_length_is_refused(seconds: str) -> None:
    with pytest.raises(ValueError, match="five fields"):
        times(seconds)


@pytest.mark.parametrize(
    ("text", "words"),
    [("300", "every 5 minutes"), ("3600", "every hour"), ("30", "every 30 seconds"), ("0.2", "every 0.2 seconds"),
     ("0  1 * * *", "0 1 * * *")],
)  # fmt: skip
def test_a_schedule_is_shown_as_people_write_it(text: str, words: str) -> None:
    assert times(text).words == words
