"""Whether what is done by the clock is done when it is due: a look at the database from outside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.infra.db.migrate import check
from rekindle.infra.schedules.runs import STEADY, Runs, State, Watched, state_of
from rekindle.infra.schedules.tables import ScheduleRunRow
from rekindle.infra.schedules.times import Times
from rekindle.infra.schedules.timetable import this_process
from rekindle.wiring.databases import open_tables
from rekindle.wiring.schedules import TABLE, Line, needed, planned

GRACE = timedelta(minutes=10)
"""How late something may be before it is called so."""

Punctual = Literal["ok", "running", "due", "late", "failing", "never", "off"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one chore stands. `due`: there was no time for it yet since the start; `never`: there was, and nobody has
    ever done it; `off`: there is nothing of it to do here.
    """

    name: str
    when: str
    state: Punctual
    last: datetime | None
    next: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How all of them stand, and what else is to be said."""

    well: bool
    chores: Sequence[Standing]
    remarks: Sequence[str]


async def look(settings: Settings, *, clock: Clock) -> Punctuality:
    """Look at the database, and change nothing. Raises TablesOutOfDate."""
    check(settings.database_url)
    db = open_tables(settings)
    try:
        runs = Runs(db, clock=clock, process=this_process())
        rows, watched = await runs.latest(), await runs.seen()
    finally:
        await db.aclose()
    return standing(planned(settings), rows, watched, needed=needed(settings), now=clock.now())


def standing(
    due: Mapping[str, Times],
    rows: Mapping[str, ScheduleRunRow],
    watched: Watched | None,
    *,
    needed: set[str],
    now: datetime,
) -> Punctuality:
    """The same from what was found, `now`."""
    chores = [
        _standing(line.name, due[line.name], rows.get(line.name), now, patient=_patient(line, due, watched, now))
        if line.name in needed
        else Standing(line.name, due[line.name].words, "off", None, due[line.name].next(now), None)
        for line in TABLE
    ]
    bad = any(each.state in {"late", "failing", "never"} for each in chores)
    return Punctuality(not bad, chores, [*_remarks(chores, watched, now)])


def _remarks(chores: Sequence[Standing], watched: Watched | None, now: datetime) -> Iterator[str]:
    if watched is not None and not watched.steady:
        hours = watched.leapt.total_seconds() / 3600
        until = watched.steady_since + STEADY
        way = "forward" if hours > 0 else "back"
        waits = f"until {until:%H:%M} (UTC)" if until > now else "until it has gone on for a quarter of an hour"
        yield (
            f"The clock went {abs(hours):.1f} hours {way} at once: nothing ran meanwhile, or the clock is wrong. What "
            f"deletes old things waits {waits}."
        )
    if watched is not None and any(each.state == "due" for each in chores):
        yield (
            f"Rekindle began at {watched.steady_since:%H:%M} (UTC), and there was no time yet for what is due: look "
            "again in a few minutes."
        )
    if all(each.state in {"never", "off"} for each in chores):
        yield (
            "Nothing was ever done: start `rekindle serve`, or `rekindle worker` where several share the work, "
            "or let a cron run `rekindle jobs run-all`."
        )


def _patient(line: Line, due: Mapping[str, Times], watched: Watched | None, now: datetime) -> bool:
    """Whether there was no time yet for it since the start, or since a leap of the time that some things wait after."""
    if watched is None:
        return False
    wait = STEADY if line.careful and watched.leapt else timedelta(0)
    return now <= watched.steady_since + wait + timedelta(seconds=due[line.name].look) + GRACE


def _standing(name: str, times: Times, row: ScheduleRunRow | None, now: datetime, *, patient: bool) -> Standing:
    period, following = times.last(now), times.next(now)
    if row is None:
        return Standing(name, times.words, "due" if patient else "never", None, following, None)
    state = _state(row, period, now)
    if state == "late" and patient:
        state = "due"
    return Standing(name, times.words, state, row.ended_at or row.started_at, following, row.error)


def _state(row: ScheduleRunRow, period: datetime, now: datetime) -> Punctual:
    if row.error is not None:
        return "failing"
    if row.ended_at is None and state_of(row, now) is State.BUSY:
        return "running"
    behind = row.period < period and now - period > GRACE
    return "late" if behind or row.ended_at is None else "ok"
