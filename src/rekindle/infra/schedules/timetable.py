"""Does everything that is done by the clock: each chore once per period, in whichever process looks first."""

import asyncio
import logging
import os
import platform
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from rekindle.clock import Clock
from rekindle.infra.observing import metrics
from rekindle.infra.queue.port import Schedule
from rekindle.infra.schedules.runs import LEASE, Claim, Runs, State
from rekindle.infra.schedules.times import Times

log = logging.getLogger(__name__)

EARLY = timedelta(seconds=30)
"""A cron elsewhere whose clock is a little ahead of ours means the period that is about to begin."""


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that is done by the clock, and harmless when it is done twice.

    `careful`: it takes away what has become too old, so it waits for a time that can be believed.
    """

    name: str
    times: Times
    purpose: str
    action: Callable[[], Awaitable[object]]
    careful: bool = False


class Came(StrEnum):
    """What came of looking at a chore."""

    DONE = "done"
    FAILED = "failed"
    NOT_DUE = "not due"
    """It was done in this period, or somebody is at it."""
    PUT_OFF = "put off"
    """The time has leapt: what cannot be undone waits until it has gone on steadily for a while."""


class Timetable:
    """All chores."""

    def __init__(self, chores: Sequence[Chore], runs: Runs, *, clock: Clock) -> None:
        self._chores = {chore.name: chore for chore in chores}
        self._runs = runs
        self._clock = clock
        self._done: dict[str, datetime] = {}

    @property
    def chores(self) -> Sequence[Chore]:
        """In the order of the table."""
        return tuple(self._chores.values())

    @property
    def schedules(self) -> Sequence[Schedule]:
        """For a worker: to look at each chore as often as its periods ask for."""
        return [Schedule(each.name, each.times.look, partial(self.due, each.name)) for each in self.chores]

    async def begin(self) -> None:
        """Tell those who look on that things are done by the clock from now on."""
        await self._runs.begin()

    async def due(self, name: str) -> Came:
        """Do a chore if it was not done in the period that it is now."""
        chore = self._chores[name]
        period = chore.times.last(self._clock.now())
        if self._done.get(name) == period:
            return Came.NOT_DUE
        if (state := await self._runs.look(name, period)) is not State.OPEN:
            if state is State.DONE:
                self._done[name] = period
            return Came.NOT_DUE
        if chore.careful and not (await self._runs.watched()).steady:
            return Came.PUT_OFF
        return await self._take(chore, period)

    async def run(self, name: str, *, again: bool = False) -> Came:
        """The same for a cron elsewhere, which may be a little early. `again`: also what is done, whatever the time."""
        chore, now = self._chores[name], self._clock.now()
        if chore.careful and not again and not (await self._runs.watched()).steady:
            return Came.PUT_OFF
        early = min(EARLY, (chore.times.next(now) - chore.times.last(now)) / 10)
        return await self._take(chore, chore.times.last(now + early), again=again)

    async def _take(self, chore: Chore, period: datetime, *, again: bool = False) -> Came:
        claim = await self._runs.take(chore.name, period, again=again)
        return Came.NOT_DUE if claim is None else await self._do(chore, claim)

    async def _do(self, chore: Chore, claim: Claim) -> Came:
        renewing = asyncio.create_task(self._renew(claim))
        try:
            await chore.action()
        except asyncio.CancelledError:
            await asyncio.shield(self._runs.give_back(claim))
            raise
        except Exception as error:
            log.exception("%s failed; it is tried again soon", chore.name)
            metrics.SCHEDULE_RUNS.labels(chore.name, "failed").inc()
            await self._runs.failed(claim, f"{type(error).__name__}: {error}")
            return Came.FAILED
        finally:
            renewing.cancel()
        await self._runs.done(claim)
        metrics.SCHEDULE_RUNS.labels(chore.name, "done").inc()
        return Came.DONE

    async def _renew(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 4)
            try:
                await self._runs.extend(claim)
            except Exception:
                log.exception("the claim on %s could not be renewed; it is tried again", claim.name)


def this_process() -> str:
    """How this process is called where people look at what was done."""
    return f"{platform.node()}:{os.getpid()}"
