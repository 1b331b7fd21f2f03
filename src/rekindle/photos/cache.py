"""Files that can be made again: remembered by their content, the least recently used deleted first."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select

from rekindle.clock import Clock
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.room import placed
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.port import FileMissing, Storage
from rekindle.photos.tables import CacheRow

IN_USE = timedelta(minutes=15)
"""A file that was used this recently may be being read, and stays."""


@dataclass(frozen=True, slots=True)
class Cached:
    """A cached file on this machine and what was remembered with it."""

    path: Path
    details: Json


Make = Callable[[Path], Awaitable[Json]]
"""Makes the file at the path that it is given; returns what to remember with it."""


def prepared_folder(sha256: str) -> str:
    """What the cache keys of everything prepared from these bytes begin with."""
    return f"cache/prepared/{sha256}/"


def downloads_folder(photo_id: UUID) -> str:
    """What the cache keys of all downloads of a photo begin with."""
    return f"cache/downloads/{photo_id}/"


async def forget_cached(tx: Transaction, folder: str) -> list[str]:
    """Forget all files in a folder of the cache; returns their keys, for the caller to delete after the transaction."""
    inside = CacheRow.key.startswith(folder, autoescape=True)
    keys = list((await tx.scalars(select(CacheRow.key).where(inside))).all())
    await tx.execute(delete(CacheRow).where(inside))
    return keys


class FileCache:
    """Files under `cache/` in the storage, at most `max_bytes` of them."""

    def __init__(self, db: Database, storage: Storage, *, scratch: Scratch, clock: Clock, max_bytes: int) -> None:
        self._db = db
        self._storage = storage
        self._scratch = scratch
        self._clock = clock
        self._max_bytes = max_bytes
        self._making: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def open(self, key: str, make: Make) -> AsyncGenerator[Cached]:
        """The file under `key`, made first when it is not there; two who ask at once make it once."""
        async with AsyncExitStack() as stack:
            try:
                details = await self._made(key, make)
                path = await stack.enter_async_context(self._storage.local(key))
            except FileMissing:
                # Another process forgot it at this moment.
                details = await self._made(key, make)
                path = await stack.enter_async_context(self._storage.local(key))
            yield Cached(path, details)

    async def details(self, key: str) -> Json | None:
        """What was remembered with the file under `key`, or None when it is not there."""
        return await self._known(key)

    async def trim(self) -> int:
        """Delete the least recently used files until the rest fits; returns how many went."""
        gone = 0
        async with self._db.reading() as tx:
            rows = (await tx.scalars(select(CacheRow).order_by(CacheRow.used_at.desc()))).all()
        kept, now = 0, self._clock.now()
        for row in rows:
            kept += row.bytes
            if kept > self._max_bytes and now - row.used_at > IN_USE:
                await self._forget(row.key)
                gone += 1
        return gone

    async def _made(self, key: str, make: Make) -> Json:
        """What is remembered with the file under `key`, which is there now."""
        lock = self._making.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                details = await self._known(key)
                return await self._make(key, make) if details is None else details
        finally:
            if not lock.locked():
                self._making.pop(key, None)

    async def _known(self, key: str) -> Json | None:
        async with self._db.reading() as tx:
            row = await tx.get(CacheRow, key)
        if row is None:
            return None
        if await self._storage.stat(key) is None:
            await self._forget(key)
            return None
        now = self._clock.now()
        if now - row.used_at > IN_USE / 3:
            async with self._db.transaction() as tx:
                if (row := await tx.get(CacheRow, key)) is not None:
                    row.used_at = now
        return row.details if row is not None else None

    async def _make(self, key: str, make: Make) -> Json:
        async with self._scratch.folder() as folder:
            path = folder / Path(key).name
            details = await make(path)
            size = path.stat().st_size
            async with placed(self._storage, {key: path}), self._db.transaction() as tx:
                await tx.merge(CacheRow(key=key, bytes=size, used_at=self._clock.now(), details=details))
        return details

    async def _forget(self, key: str) -> None:
        async with self._db.transaction() as tx:
            if (row := await tx.get(CacheRow, key)) is not None:
                await tx.delete(row)
        await self._storage.delete(key)
