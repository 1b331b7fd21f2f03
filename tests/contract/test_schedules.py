"""What is done by the clock is done once in each period, by one of many, and not by a clock that is wrong."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.schedules.runs import LEASE, Claim, Runs, State
from rekindle.infra.schedules.tables import ScheduleRunRow
from rekindle.infra.schedules.times import Cron, Every
from rekindle.infra.schedules.timetable import Came, Chore, Timetable
from tests.factories import HeldClock, database
from tests.postgres import postgres_database

SWEEP, RESET, SUMMARY = "sweep", "monthly-credit-reset", "daily-usage-summary"

Opening = Callable[[Path], AbstractAsyncContextManager[Database]]


@pytest.fixture(params=[database, postgres_database], ids=["sqlite", "postgres"])
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Database]:
    opening: Opening = request.param
    with seeing_everything():
        async with opening(tmp_path) as opened:
            yield opened


@dataclass
class Process:
    """One of several processes with the same table, and what it did."""

    db: Database
    clock: HeldClock
    did: list[str] = field(default_factory=list[str])
    fails: int = 0
    lasts: float = 0.0
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        chores = [
            Chore(SWEEP, Every(300.0), "deletes", self._deed(SWEEP), careful=True),
            Chore(RESET, Cron("0 0 1 * *"), "gives", self._deed(RESET)),
            Chore(SUMMARY, Cron("0 1 * * *"), "sums", self._deed(SUMMARY)),
        ]
        self.runs = Runs(self.db, clock=self.clock, process=f"process {id(self)}")
        self.table = Timetable(chores, self.runs, clock=self.clock)

    def _deed(self, name: str) -> Callable[[], object]:
        async def deed() -> None:
            self.begun.set()
            await asyncio.sleep(self.lasts)
            if self.fails:
                self.fails -= 1
                raise OSError("the disk is full")
            self.did.append(name)

        return deed


async def rows(db: Database, name: str) -> list[ScheduleRunRow]:
    query = select(ScheduleRunRow).where(ScheduleRunRow.name == name).order_by(ScheduleRunRow.period)
    async with db.reading() as tx:
        return list(await tx.scalars(query))


async def claim_on(name: str, db: Database) -> Claim:
    (row,) = await rows(db, name)
    return Claim(row.name, row.period, row.claim, row.tries)


async def settle(process: Process) -> None:
    """Time goes on as usual until it is believed again."""
    for _ in range(16):
        await process.runs.watched()
        process.clock.advance(minutes=1)


# ── once in each period ──


async def test_of_many_at_once_one_does_it(db: Database) -> None:
    clock = HeldClock()
    processes = [Process(db, clock, lasts=0.02) for _ in range(8)]
    came = await asyncio.gather(*(each.table.due(RESET) for each in processes for _ in range(3)))
    assert came.count(Came.DONE) == 1
    assert came.count(Came.NOT_DUE) == 23
    assert [name for each in processes for name in each.did] == [RESET]
    (row,) = await rows(db, RESET)
    assert (row.period, row.tries, row.error) == (datetime.fromisoformat("2026-05-01T00:00:00+00:00"), 1, None)
    assert row.ended_at is not None


async def test_each_period_has_its_own_turn_and_a_missed_one_is_made_up_for_once(db: Database) -> None:
    one, other = (Process(db, HeldClock()) for _ in range(2))
    for process in (one, other):
        process.clock = one.clock
    for hours in (0, 1, 23, 24, 24 * 3, 24 * 3 + 1):
        one.clock._now = datetime.fromisoformat("2026-05-17T12:00:00+00:00") + timedelta(hours=hours)
        other.runs._clock = other.table._clock = one.clock
        await one.table.due(SUMMARY)
        await other.table.due(SUMMARY)
    assert [row.period.day for row in await rows(db, SUMMARY)] == [17, 18, 20]
    assert one.did + other.did == [SUMMARY] * 3


async def test_what_fails_is_tried_again_within_its_period_a_little_later_each_time(db: Database) -> None:
    process = Process(db, HeldClock(), fails=2)
    assert await process.table.due(RESET) is Came.FAILED
    assert await process.table.due(RESET) is Came.NOT_DUE
    (row,) = await rows(db, RESET)
    assert (row.error, row.ended_at) == ("OSError: the disk is full", None)
    process.clock.advance(seconds=61)
    assert await process.table.due(RESET) is Came.FAILED
    process.clock.advance(seconds=61)
    assert await process.table.due(RESET) is Came.NOT_DUE
    process.clock.advance(seconds=61)
    assert await process.table.due(RESET) is Came.DONE
    (row,) = await rows(db, RESET)
    assert (row.tries, row.error) == (3, None)
    process.clock.advance(days=1)
    assert await process.table.due(RESET) is Came.NOT_DUE


async def test_who_dies_at_it_is_followed_by_another_who_was_not_there_before(db: Database) -> None:
    clock = HeldClock()
    dead, alive = Process(db, clock), Process(db, clock)
    assert await dead.runs.take(RESET, Cron("0 0 1 * *").last(clock.now())) is not None
    assert await alive.table.due(RESET) is Came.NOT_DUE
    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert await alive.table.due(RESET) is Came.DONE


async def test_who_was_frozen_and_wakes_up_writes_nothing_over_who_took_it_over(db: Database) -> None:
    clock, period = HeldClock(), Cron("0 0 1 * *").last(HeldClock().now())
    frozen, other = Process(db, clock), Process(db, clock)
    old = await frozen.runs.take(RESET, period)
    clock.advance(minutes=3)
    new = await other.runs.take(RESET, period)
    assert old is not None
    assert new is not None
    await frozen.runs.extend(old)
    await frozen.runs.failed(old, "too late")
    await frozen.runs.done(old)
    (row,) = await rows(db, RESET)
    assert (row.claim, row.ended_at, row.error) == (new.id, None, None)
    await other.runs.done(new)
    assert await frozen.runs.look(RESET, period) is State.DONE


async def test_who_is_stopped_gives_it_back_at_once(db: Database) -> None:
    clock = HeldClock()
    stopped, other = Process(db, clock, lasts=60.0), Process(db, clock)
    running = asyncio.create_task(stopped.table.due(RESET))
    await stopped.begun.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await other.table.due(RESET) is Came.DONE
    assert stopped.did == []


async def test_two_periods_of_one_chore_are_never_done_at_the_same_time(db: Database) -> None:
    clock = HeldClock()
    slow, quick = Process(db, clock, lasts=0.3), Process(db, clock)
    running = asyncio.create_task(slow.table.due(SWEEP))
    await slow.begun.wait()
    clock.advance(seconds=300)
    await slow.runs.extend(await claim_on(SWEEP, db))
    assert await quick.table.due(SWEEP) is Came.NOT_DUE
    await running
    assert await quick.table.due(SWEEP) is Came.DONE


async def test_what_was_done_long_ago_is_forgotten_but_for_the_last(db: Database) -> None:
    process = Process(db, HeldClock())
    for _ in range(30):
        process.clock.advance(days=1)
        await process.table.due(SUMMARY)
        await process.table.due(RESET)
    assert len(await rows(db, SUMMARY)) == 9
    for _ in range(5):
        process.clock.advance(days=31)
        await process.table.due(RESET)
    assert [row.period.month for row in await rows(db, RESET)] == [9, 10, 11]


# ── an outside cron ──


async def test_a_cron_a_little_ahead_does_what_is_about_to_be_due(db: Database) -> None:
    early = HeldClock(datetime.fromisoformat("2026-05-18T00:59:45+00:00"))
    process = Process(db, early)
    assert await process.table.due(SUMMARY) is Came.DONE
    assert await process.table.run(SUMMARY) is Came.DONE
    early.advance(minutes=1)
    assert await process.table.due(SUMMARY) is Came.NOT_DUE
    assert [row.period.day for row in await rows(db, SUMMARY)] == [17, 18]


async def test_again_does_what_is_done_but_not_what_somebody_is_at(db: Database) -> None:
    clock = HeldClock()
    process, other = Process(db, clock), Process(db, clock)
    assert await process.table.run(RESET) is Came.DONE
    assert await process.table.run(RESET) is Came.NOT_DUE
    assert await process.table.run(RESET, again=True) is Came.DONE
    assert await other.runs.take(RESET, Cron("0 0 1 * *").last(clock.now()), again=True) is not None
    assert await process.table.run(RESET, again=True) is Came.NOT_DUE


# ── the clock ──


@pytest.mark.parametrize("leap", [timedelta(days=1), timedelta(days=-1), timedelta(days=40), timedelta(minutes=-3)])
async def test_after_a_leap_nothing_is_deleted_until_the_time_went_on_for_a_while(
    db: Database, leap: timedelta
) -> None:
    process = Process(db, HeldClock())
    assert await process.table.due(SWEEP) is Came.DONE
    process.clock._now += leap
    came = []
    for _ in range(14):
        came.append(await process.table.due(SWEEP))
        process.clock.advance(minutes=1)
    assert set(came) <= {Came.PUT_OFF, Came.NOT_DUE}
    assert process.did == [SWEEP]
    watched = await process.runs.watched()
    assert (watched.leapt, watched.steady) == (leap, False)
    process.clock.advance(minutes=5)
    assert await process.table.due(SWEEP) is Came.DONE


async def test_a_clock_that_comes_back_soon_deleted_nothing(db: Database) -> None:
    process = Process(db, HeldClock())
    await process.table.due(SWEEP)
    process.clock.advance(days=1)
    for _ in range(10):
        assert await process.table.due(SWEEP) is Came.PUT_OFF
        process.clock.advance(minutes=1)
    process.clock.advance(days=-1)
    assert await process.table.due(SWEEP) in {Came.PUT_OFF, Came.NOT_DUE}
    assert process.did == [SWEEP]
    await settle(process)
    assert await process.table.due(SWEEP) is Came.DONE


async def test_one_wrong_clock_among_right_ones_deletes_nothing(db: Database) -> None:
    right, wrong = Process(db, HeldClock()), Process(db, HeldClock())
    wrong.clock.advance(days=1)
    for _ in range(60):
        await right.table.due(SWEEP)
        assert await wrong.table.due(SWEEP) is not Came.DONE
        for process in (right, wrong):
            process.clock.advance(minutes=1)
    assert wrong.did == []


async def test_clocks_that_differ_by_a_minute_are_no_leap(db: Database) -> None:
    one, other = Process(db, HeldClock()), Process(db, HeldClock())
    other.clock.advance(seconds=-60)
    for _ in range(20):
        assert await one.table.due(SWEEP) is not Came.PUT_OFF
        assert await other.table.due(SWEEP) is not Came.PUT_OFF
        for process in (one, other):
            process.clock.advance(minutes=1)
    assert (await one.runs.watched()).steady
    assert len(one.did) + len(other.did) == len(await rows(db, SWEEP)) == 5


async def test_what_a_clock_of_tomorrow_wrote_is_done_again_when_its_time_comes(db: Database) -> None:
    process = Process(db, HeldClock())
    process.clock.advance(days=1)
    assert await process.table.due(SUMMARY) is Came.DONE  # for the 18th, on the 17th
    process.clock.advance(days=-1)
    assert await process.table.due(SUMMARY) is Came.DONE
    process.clock.advance(hours=14)
    assert await process.table.due(SUMMARY) is Came.DONE
    assert [(row.period.day, row.tries) for row in await rows(db, SUMMARY)] == [(17, 1), (18, 2)]


@pytest.mark.parametrize("leap", [timedelta(days=1), timedelta(days=-1)])
async def test_a_month_that_begins_during_a_leap_is_given_for_once_each(db: Database, leap: timedelta) -> None:
    """The last evening of May, with a clock that goes wrong and right again, over midnight."""
    process = Process(db, HeldClock(datetime.fromisoformat("2026-05-31T23:30:00+00:00")))
    await process.table.due(RESET)
    for wrong in (leap, -leap, timedelta(0), leap, -leap):
        process.clock._now += wrong
        for _ in range(6):
            process.clock.advance(minutes=5)
            await process.table.due(RESET)
    periods = [(row.period.month, row.tries) for row in await rows(db, RESET)]
    assert [month for month, _ in periods] == [5, 6]
    assert await process.table.due(RESET) is Came.NOT_DUE


# ── a worker ──


async def test_a_worker_looks_at_everything_as_often_as_its_periods_ask_for(db: Database) -> None:
    table = Process(db, HeldClock()).table
    assert [(each.name, each.seconds) for each in table.schedules] == [(SWEEP, 300.0), (RESET, 20.0), (SUMMARY, 20.0)]
    for schedule in table.schedules:
        assert await schedule.action() is Came.DONE
