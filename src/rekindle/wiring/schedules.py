"""What is done by the clock: one table."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.errors import Invalid
from rekindle.infra.db.database import Database
from rekindle.infra.schedules.runs import Runs
from rekindle.infra.schedules.times import Cron, Every, Times, times
from rekindle.infra.schedules.timetable import Chore, Timetable, this_process

Deed = Callable[[], Awaitable[object]]


class BadSchedule(Invalid):
    code: ClassVar[str] = "bad_schedule"
    title: ClassVar[str] = "A schedule in the settings is wrong"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table. `careful`: it takes away what is too old, and waits for a time that can be believed."""

    name: str
    usual: Callable[[Settings], Times]
    purpose: str
    careful: bool = False


def _at(text: str) -> Callable[[Settings], Times]:
    return lambda _: Cron(text)


def _sweeps(settings: Settings) -> Times:
    return Every(settings.jobs.sweep_seconds)


def _forgets(settings: Settings) -> Times:
    return Cron("0 */2 * * *") if settings.retention.policy == "sessions" else _sweeps(settings)


def _searches(settings: Settings) -> Times:
    return Every(settings.billing.sweep_seconds)


TABLE: Sequence[Line] = (
    Line("process-enhancement-tasks", _at("*/2 * * * *"), "Takes jobs up again that no worker knows of."),
    Line("check-credit-thresholds", _at("*/15 * * * *"), "Tells operators of budgets, pools and providers in trouble."),
    Line("daily-usage-summary", _at("0 1 * * *"), "Sums up what was used on the days before."),
    Line("monthly-credit-reset", _at("0 0 1 * *"), "Gives the credits of the month to those who were here lately."),
    Line("sum-spending", lambda settings: Every(settings.spending.sum_seconds), "Sums up what providers were paid."),
    Line(
        "sweep-photos",
        _forgets,
        "Deletes photos that are kept too long, and what the cache keeps too much.",
        careful=True,
    ),
    Line("sweep-files", _at("17 * * * *"), "Deletes files that belong to nothing.", careful=True),
    Line("sweep-providers", _at("*/5 * * * *"), "Withdraws edits at providers for which nobody waits any more."),
    Line("keep-tombstones", _at("*/10 * * * *"), "Writes down beside the files what was deleted."),
    Line("apply-tombstones", _at("41 * * * *"), "Deletes again what a backup that was put back brought back."),
    Line(
        "sweep-credits",
        _sweeps,
        "Gives back what is set aside too long, and ends credits whose time is over.",
        careful=True,
    ),
    Line("sweep-accounts", _sweeps, "Forgets sessions, links and guests that have ended, and who left.", careful=True),
    Line("find-payments", _searches, "Searches for payments of which no notice came."),
    Line("look-at-plans", _searches, "Looks at subscriptions whose month begins or ends."),
)
"""In the order in which they are shown; those with nothing to do here are left out."""


def planned(settings: Settings) -> Mapping[str, Times]:
    """When each line is due, by its name. Raises BadSchedule."""
    usual = {line.name: line.usual(settings) for line in TABLE}
    for name, text in settings.schedules.times.items():
        if name not in usual:
            raise BadSchedule(
                f"REKINDLE_SCHEDULES__TIMES names {name}, which is not done by the clock. `rekindle jobs list` shows "
                "what is."
            )
        try:
            usual[name] = times(text)
        except ValueError as error:
            raise BadSchedule(f"REKINDLE_SCHEDULES__TIMES {error}: that is the time of {name}.") from error
    return usual


def needed(settings: Settings) -> set[str]:
    """The lines with something to do under these settings."""
    idle = set[str]()
    if not settings.accounts.enabled:
        idle |= {"sweep-accounts"}
    if not settings.sells:
        idle |= {"find-payments", "look-at-plans"}
    return {line.name for line in TABLE} - idle


def timetable_of(settings: Settings, db: Database, actions: Mapping[str, Deed], *, clock: Clock) -> Timetable:
    """The table with what there is to do here. Raises BadSchedule."""
    due = planned(settings)
    chores = [
        Chore(line.name, due[line.name], line.purpose, actions[line.name], careful=line.careful)
        for line in TABLE
        if line.name in actions
    ]
    assert len(chores) == len(actions), "every action has a line in the table"
    return Timetable(chores, Runs(db, clock=clock, process=this_process()), clock=clock)
