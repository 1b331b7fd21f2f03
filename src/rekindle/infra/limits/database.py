"""The limiter of few keys that must outlive a restart: it counts in the application's own database, for all processes.

Each take is a transaction, so it suits what happens some times a second at most, such as calls of providers.
"""

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from rekindle.clock import Clock
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.infra.limits.port import Limiter
from rekindle.infra.limits.rules import Judged, Limit, Verdict, judge, short
from rekindle.infra.limits.tables import LimitCountRow

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class DatabaseLimiter(Limiter):
    """Counts in a table, and in `near` while the database is gone."""

    def __init__(self, db: Database, *, near: Limiter, clock: Clock) -> None:
        self._db = db
        self._near = near
        self._clock = clock

    async def take(self, limit: Limit, key: str, *, cost: int = 1) -> Verdict:
        try:
            async with self._db.transaction() as tx:
                judged = await self._judged(tx, limit, key, cost, take=True)
                if judged.verdict.allowed:
                    await self._keep(tx, limit, key, judged)
        except (SQLAlchemyError, OSError) as error:
            log.warning("calls cannot be counted in the database, this process counts alone: %r", error)
            return await self._near.take(limit, key, cost=cost)
        if judged.verdict.allowed:
            await self._near.take(limit, key, cost=cost)
        return judged.verdict

    async def look(self, limit: Limit, key: str, *, cost: int = 1) -> Verdict:
        try:
            async with self._db.reading() as tx:
                return (await self._judged(tx, limit, key, cost, take=False)).verdict
        except (SQLAlchemyError, OSError):
            return await self._near.look(limit, key, cost=cost)

    async def aclose(self) -> None:
        await self._near.aclose()

    async def _judged(self, tx: Transaction, limit: Limit, key: str, cost: int, *, take: bool) -> Judged:
        query = select(LimitCountRow.taken).where(LimitCountRow.name == limit.name, LimitCountRow.key == _name(key))
        found = await tx.scalar(query.with_for_update() if take else query)
        now = (self._clock.now() - _EPOCH) // _MICROSECOND
        return judge(limit, [] if found is None else found["at"], now, cost=cost, take=take)

    async def _keep(self, tx: Transaction, limit: Limit, key: str, judged: Judged) -> None:
        whole_at = _EPOCH + timedelta(microseconds=judged.whole_at)
        values = {"taken": {"at": list(judged.taken)}, "whole_at": whole_at}
        new = insert_into(tx, LimitCountRow).values(name=limit.name, key=_name(key), **values)
        await tx.execute(new.on_conflict_do_update(index_elements=[LimitCountRow.name, LimitCountRow.key], set_=values))
        over = LimitCountRow.whole_at < self._clock.now() - timedelta(days=1)
        await tx.execute(delete(LimitCountRow).where(LimitCountRow.name == limit.name, over))


def _name(key: str) -> str:
    # Postgres keeps every letter but this one.
    return short(key.replace("\0", "\N{SYMBOL FOR NULL}"))
