"""Who is next: by when it came, by its priority, and with room between the tasks of one owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rekindle.infra.queue.order import EPOCH, HIGHEST, Order

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ORDER = Order(share=60, ageing=30)
PRIORITIES = st.integers(0, 100)
SECONDS = st.integers(0, 100_000)


@dataclass(frozen=True)
class Waiting:
    """A task that waits: when it came, whose it is, and its rank."""

    second: int
    owner: str
    priority: int
    rank: int


def line(arrivals: Sequence[tuple[int, str, int]], order: Order = ORDER) -> list[Waiting]:
    """The ranks of tasks that come at these seconds, for these owners, with these priorities, while all wait."""
    last: dict[str, int] = {}
    waiting: list[Waiting] = []
    for second, owner, priority in sorted(arrivals):
        rank = order.rank(NOON + timedelta(seconds=second), priority, last.get(owner))
        last[owner] = max(rank, last.get(owner, rank))
        waiting.append(Waiting(second, owner, priority, rank))
    return waiting


ARRIVALS = st.lists(st.tuples(SECONDS, st.sampled_from("abc"), PRIORITIES), max_size=40)


@given(PRIORITIES, PRIORITIES)
def test_of_two_that_come_at_once_the_higher_priority_is_first(one: int, other: int) -> None:
    ranks = ORDER.rank(NOON, one, None), ORDER.rank(NOON, other, None)
    assert (ranks[0] < ranks[1]) == (one > other)


@given(ARRIVALS)
def test_tasks_of_one_owner_keep_their_order(arrivals: list[tuple[int, str, int]]) -> None:
    for owner in "abc":
        ranks = [each.rank for each in line(arrivals) if each.owner == owner]
        assert ranks == sorted(ranks)


@given(ARRIVALS, st.integers(0, 1_000_000), PRIORITIES)
def test_whatever_waits_is_overtaken_by_nobody_who_comes_late_enough(
    arrivals: list[tuple[int, str, int]], later: int, priority: int
) -> None:
    longest = 100 * ORDER.ageing + 40 * ORDER.share
    waiting = line(arrivals)
    newest = max((each.second for each in waiting), default=0) + longest + later + 1
    newcomer = ORDER.rank(NOON + timedelta(seconds=newest), priority, None)
    assert all(each.rank < newcomer for each in waiting)


@given(st.integers(1, 1000), st.integers(0, 3600), st.integers(1, 60))
def test_a_thousand_tasks_of_one_do_not_keep_one_of_another_waiting(many: int, later: int, service: int) -> None:
    """As long as one task takes no longer than a share, whoever has one task waits for one more at the most."""
    done = later // service
    ranks = [each.rank for each in line([(0, "a", 0)] * many)][done:]
    newcomer = ORDER.rank(NOON + timedelta(seconds=later), 0, None)
    assert sum(rank <= newcomer for rank in ranks) <= 1


@given(st.lists(st.integers(1, 30), min_size=2, max_size=5))
def test_owners_who_come_at_once_take_turns(counts: list[int]) -> None:
    waiting = line([(0, str(owner), 0) for owner, count in enumerate(counts) for _ in range(count)])
    ordered = [each.owner for each in sorted(waiting, key=lambda each: each.rank)]
    for turn in range(min(counts)):
        of_all = ordered[turn * len(counts) : (turn + 1) * len(counts)]
        assert sorted(of_all) == [str(owner) for owner in range(len(counts))]


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2300, 1, 1)),  # noqa: DTZ001 - a zone is added below
    st.integers(-1000, 1000),
    st.none() | st.integers(-HIGHEST, HIGHEST),
)
def test_every_rank_and_its_negative_fit_into_32_bits(moment: datetime, priority: int, last: int | None) -> None:
    assert -HIGHEST <= ORDER.rank(moment.replace(tzinfo=UTC), priority, last) <= HIGHEST


def test_ranks_of_this_century_are_far_from_their_limits() -> None:
    assert ORDER.rank(datetime(2090, 1, 1, tzinfo=UTC), 0, None) < HIGHEST
    assert ORDER.rank(EPOCH, 0, None) == 0
