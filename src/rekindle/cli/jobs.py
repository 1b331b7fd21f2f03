"""The command `rekindle jobs`: what is done by the clock, for a cron elsewhere and for whoever wonders."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import ClassVar

import click

from rekindle.cli.settings import check_extras, read_settings
from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.errors import NotFound
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.lock import FolderInUse
from rekindle.infra.schedules.timetable import Came, Timetable
from rekindle.wiring.application import application
from rekindle.wiring.observing import observing
from rekindle.wiring.punctuality import Standing, look
from rekindle.wiring.schedules import TABLE, planned

_MARKS = {
    "ok": "green", "running": "cyan", "due": "cyan", "late": "red", "failing": "red", "never": "yellow", "off": "white",
}  # fmt: skip


class NoSuchChore(NotFound):
    code: ClassVar[str] = "no_such_chore"
    title: ClassVar[str] = "Nothing of this name is done by the clock"


@click.group("jobs")
def jobs() -> None:
    """What is done by the clock: see it, do it, and see whether it is done.

    Servers and workers do all of it by themselves. Where none runs all the time, a cron elsewhere can call
    `rekindle jobs run-all` every few minutes instead: each thing is done once in its period, whoever comes first.
    """


@jobs.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document.")
def list_command(as_json: bool) -> None:
    """Say what is done, and when (UTC)."""
    due = planned(read_settings())
    if as_json:
        lines = [{"name": line.name, "when": due[line.name].words, "purpose": line.purpose} for line in TABLE]
        click.echo(json.dumps(lines, indent=2))
        return
    for line in TABLE:
        click.echo(f"{line.name:<26} {due[line.name].words:<17} {line.purpose}")


@jobs.command("run")
@click.argument("name")
@click.option("--again", is_flag=True, help="Also what was done in this period, and though the clock has leapt.")
def run_command(name: str, again: bool) -> None:
    """Do one thing, unless it was done in this period. Exit status: 0 it is done, 1 it failed or was put off."""
    if name not in {line.name for line in TABLE}:
        raise NoSuchChore(f"There is no {name}. `rekindle jobs list` shows what there is.")
    sys.exit(_do(lambda timetable: _run(timetable, [name], again=again)))


@jobs.command("run-all")
def run_all_command() -> None:
    """Do everything that is due. Exit status: 0 all of it is done, 1 something failed or was put off."""
    sys.exit(_do(lambda timetable: _run(timetable, [chore.name for chore in timetable.chores])))


@jobs.command("health")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document.")
def health_command(as_json: bool) -> None:
    """Say whether everything is done when it is due. Exit status: 0 it is, 1 something is late or fails."""
    settings = read_settings()
    check_extras(settings)
    with seeing_everything():
        health = asyncio.run(look(settings, clock=Clock()))
    if as_json:
        click.echo(json.dumps(asdict(health), indent=2, default=str))
    else:
        for each in health.chores:
            _tell(each)
        for sentence in health.remarks:
            click.echo(sentence)
    sys.exit(0 if health.well else 1)


def _tell(each: Standing) -> None:
    last = "never" if each.last is None else f"{each.last:%Y-%m-%d %H:%M:%S}"
    state = click.style(f"{each.state:<8}", fg=_MARKS[each.state])
    click.echo(f"{state} {each.name:<26} {each.when:<17} last {last:<20} next {each.next:%Y-%m-%d %H:%M}")
    if each.error is not None:
        click.echo(f"         {each.error}")


def _do(what: Callable[[Timetable], Awaitable[int]]) -> int:
    """Do it with everything that a server has. Raises FolderInUse, with what to do about it."""
    settings = read_settings()
    check_extras(settings)

    async def with_everything() -> int:
        async with application(settings) as running:
            with seeing_everything():
                return await what(running.timetable)

    with observing(settings, role="jobs"):
        try:
            return asyncio.run(with_everything())
        except FolderInUse as error:
            raise FolderInUse(_in_use(settings)) from error


def _in_use(settings: Settings) -> str:
    by_itself = "does all of this by itself, when it is due. `rekindle jobs health` shows whether it did"
    if not settings.schedules.enabled:
        by_itself = "is told not to do this by REKINDLE_SCHEDULES__ENABLED=false: remove that, and it does"
    return f"The Rekindle that runs on {settings.data_folder} {by_itself}."


async def _run(timetable: Timetable, names: Sequence[str], *, again: bool = False) -> int:
    known = {chore.name for chore in timetable.chores}
    came: Mapping[str, Came | None] = {
        name: await timetable.run(name, again=again) if name in known else None for name in names
    }
    for name, what in came.items():
        click.echo(f"{name}: {_said(what)}")
    return 1 if {Came.FAILED, Came.PUT_OFF} & set(came.values()) else 0


def _said(came: Came | None) -> str:
    match came:
        case None:
            return "there is nothing of this to do here"
        case Came.DONE:
            return "done"
        case Came.NOT_DUE:
            return "was done in this period, or is being done"
        case Came.FAILED:
            return "failed; the log says why, and it is tried again"
        case Came.PUT_OFF:
            return "put off: the clock has leapt, and what cannot be undone waits until it was right for 15 minutes"
