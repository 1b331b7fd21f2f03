"""Who does a chore in a period: the first to write it down, and whoever takes it over when that one falls silent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, and_, delete, exists, or_, select, update

from rekindle.clock import Clock
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.infra.schedules.tables import ClockRow, ScheduleRunRow

SKEW = timedelta(minutes=2)
"""How far the clocks of machines may be apart. What is from later than that was written by a clock that was wrong."""

LEAP = timedelta(hours=1)
"""A step of the time, from one look at it to the next, that may be no passing of time at all."""

STEADY = timedelta(minutes=15)
"""How long the time has to go on without a leap before it is believed by what cannot be undone."""

LEASE = timedelta(minutes=2)
KEPT, LAST = timedelta(days=8), 3
"""How long it is known what was done; the last few periods of a chore longer."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
_WATCH = "the clock"
_NOTED = timedelta(seconds=30)
_LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """A chore in a period, for whoever has it; `tries` counts from 1."""

    name: str
    period: datetime
    id: UUID
    tries: int


@dataclass(frozen=True, slots=True)
class Watched:
    """How the time goes: since when without a leap, how far the last leap went, and whether to believe it.

    Before the first leap it is the first start that it goes on since.
    """

    steady_since: datetime
    leapt: timedelta
    steady: bool


class State(StrEnum):
    """How a chore stands in one period."""

    OPEN = "open"
    """Whoever comes may do it: nobody has, or nobody is heard of any more."""
    BUSY = "busy"
    """Somebody is at it, or it failed and waits for another try."""
    DONE = "done"


def state_of(row: ScheduleRunRow, now: datetime) -> State:
    """What a row says; one that was written by a clock that was wrong says nothing."""
    if row.started_at > now + SKEW:
        return State.OPEN
    if row.ended_at is not None:
        return State.DONE
    return State.OPEN if row.until <= now else State.BUSY


class Runs:
    """The book of what is done by the clock."""

    def __init__(self, db: Database, *, clock: Clock, process: str) -> None:
        self._db = db
        self._clock = clock
        self._process = process

    async def look(self, name: str, period: datetime) -> State:
        """How a chore stands in this period: a look without a lock."""
        async with self._db.reading() as tx:
            row = await tx.get(ScheduleRunRow, (name, period))
        return State.OPEN if row is None else state_of(row, self._clock.now())

    async def take(self, name: str, period: datetime, *, again: bool = False) -> Claim | None:
        """Have the chore for this period, unless it is done, or somebody has it. `again`: also when it is done."""
        now, claim = self._clock.now(), self._clock.new_id()
        values = {
            "claim": claim, "process": self._process, "started_at": now, "until": now + LEASE, "ended_at": None,
            "error": None,
        }  # fmt: skip
        async with self._db.transaction() as tx:
            await self._watch(tx, now)
            if await tx.scalar(_under_way(name, now)):
                return None
            free = or_(
                and_(ScheduleRunRow.ended_at.is_(None), ScheduleRunRow.until <= now),
                ScheduleRunRow.started_at > now + SKEW,
            )
            new = insert_into(tx, ScheduleRunRow).values(name=name, period=period, tries=1, **values)
            taken = new.on_conflict_do_update(
                index_elements=[ScheduleRunRow.name, ScheduleRunRow.period],
                set_={**values, "tries": ScheduleRunRow.tries + 1},
                where=or_(free, ScheduleRunRow.ended_at.is_not(None)) if again else free,
            ).returning(ScheduleRunRow.tries)
            tries = await tx.scalar(taken)
        return None if tries is None else Claim(name, period, claim, tries)

    async def extend(self, claim: Claim) -> None:
        """Tell that it is still being done."""
        await self._write(claim, until=self._clock.now() + LEASE)

    async def done(self, claim: Claim) -> None:
        """It is done for this period; and forget what was long ago."""
        await self._write(claim, ended_at=self._clock.now(), error=None)
        mine, old = ScheduleRunRow.name == claim.name, ScheduleRunRow.period < claim.period - KEPT
        newest = select(ScheduleRunRow.period).where(mine).order_by(ScheduleRunRow.period.desc()).limit(LAST)
        async with self._db.reading() as tx:
            kept = (await tx.scalars(newest)).all()
            if await tx.scalar(select(exists().where(mine, old, ScheduleRunRow.period < min(kept)))) is not True:
                return
        async with self._db.transaction() as tx:
            await tx.execute(delete(ScheduleRunRow).where(mine, old, ScheduleRunRow.period < min(kept)))

    async def failed(self, claim: Claim, why: str) -> None:
        """It came to nothing: it is tried again within its period, each time a little later."""
        pause = min(_FIRST_PAUSE * 2 ** min(claim.tries - 1, 10), _LONGEST_PAUSE)
        await self._write(claim, until=self._clock.now() + pause, error=why[:_LONGEST_ERROR])

    async def give_back(self, claim: Claim) -> None:
        """Whoever comes next does it, at once."""
        await self._write(claim, until=self._clock.now() - timedelta(microseconds=1))

    async def latest(self) -> Mapping[str, ScheduleRunRow]:
        """The last period of each chore that was begun."""
        query = select(ScheduleRunRow).order_by(ScheduleRunRow.name, ScheduleRunRow.period)
        async with self._db.reading() as tx:
            return {row.name: row for row in await tx.scalars(query)}

    async def watched(self) -> Watched:
        """How the time goes, for all processes together; looked at now."""
        now = self._clock.now()
        async with self._db.reading() as tx:
            row = await tx.get(ClockRow, _WATCH)
        if row is None or _leap(row.seen_at, now) or abs(now - row.seen_at) >= _NOTED:
            async with self._db.transaction() as tx:
                row = await self._watch(tx, now)
        return _watched(row, now)

    async def seen(self) -> Watched | None:
        """The same for who only looks, and does not pass for one that is at work; None where nobody ever was."""
        now = self._clock.now()
        async with self._db.reading() as tx:
            row = await tx.get(ClockRow, _WATCH)
        if row is None:
            return None
        leap = _leap(row.seen_at, now)
        return _watched(row, now) if leap is None else Watched(row.steady_since, leap, steady=False)

    async def begin(self) -> None:
        """Somebody who does things by the clock is here: where nobody was, or not for long, time counts from now."""
        async with self._db.transaction() as tx:
            await self._watch(tx, self._clock.now())

    async def _watch(self, tx: Transaction, now: datetime) -> ClockRow:
        row = await tx.get(ClockRow, _WATCH, populate_existing=True)
        if row is None:
            first = insert_into(tx, ClockRow).values(name=_WATCH, seen_at=now, steady_since=now, leapt=0.0)
            await tx.execute(first.on_conflict_do_nothing())
            return await tx.get_one(ClockRow, _WATCH)
        if leap := _leap(row.seen_at, now):
            row.seen_at = row.steady_since = now
            row.leapt = leap.total_seconds()
        elif now - row.seen_at >= _NOTED:
            row.seen_at = now
        await tx.flush()
        return row

    async def _write(self, claim: Claim, **values: object) -> None:
        """Only for whoever has it: one that was frozen, and whose chore was taken over, writes nothing."""
        mine = update(ScheduleRunRow).where(
            ScheduleRunRow.name == claim.name, ScheduleRunRow.period == claim.period,
            ScheduleRunRow.claim == claim.id, ScheduleRunRow.ended_at.is_(None),
        )  # fmt: skip
        async with self._db.transaction() as tx:
            await tx.execute(mine.values(**values), execution_options={"synchronize_session": False})


def _watched(row: ClockRow, now: datetime) -> Watched:
    # Before the first leap there is nothing yet that a wrong time could do harm to.
    steady = not row.leapt or now - row.steady_since >= STEADY
    return Watched(row.steady_since, timedelta(seconds=row.leapt), steady)


def _leap(seen: datetime, now: datetime) -> timedelta | None:
    """How far the time went at once, if that is too far."""
    step = now - seen
    return step if step > LEAP or step < -SKEW else None


def _under_way(name: str, now: datetime) -> Select[bool]:
    """Whether somebody has another period of it: two at once would do no harm, and no good."""
    return select(
        exists().where(
            ScheduleRunRow.name == name, ScheduleRunRow.ended_at.is_(None), ScheduleRunRow.error.is_(None),
            ScheduleRunRow.until > now, ScheduleRunRow.started_at <= now + SKEW,
        )
    )  # fmt: skip
