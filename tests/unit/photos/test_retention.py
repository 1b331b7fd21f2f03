"""How long things are kept: the rules."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from rekindle.photos.retention import Policy, Retention
from tests.factories import NOON

AGES = st.timedeltas(timedelta(0), timedelta(days=3650))


@given(AGES, st.timedeltas(timedelta(minutes=1), timedelta(days=30)))
def test_an_ephemeral_photo_goes_exactly_when_it_is_old_enough(age: timedelta, limit: timedelta) -> None:
    retention = Retention(Policy.EPHEMERAL, limit)
    assert retention.deletes_photo(NOON - age, NOON) is (age >= limit)


@given(AGES)
def test_no_other_policy_deletes_a_photo_however_old_it_is(age: timedelta) -> None:
    for policy in (Policy.KEEP, Policy.DELETE_ORIGINAL):
        assert not Retention(policy, timedelta(seconds=1)).deletes_photo(NOON - age, NOON)


def test_only_one_policy_drops_originals() -> None:
    drops = [policy for policy in Policy if Retention(policy, timedelta(hours=1)).drops_original()]
    assert drops == [Policy.DELETE_ORIGINAL]


def test_a_photo_from_the_future_stays() -> None:
    assert not Retention(Policy.EPHEMERAL, timedelta(hours=4)).deletes_photo(NOON + timedelta(hours=1), NOON)


@given(AGES, st.none() | AGES, st.timedeltas(timedelta(minutes=1), timedelta(days=3)))
def test_a_photo_of_a_session_goes_some_time_after_its_result_or_when_it_is_left_alone(
    age: timedelta, result_age: timedelta | None, hours: timedelta
) -> None:
    retention = Retention(Policy.SESSIONS, 2 * hours, finished=hours)
    result_at = None if result_age is None else NOON - min(result_age, age)
    goes = age >= 2 * hours if result_age is None else min(result_age, age) >= hours
    assert retention.deletes_photo(NOON - age, NOON, result_at=result_at) is goes
    assert not goes or age >= (retention.shortest or timedelta.max)
