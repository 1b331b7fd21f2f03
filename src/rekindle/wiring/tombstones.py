"""What was deleted stays deleted when a backup is put back, from the settings."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

from rekindle.config import Settings
from rekindle.infra.db.database import Transaction
from rekindle.infra.tombstones.book import Tombstones
from rekindle.photos.service import PhotoNotFound, Photos
from rekindle.wiring.ground import Ground

Forget = Callable[[UUID], Awaitable[object]]


def tombstones_of(settings: Settings, on: Ground) -> Tombstones:
    """The book of what was deleted."""
    days = settings.schedules.tombstone_days
    return Tombstones(on.db, on.storage, scratch=on.scratch, clock=on.clock, days=days)


class Cemetery:
    """Photos that are deleted are written down; what was is deleted again where it comes back."""

    def __init__(self, tombstones: Tombstones, photos: Photos, forget: Forget | None) -> None:
        """`forget` takes an account away, where there are any."""
        self._tombstones = tombstones
        self._photos = photos
        self._forget = forget
        photos.when_deleted(self._bury)

    async def keep(self) -> int:
        """Write down beside the files what is only in the database yet."""
        return await self._tombstones.keep()

    async def apply(self) -> int:
        """Delete again what came back with a backup."""
        return await self._tombstones.apply({"account": self._account, "photo": self._photo})

    async def _bury(self, tx: Transaction, photo_id: UUID) -> None:
        await self._tombstones.bury(tx, "photo", photo_id)

    async def _photo(self, photo_id: UUID) -> None:
        with suppress(PhotoNotFound):
            await self._photos.remove(photo_id)

    async def _account(self, user_id: UUID) -> None:
        if self._forget is not None:
            await self._forget(user_id)
