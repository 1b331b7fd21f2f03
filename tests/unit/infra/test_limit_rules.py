"""Buckets and windows by themselves, and against the plainest way to count."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.infra.limits.rules import LONGEST_KEY, SECOND, Bucket, Limit, Verdict, Window, judge, short

TEN = Bucket("account", 10, 1.0)
HUNDRED = Window("address", 100, 900.0)

buckets = st.builds(Bucket, st.just("b"), st.integers(1, 20), st.sampled_from([0.1, 0.3, 1.0, 3.0, 7.0, 1000.0]))
windows = st.builds(Window, st.just("w"), st.integers(1, 20), st.sampled_from([0.5, 1.0, 7.0, 900.0]))
gaps = st.lists(st.tuples(st.integers(0, 3 * SECOND), st.integers(1, 3)), max_size=60)


@dataclass
class Counter:
    """One key under one limit, by a clock that is told what time it is."""

    limit: Limit
    now: int = 0
    taken: Sequence[int] = ()
    passed: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def take(self, cost: int = 1) -> Verdict:
        judged = judge(self.limit, self.taken, self.now, cost=cost, take=True)
        self.taken = judged.taken
        if judged.verdict.allowed:
            self.passed.append((self.now, cost))
        return judged.verdict

    def look(self, cost: int = 1) -> Verdict:
        return judge(self.limit, self.taken, self.now, cost=cost, take=False).verdict

    def used(self, start: int, end: int) -> int:
        return sum(cost for moment, cost in self.passed if start <= moment < end)


def run(counter: Counter, steps: Sequence[tuple[int, int]]) -> None:
    for gap, cost in steps:
        counter.now += gap
        counter.take(min(cost, counter.limit.quota))


def test_a_full_bucket_gives_its_capacity_and_then_nothing() -> None:
    counter = Counter(TEN)
    assert [counter.take().remaining for _ in range(10)] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    refused = counter.take()
    assert (refused.allowed, refused.remaining, refused.retry_after, refused.reset) == (False, 0, 1.0, 10.0)


def test_a_bucket_gives_one_more_for_every_second() -> None:
    counter = Counter(TEN)
    assert counter.take(10).allowed
    counter.now += SECOND - 1
    assert not counter.take().allowed
    counter.now += 1
    assert counter.take().allowed
    assert not counter.take().allowed


def test_a_bucket_is_never_more_than_full() -> None:
    counter = Counter(TEN, now=0)
    counter.take()
    counter.now += 1000 * SECOND
    assert counter.look().remaining == 10
    assert not [counter.take() for _ in range(11)][-1].allowed


def test_a_window_gives_its_quota_and_then_nothing_until_the_first_unit_is_old() -> None:
    counter = Counter(HUNDRED)
    for _ in range(100):
        assert counter.take().allowed
        counter.now += SECOND
    refused = counter.take()
    assert (refused.allowed, refused.remaining, refused.retry_after, refused.reset) == (False, 0, 800.0, 899.0)
    counter.now = 900 * SECOND - 1
    assert not counter.take().allowed
    counter.now += 1
    assert counter.take().allowed
    assert not counter.take().allowed


def test_what_costs_more_than_is_left_takes_nothing() -> None:
    for limit in (TEN, Window("w", 10, 10.0)):
        counter = Counter(limit)
        counter.take(7)
        assert not counter.take(4).allowed
        assert counter.take(3).allowed


def test_a_look_takes_nothing() -> None:
    for limit in (TEN, HUNDRED):
        counter = Counter(limit)
        counter.take(4)
        before = counter.taken
        assert (counter.look().remaining, counter.look().allowed) == (limit.quota - 4, True)
        assert counter.taken is before


@pytest.mark.parametrize("limit", [TEN, HUNDRED])
@pytest.mark.parametrize("cost", [0, -1, 101])
def test_a_cost_that_never_fits_is_a_fault_of_the_caller(limit: Limit, cost: int) -> None:
    with pytest.raises(ValueError, match="can be taken at once"):
        judge(limit, (), 0, cost=cost, take=True)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Bucket("account", 0, 1.0),
        lambda: Bucket("account", 1, 0.0),
        lambda: Bucket("account", 1, float("inf")),
        lambda: Bucket("account", 1, float("nan")),
        lambda: Bucket("account", 1, 2e6),
        lambda: Window("address", 1, -1.0),
        lambda: Window("address", 10_001, 1.0),
        lambda: Window('a"; x', 1, 1.0),
        lambda: Window("", 1, 1.0),
    ],
)
def test_a_limit_without_sense_cannot_be_made(make: type[Limit]) -> None:
    with pytest.raises(ValueError, match=r"limit|bucket|window"):
        make()


def test_a_clock_that_was_set_back_locks_nobody_out_for_longer_than_the_limit() -> None:
    for limit in (TEN, HUNDRED):
        counter = Counter(limit, now=10**15)
        counter.take(limit.quota)
        counter.now -= 86_400 * SECOND
        refused = counter.take()
        assert not refused.allowed
        assert refused.retry_after <= limit.seconds
        counter.now += round(limit.seconds * SECOND)
        assert counter.take(limit.quota).allowed


def test_a_quota_that_was_lowered_holds_at_once() -> None:
    counter = Counter(Window("w", 10, 10.0))
    counter.take(10)
    counter.limit = Window("w", 3, 10.0)
    refused = counter.take()
    assert (refused.allowed, refused.remaining, refused.retry_after) == (False, 0, 10.0)


@given(windows, gaps)
def test_no_stretch_of_a_window_ever_holds_more_than_its_quota(limit: Window, steps: list[tuple[int, int]]) -> None:
    counter = Counter(limit)
    run(counter, steps)
    assert all(counter.used(start, start + limit.step) <= limit.quota for start, _ in counter.passed)


@given(buckets, gaps)
def test_no_stretch_of_a_bucket_holds_more_than_it_had_and_got(limit: Bucket, steps: list[tuple[int, int]]) -> None:
    counter = Counter(limit)
    run(counter, steps)
    for start, _ in counter.passed:
        for end, _ in counter.passed:
            assert counter.used(start, end + 1) <= limit.capacity + Fraction(max(end - start, 0), limit.step)


@given(buckets, gaps)
def test_a_bucket_says_what_a_bucket_of_tokens_would_say(limit: Bucket, steps: list[tuple[int, int]]) -> None:
    counter = Counter(limit)
    tokens, last = Fraction(limit.capacity), 0
    for gap, wanted in steps:
        counter.now += gap
        cost = min(wanted, limit.capacity)
        tokens = min(Fraction(limit.capacity), tokens + Fraction(counter.now - last, limit.step))
        last = counter.now
        assert counter.take(cost).allowed == (tokens >= cost)
        tokens -= cost if tokens >= cost else 0
        assert counter.look().remaining == int(tokens)


@given(st.one_of(buckets, windows), gaps, st.integers(1, 20))
def test_the_wait_that_is_told_is_neither_too_short_nor_too_long(
    limit: Limit, steps: list[tuple[int, int]], wanted: int
) -> None:
    counter = Counter(limit)
    run(counter, steps)
    cost = min(wanted, limit.quota)
    wait = round(counter.look(cost).retry_after * SECOND)
    counter.now += wait
    assert counter.look(cost).allowed
    if wait:
        counter.now -= 1
        assert not counter.look(cost).allowed


@given(st.one_of(buckets, windows), gaps)
def test_after_the_reset_that_is_told_everything_is_there_again(limit: Limit, steps: list[tuple[int, int]]) -> None:
    counter = Counter(limit)
    run(counter, steps)
    counter.now += round(counter.look().reset * SECOND)
    assert counter.take(limit.quota).allowed


def test_a_long_key_is_kept_short_and_still_its_own() -> None:
    assert short("192.0.2.7") == "192.0.2.7"
    assert len(short("x" * 1_000_000)) <= LONGEST_KEY
    assert short("x" * 1000) != short("x" * 1001)
    assert short("\ud800" * 1000)
