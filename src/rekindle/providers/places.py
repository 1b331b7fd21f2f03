"""Places at providers, counted in the application's own database for all processes."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, select

from rekindle.clock import Clock
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.infra.limits.places import STALE_SECONDS, Places
from rekindle.providers.tables import UseRow


class DatabasePlaces(Places):
    """A row for each process and provider, which says how many it has. Exact: each take looks at all of them."""

    def __init__(self, db: Database, process: str, *, clock: Clock) -> None:
        self._db = db
        self._process = process
        self._clock = clock
        self._mine: Counter[str] = Counter()
        self._told = False
        self._one_by_one = asyncio.Lock()

    async def take(self, name: str, most: int) -> bool:
        async with self._db.reading() as tx:
            if await self._in_use(tx, name) >= most:
                return False
        async with self._one_by_one:
            async with self._db.transaction() as tx:
                if free := await self._in_use(tx, name) < most:
                    await self._tell(tx, name, self._mine[name] + 1)
            # Where nobody knows whether it was written, as when this is cut off, `keep` soon writes down how it is.
            self._mine[name] += free
        return free

    async def leave(self, name: str) -> None:
        async with self._one_by_one:
            self._mine[name] -= 1
            async with self._db.transaction() as tx:
                await self._tell(tx, name, self._mine[name])

    async def keep(self) -> Mapping[str, int]:
        async with self._one_by_one:
            await self._renew()
        others = (
            select(UseRow.provider, func.sum(UseRow.busy))
            .where(UseRow.process != self._process, *self._alive())
            .group_by(UseRow.provider)
        )
        async with self._db.reading() as tx:
            return {provider: int(busy) for provider, busy in (await tx.execute(others)).all()}

    async def aclose(self) -> None:
        self._mine.clear()
        if self._told:
            await self.keep()

    async def _renew(self) -> None:
        mine = {name: count for name, count in self._mine.items() if count}
        if not mine and not self._told:
            return
        old = self._clock.now() - timedelta(seconds=STALE_SECONDS)
        async with self._db.transaction() as tx:
            await tx.execute(delete(UseRow).where((UseRow.process == self._process) | (UseRow.told_at < old)))
            for name, count in mine.items():
                await self._tell(tx, name, count)
        self._told = bool(mine)

    async def _in_use(self, tx: Transaction, name: str) -> int:
        return int(await tx.scalar(select(func.sum(UseRow.busy)).where(UseRow.provider == name, *self._alive())) or 0)

    def _alive(self) -> tuple[ColumnElement[bool]]:
        return (UseRow.told_at >= self._clock.now() - timedelta(seconds=STALE_SECONDS),)

    async def _tell(self, tx: Transaction, name: str, count: int) -> None:
        values = {"busy": count, "told_at": self._clock.now()}
        new = insert_into(tx, UseRow).values(provider=name, process=self._process, **values)
        await tx.execute(new.on_conflict_do_update(index_elements=[UseRow.provider, UseRow.process], set_=values))
        self._told = True
