"""The queue of several servers and workers: Procrastinate's tables and functions, in our own transactions.

Its functions are called through our connections rather than its own pool, so that a task is part of the transaction
that needs it, and a process has one pool to size. What Procrastinate calls a worker is a lease here: each task that is
taken has one of its own, whose heartbeat is the renewal. So one task that was lost, with the answer that handed it out,
say, comes back as those of a dead process do, and whoever lost a task is told from whoever has it now.

Nobody holds a lock to look for tasks that were lost: two who do it at once find different ones. Times are those of the
database, whatever the clocks of the machines say.
"""

import asyncio
import json
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from rekindle.clock import Clock
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.observing.context import carried
from rekindle.infra.queue.order import Order
from rekindle.infra.queue.port import ANY_TURN, Queue, Task, Turn, lane_of

log = logging.getLogger(__name__)

CHANNEL = "procrastinate_any_queue_v1"
LISTEN_AGAIN = 15.0
"""Seconds between two attempts to listen, where that is not possible; one looks every few seconds anyway."""

_THERE = text(
    "SELECT 1 FROM procrastinate_jobs WHERE (status = 'todo' AND queueing_lock = :key) "
    "OR (status = 'doing' AND queueing_lock = :key) LIMIT 1"
)
_WHICH_THERE = text(
    "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = ANY(CAST(:keys AS text[])) "
    "UNION SELECT queueing_lock FROM procrastinate_jobs "
    "WHERE status = 'doing' AND queueing_lock = ANY(CAST(:keys AS text[]))"
)
_LAST = text("SELECT min(priority) FROM procrastinate_jobs WHERE status = 'todo' AND args ->> 'lane' = :lane")
_DEFER = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(CAST(:kind AS varchar), CAST(:name AS varchar), "
    "CAST(:priority AS integer), CAST(NULL AS text), CAST(:key AS text), CAST(:args AS jsonb), "
    "CAST(NULL AS timestamptz))\\:\\:procrastinate_job_to_defer_v1])"
)
_TAKE = text(
    "SELECT job.id, job.task_name, job.args\\:\\:text AS args, job.attempts, job.worker_id "
    "FROM procrastinate_register_worker_v1() AS lease, "
    "LATERAL procrastinate_fetch_job_v2(CAST(:kinds AS varchar[]), lease.worker_id) AS job WHERE job.id IS NOT NULL"
)
_MINE = (
    "WITH mine AS MATERIALIZED (SELECT id FROM procrastinate_jobs "
    "WHERE id = :id AND status = 'doing' AND worker_id = :lease FOR UPDATE) SELECT "
)
_EXTEND = text(_MINE + "procrastinate_update_heartbeat_v1(:lease) FROM mine")
_FINISH = text(_MINE + "procrastinate_finish_job_v1(id, 'succeeded', true) FROM mine")
_GIVE_BACK = text(
    _MINE + "procrastinate_retry_job_v2(id, now() + CAST(:pause AS interval), NULL, NULL, NULL), "
    "pg_notify(:channel, '{}') FROM mine"
)
_END_LEASE = text("SELECT procrastinate_unregister_worker_v1(:lease)")
_STALLED = text(
    "WITH stalled AS MATERIALIZED (SELECT job.id FROM procrastinate_jobs AS job "
    "LEFT JOIN procrastinate_workers AS lease ON lease.id = job.worker_id WHERE job.status = 'doing' "
    "AND (lease.id IS NULL OR lease.last_heartbeat <= now() - CAST(:life AS interval)) FOR UPDATE OF job SKIP LOCKED) "
    "SELECT procrastinate_retry_job_v2(id, NULL, NULL, NULL, NULL), pg_notify(:channel, '{}') FROM stalled"
)
_ALL_TAKEN = text(
    "SELECT procrastinate_retry_job_v2(id, NULL, NULL, NULL, NULL), pg_notify(:channel, '{}') "
    "FROM procrastinate_jobs WHERE status = 'doing'"
)
_PRUNE = text("SELECT procrastinate_prune_stalled_workers_v1(:life)")


class ProcrastinateQueue(Queue):
    """Tasks in Procrastinate's tables. A lease is a row among its workers, and lives as long as its heart beats."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        lease_seconds: float,
        order: Order | None = None,
        kinds: Collection[str] = (),
    ) -> None:
        """Takes tasks of these `kinds`; of all where none is named."""
        self._db = db
        self._clock = clock
        self._life = lease_seconds
        self._order = order or Order()
        self._kinds = sorted(kinds) or None
        self._news = asyncio.Event()
        self._ear: AsyncConnection | None = None
        self._hears = False
        self._listen_at = 0.0
        self._look_at = 0.0

    async def enqueue(self, tx: Transaction, name: str, payload: Json, *, key: str, turn: Turn = ANY_TURN) -> None:
        if await tx.scalar(_THERE, {"key": key}) is not None:
            return
        lane = lane_of(turn)
        last = None if lane is None else await tx.scalar(_LAST, {"lane": lane})
        rank = self._order.rank(self._clock.now(), turn.priority, None if last is None else -last)
        args = {"payload": payload, "lane": lane, "baggage": dict(carried())}
        # Procrastinate takes the highest priority first, and of equals the one that came first.
        given = {"kind": turn.kind, "name": name, "priority": -rank, "key": key, "args": json.dumps(args)}
        await tx.execute(_DEFER, given)

    async def missing(self, tx: Transaction, keys: Sequence[str]) -> Sequence[str]:
        there = set((await tx.scalars(_WHICH_THERE, {"keys": list(keys)})).all())
        return [key for key in keys if key not in there]

    async def take(self, now: datetime) -> Task | None:
        await self._listen()
        self._news.clear()
        if time.monotonic() >= self._look_at:
            await self._take_back()
        async with self._db.apart() as tx:
            row = (await tx.execute(_TAKE, {"kinds": self._kinds})).mappings().first()
            if row is None:
                # The lease that was made for it is not wanted.
                await tx.rollback()
                return None
        return _task(row)

    async def extend(self, task: Task, now: datetime) -> bool:
        async with self._db.apart() as tx:
            return (await tx.execute(_EXTEND, _mine(task))).first() is not None

    async def finish(self, task: Task) -> None:
        async with self._db.apart() as tx:
            await tx.execute(_FINISH, _mine(task))
            await tx.execute(_END_LEASE, {"lease": task.lease.int})

    async def give_back(self, task: Task, *, not_before: datetime) -> None:
        pause = max(not_before - self._clock.now(), timedelta(0))
        async with self._db.apart() as tx:
            await tx.execute(_GIVE_BACK, {**_mine(task), "pause": pause, "channel": CHANNEL})
            await tx.execute(_END_LEASE, {"lease": task.lease.int})

    async def release_all(self) -> None:
        async with self._db.apart() as tx:
            await tx.execute(_ALL_TAKEN, {"channel": CHANNEL})

    async def wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()

    async def aclose(self) -> None:
        self._hears = False
        if (ear := self._ear) is not None:
            self._ear = None
            # What it listens to must not go on in the hands of whoever gets it next.
            await ear.invalidate()
            await ear.close()

    def look_again(self) -> None:
        """Look for lost tasks at the next opportunity, not only after a while."""
        self._look_at = 0.0

    async def _take_back(self) -> None:
        """Hand out again what nobody works on any longer."""
        self._look_at = time.monotonic() + self._life / 6
        async with self._db.apart() as tx:
            lost = (await tx.execute(_STALLED, {"life": timedelta(seconds=self._life), "channel": CHANNEL})).all()
            await tx.execute(_PRUNE, {"life": self._life})
        if lost:
            log.warning("%d tasks of workers that went silent are handed out again", len(lost))

    async def _listen(self) -> None:
        """Be told of new tasks, unless one is already; where that is not possible, nothing but time is lost."""
        if self._hears or time.monotonic() < self._listen_at:
            return
        self._listen_at = time.monotonic() + LISTEN_AGAIN
        await self.aclose()
        self._ear = await self._db.connect()
        driver: Any = (await self._ear.get_raw_connection()).driver_connection
        driver.add_termination_listener(self._deaf)
        await driver.add_listener(CHANNEL, self._hear)
        self._hears = True

    def _hear(self, *_notice: object) -> None:
        self._news.set()

    def _deaf(self, *_connection: object) -> None:
        """The connection that listened has ended: whoever waits looks for themselves, and then listens anew."""
        self._hears = False
        self._listen_at = 0.0
        self._news.set()


def _mine(task: Task) -> dict[str, object]:
    return {"id": task.id.int, "lease": task.lease.int}


def _task(row: Mapping[Any, Any]) -> Task:
    args = json.loads(row["args"])
    identity, lease = UUID(int=row["id"]), UUID(int=row["worker_id"])
    return Task(identity, row["task_name"], args["payload"], row["attempts"] + 1, lease, args.get("baggage") or {})
