"""The embedded queue: a table in the application's own database."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, delete, event, func, select, update
from sqlalchemy.orm import Session

from rekindle.clock import Clock
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.observing.context import carried
from rekindle.infra.queue.order import Order
from rekindle.infra.queue.port import ANY_TURN, Queue, Task, Turn, lane_of
from rekindle.infra.queue.tables import TaskRow


class TableQueue(Queue):
    """Tasks in a table. A lease is an identifier in the row and a time until which the task is not handed out again."""

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
        self._order = order or Order()
        self._kinds = kinds
        self._lease_time = timedelta(seconds=lease_seconds)
        self._news = asyncio.Event()

    async def enqueue(self, tx: Transaction, name: str, payload: Json, *, key: str, turn: Turn = ANY_TURN) -> None:
        if await tx.scalar(select(TaskRow.id).where(TaskRow.key == key)) is not None:
            return
        now = self._clock.now()
        rank = self._order.rank(now, turn.priority, await self._last_of(tx, lane_of(turn)))
        tx.add(
            TaskRow(
                id=self._clock.new_id(), key=key, name=name, payload=payload, priority=turn.priority, rank=rank,
                lane=lane_of(turn), kind=turn.kind, baggage=dict(carried()) or None, available_at=now, lease=None,
                deliveries=0, created_at=now,
            )
        )  # fmt: skip
        await tx.flush()
        # Waking a worker before the commit would let it look too early and sleep again.
        event.listen(tx.sync_session, "after_commit", self._tell, once=True)

    async def missing(self, tx: Transaction, keys: Sequence[str]) -> Sequence[str]:
        there = set((await tx.scalars(select(TaskRow.key).where(TaskRow.key.in_(keys)))).all())
        return [key for key in keys if key not in there]

    async def take(self, now: datetime) -> Task | None:
        async with self._db.transaction() as tx:
            row = await tx.scalar(
                select(TaskRow)
                .where(TaskRow.available_at <= now, *([TaskRow.kind.in_(self._kinds)] if self._kinds else []))
                .order_by(TaskRow.rank, TaskRow.created_at, TaskRow.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if row is None:
                self._news.clear()
                return None
            lease = self._clock.new_id()
            row.lease, row.available_at, row.deliveries = lease, now + self._lease_time, row.deliveries + 1
            return Task(row.id, row.name, row.payload, row.deliveries, lease, row.baggage or {})

    async def extend(self, task: Task, now: datetime) -> bool:
        async with self._db.transaction() as tx:
            mine = update(TaskRow).where(TaskRow.id == task.id, TaskRow.lease == task.lease)
            result = await tx.execute(mine.values(available_at=now + self._lease_time).returning(TaskRow.id))
            return result.first() is not None

    async def finish(self, task: Task) -> None:
        async with self._db.transaction() as tx:
            await tx.execute(delete(TaskRow).where(TaskRow.id == task.id, TaskRow.lease == task.lease))

    async def give_back(self, task: Task, *, not_before: datetime) -> None:
        async with self._db.transaction() as tx:
            mine = update(TaskRow).where(TaskRow.id == task.id, TaskRow.lease == task.lease)
            await tx.execute(mine.values(lease=None, available_at=not_before))
        self._news.set()

    async def release_all(self) -> None:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            earliest = case((TaskRow.available_at < now, TaskRow.available_at), else_=now)
            await tx.execute(
                update(TaskRow).where(TaskRow.lease.is_not(None)).values(lease=None, available_at=earliest)
            )
        self._news.set()

    async def wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    async def aclose(self) -> None:
        return

    async def _last_of(self, tx: Transaction, lane: str | None) -> int | None:
        """The highest rank among the tasks of an owner that nobody works on."""
        if lane is None:
            return None
        return await tx.scalar(select(func.max(TaskRow.rank)).where(TaskRow.lane == lane, TaskRow.lease.is_(None)))

    def _tell(self, _session: Session) -> None:
        self._news.set()
