"""Runs tasks from the queue, and schedules."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from rekindle.clock import Clock
from rekindle.errors import Away
from rekindle.infra.db.owner import see_everything
from rekindle.infra.lanes import Lane
from rekindle.infra.observing import metrics
from rekindle.infra.observing.context import picked_up
from rekindle.infra.queue.lease import Lease, seconds_now, under
from rekindle.infra.queue.port import Handler, Queue, Schedule, Task

log = logging.getLogger(__name__)

LONGEST_WAIT = 2.0
"""Seconds after which the queue is looked at without having been told."""


@dataclass(frozen=True, slots=True)
class Places:
    """How many tasks do pixel work at a time. Those that wait for something elsewhere make room for others, until so
    many were begun.
    """

    working: int
    begun: int = 0


class Worker:
    """Takes tasks and renews their leases while it works on them.

    A task is taken only when it can begin, so that the queue decides which is next.
    """

    def __init__(
        self,
        queue: Queue,
        handlers: Mapping[str, Handler],
        *,
        clock: Clock,
        schedules: Sequence[Schedule],
        places: Places,
        lease_seconds: float,
    ) -> None:
        self._queue = queue
        self._handlers = handlers
        self._clock = clock
        self._schedules = schedules
        self._lanes = asyncio.Semaphore(places.working)
        self._room = asyncio.Semaphore(max(places.working, places.begun))
        self._lease_seconds = lease_seconds

    async def run(self) -> None:
        """Work until canceled; tasks that were begun are then given back at once."""
        see_everything()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hand_out(group))
            for schedule in self._schedules:
                group.create_task(self._repeat(schedule))

    async def _hand_out(self, group: asyncio.TaskGroup) -> None:
        while True:
            await self._room.acquire()
            lane = Lane(self._lanes)
            await lane.enter()
            lease = Lease(self._lease_seconds, asked_at=seconds_now())
            if (task := await self._next()) is None:
                self._end(lane)
                # Without the queue's own word, as when it does not answer, this is the pace at which it is asked.
                await self._wait()
            else:
                group.create_task(self._work(task, lane, lease))

    async def _next(self) -> Task | None:
        try:
            return await self._queue.take(self._clock.now())
        except Away as error:
            log.warning("no task can be taken: %s", error)
        except Exception:
            log.exception("the queue does not answer")
        await asyncio.sleep(LONGEST_WAIT)
        return None

    async def _wait(self) -> None:
        try:
            await self._queue.wait(LONGEST_WAIT)
        except Exception:
            log.exception("the queue does not answer")
            await asyncio.sleep(LONGEST_WAIT)

    async def _work(self, task: Task, lane: Lane, lease: Lease) -> None:
        lane.keep()
        # Whatever goes wrong with the queue, for example a full disk, must not end the worker for good.
        try:
            with picked_up(task.baggage, task=task.name, task_id=task.id, delivery=task.delivery):
                await self._do(task, lease)
        except Exception:
            log.exception("the queue does not answer")
            await asyncio.sleep(LONGEST_WAIT)
        finally:
            self._end(lane)

    def _end(self, lane: Lane) -> None:
        lane.leave()
        self._room.release()

    async def _do(self, task: Task, lease: Lease) -> None:
        worker = asyncio.current_task()
        assert worker is not None
        renewing = asyncio.create_task(self._renew(task, lease, worker))
        try:
            with under(lease):
                await self._handlers[task.name](task.payload, task.delivery)
            await self._queue.finish(task)
            metrics.TASKS.labels(task.name, "done").inc()
        except asyncio.CancelledError:
            if lease.lost and not worker.uncancel():
                metrics.TASKS.labels(task.name, "lost").inc()
                log.warning("task %s has gone to another worker meanwhile", task.name)
                return
            metrics.TASKS.labels(task.name, "given_back").inc()
            # Where the queue is away, the lease runs out.
            with suppress(Away):
                await asyncio.shield(self._queue.give_back(task, not_before=self._clock.now()))
            raise
        except Exception as error:
            # Where something that it takes is away, one line is enough.
            log.exception("task %s is put off", task.name, exc_info=not isinstance(error, Away))
            metrics.TASKS.labels(task.name, "put_off").inc()
            await self._put_off(task)
        finally:
            renewing.cancel()

    async def _put_off(self, task: Task) -> None:
        """Give a task back for later; for as long as the lease would last anyway, also where the queue is away."""
        pause = timedelta(seconds=min(2.0**task.delivery, 300.0))
        give_up = seconds_now() + self._lease_seconds
        while True:
            try:
                await self._queue.give_back(task, not_before=self._clock.now() + pause)
            except Away:
                if seconds_now() >= give_up:
                    raise
                await asyncio.sleep(LONGEST_WAIT)
            else:
                return

    async def _renew(self, task: Task, lease: Lease, worker: "asyncio.Task[object]") -> None:
        """Renew a lease until canceled; once it is lost, stop who works under it."""
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            asked_at = seconds_now()
            try:
                lease.lost = not await self._queue.extend(task, self._clock.now())
            except Exception as error:
                what = "the lease of task %s could not be renewed, and it is tried again"
                log.exception(what, task.name, exc_info=not isinstance(error, Away))
                continue
            if lease.lost:
                worker.cancel()
                return
            lease.renewed(asked_at)

    async def _repeat(self, schedule: Schedule) -> None:
        while True:
            await asyncio.sleep(schedule.seconds)
            try:
                await schedule.action()
            except Exception:
                log.exception("%s failed; it is tried again in %s seconds", schedule.name, schedule.seconds)
