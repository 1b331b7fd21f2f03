"""How long things are kept, and the sweeper that removes what belongs to nothing."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from rekindle.clock import Clock
from rekindle.infra.db.database import Database
from rekindle.infra.storage.port import Storage
from rekindle.photos.cache import FileCache
from rekindle.photos.service import Photos
from rekindle.photos.tables import CacheRow, PhotoRow, RenditionRow

BATCH = 500
UNFINISHED = timedelta(hours=1)
"""A file without a row that is younger may belong to work that is going on."""


class Policy(StrEnum):
    KEEP = "keep"
    EPHEMERAL = "ephemeral"
    DELETE_ORIGINAL = "delete_original"


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept: `age` is that at which `ephemeral` deletes."""

    policy: Policy
    age: timedelta

    def deletes_photo(self, created_at: datetime, now: datetime) -> bool:
        """Whether a photo that came in at `created_at` goes now, with all that was made of it."""
        return self.policy is Policy.EPHEMERAL and now - created_at >= self.age

    def drops_original(self) -> bool:
        """Whether an original goes once there is a result."""
        return self.policy is Policy.DELETE_ORIGINAL


class Sweeper:
    """Applies the retention policy, keeps the cache small, and removes files that belong to no row."""

    def __init__(
        self, db: Database, storage: Storage, *, photos: Photos, cache: FileCache, clock: Clock, retention: Retention
    ) -> None:
        self._db = db
        self._storage = storage
        self._photos = photos
        self._cache = cache
        self._clock = clock
        self._retention = retention

    async def sweep(self, *, unfinished: timedelta = UNFINISHED) -> int:
        """Remove what must go and return how many things went. Files younger than `unfinished` are left alone."""
        return await self._expired() + await self._orphans(unfinished) + await self._cache.trim()

    async def _expired(self) -> int:
        now = self._clock.now()
        async with self._db.reading() as tx:
            ages = (await tx.execute(select(PhotoRow.id, PhotoRow.created_at))).all()
        expired = [photo_id for photo_id, created_at in ages if self._retention.deletes_photo(created_at, now)]
        for photo_id in expired:
            await self._photos.remove(photo_id)
        return len(expired)

    async def _orphans(self, unfinished: timedelta) -> int:
        gone = 0
        async for keys in self._old_files(unfinished):
            used = await self._used(keys)
            for key in keys:
                if key not in used:
                    await self._storage.delete(key)
                    gone += 1
        return gone

    async def _old_files(self, unfinished: timedelta) -> AsyncIterator[Sequence[str]]:
        now = self._clock.now()
        old = [file.key async for file in self._storage.scan("") if now - file.modified >= unfinished]
        for start in range(0, len(old), BATCH):
            yield old[start : start + BATCH]

    async def _used(self, keys: Sequence[str]) -> set[str]:
        used: set[str] = set()
        async with self._db.reading() as tx:
            for column in KEY_COLUMNS:
                used.update(key for key in await tx.scalars(select(column).where(column.in_(keys))) if key is not None)
        return used


KEY_COLUMNS: Sequence[InstrumentedAttribute[str] | InstrumentedAttribute[str | None]] = (
    PhotoRow.original_key, PhotoRow.preview_key, PhotoRow.thumbnail_key,
    RenditionRow.master_key, RenditionRow.preview_key, RenditionRow.thumbnail_key, RenditionRow.before_key,
    CacheRow.key,
)  # fmt: skip
"""Every column that names a stored file."""
