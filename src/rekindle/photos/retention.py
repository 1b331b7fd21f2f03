"""How long things are kept, and the sweeper that removes what belongs to nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from rekindle.clock import Clock
from rekindle.infra.db.database import Database
from rekindle.infra.storage.port import Storage
from rekindle.photos.cache import FileCache
from rekindle.photos.service import PhotoNotFound, Photos
from rekindle.photos.tables import RESULT, CacheRow, PhotoRow, RenditionRow

BATCH = 500
UNFINISHED = timedelta(hours=1)
"""A file without a row that is younger may belong to work that is going on."""


OURS = ("cache/", "incoming/", "masks/", "originals/", "previews/", "results/")
"""How keys of files begin that are to have a row. A bucket may be shared: what else is in it is not ours to remove."""


class Policy(StrEnum):
    KEEP = "keep"
    EPHEMERAL = "ephemeral"
    SESSIONS = "sessions"
    DELETE_ORIGINAL = "delete_original"


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept: `age` is that at which `ephemeral` deletes, and after which `sessions` thinks a photo left alone;
    `finished` is how long after its last result `sessions` deletes it.
    """

    policy: Policy
    age: timedelta
    finished: timedelta = timedelta(hours=2)

    def deletes_photo(self, created_at: datetime, now: datetime, *, result_at: datetime | None = None) -> bool:
        """Whether a photo that came in at `created_at`, and got its last result at `result_at`, goes now, with all that
        was made of it.
        """
        if self.policy is Policy.SESSIONS and result_at is not None:
            return now - result_at >= min(self.finished, self.age)
        return self.shortest is not None and now - created_at >= self.age

    @property
    def shortest(self) -> timedelta | None:
        """The youngest age at which anything goes by itself, if it does."""
        if self.policy is Policy.SESSIONS:
            return min(self.finished, self.age)
        return self.age if self.policy is Policy.EPHEMERAL else None

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
        return await self.tidy() + await self.orphans(unfinished=unfinished)

    async def tidy(self) -> int:
        """Remove what the policy says must go, and what the cache keeps too much. Returns how many things went."""
        return await self._expired() + await self._cache.trim()

    async def _expired(self) -> int:
        now, shortest = self._clock.now(), self._retention.shortest
        if shortest is None:
            return 0
        result_at = select(func.max(RenditionRow.created_at)).where(
            RenditionRow.photo_id == PhotoRow.id, RenditionRow.kind == RESULT
        )
        ages = select(PhotoRow.id, PhotoRow.created_at, result_at.scalar_subquery())
        async with self._db.reading() as tx:
            old = (await tx.execute(ages.where(PhotoRow.created_at <= now - shortest))).all()
        gone = 0
        for photo_id, created_at, finished_at in old:
            if self._retention.deletes_photo(created_at, now, result_at=finished_at):
                with suppress(PhotoNotFound):  # somebody else may delete it, too
                    await self._photos.remove(photo_id)
                    gone += 1
        return gone

    async def orphans(self, *, unfinished: timedelta = UNFINISHED) -> int:
        """Remove files that belong to no row, but for those younger than `unfinished`. Returns how many went."""
        gone = 0
        async for keys in self._old_files(unfinished):
            used = await self._used(keys)
            for key in keys:
                if key not in used and await self._still_old(key, unfinished):
                    await self._storage.delete(key)
                    gone += 1
        return gone

    async def _still_old(self, key: str, unfinished: timedelta) -> bool:
        """Whether nobody has written it anew since it was listed, as what can be made again is."""
        file = await self._storage.stat(key)
        return file is not None and self._clock.now() - file.modified >= unfinished

    async def _old_files(self, unfinished: timedelta) -> AsyncIterator[Sequence[str]]:
        now = self._clock.now()
        batch: list[str] = []
        async for file in self._storage.scan(""):
            if now - file.modified >= unfinished and file.key.startswith(OURS):
                batch.append(file.key)
            if len(batch) == BATCH:
                yield batch
                batch = []
        yield batch

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
