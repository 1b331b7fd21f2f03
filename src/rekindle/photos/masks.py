"""Masks of photos: take in what somebody painted, keep what a job found, and hand them out for a job."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal
from uuid import UUID

from sqlalchemy import func, select

from rekindle.clock import Clock
from rekindle.errors import NotFound, TooLarge
from rekindle.imaging.marks import BadMask, MaskDoesNotFit
from rekindle.imaging.quadrilateral import Corners
from rekindle.imaging.warp import straightened_size
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.room import placed
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.port import Storage
from rekindle.infra.workbench import Workbench, WorkCrashed, WorkTimedOut
from rekindle.photos.pixels import Adopted, adopt_mask
from rekindle.photos.receive import Received, Receiver
from rekindle.photos.service import PATIENCE, Incoming, corners_of, owned_photo, photo_by_id
from rekindle.photos.tables import MASK, PhotoRow, RenditionRow
from rekindle.safety.masks import MASK_LIMITS

DRAWN = "mark"
"""The operation of a mask that somebody painted."""


class MaskNotFound(NotFound):
    code: ClassVar[str] = "mask_not_found"
    title: ClassVar[str] = "There is no such mask"


class MaskTooLarge(TooLarge):
    code: ClassVar[str] = "mask_too_large"
    title: ClassVar[str] = "The mask is too large"


@dataclass(frozen=True, slots=True)
class Painting:
    """How masks come in: `stream_seconds` without a byte end an upload; a look at it may take `look_seconds`."""

    stream_seconds: float
    look_seconds: float
    least_rate: float = 0.0


class Masks:
    """Masks are renditions that no list of results shows; they go with their photo."""

    def __init__(
        self,
        db: Database,
        storage: Storage,
        *,
        bench: Workbench,
        scratch: Scratch,
        clock: Clock,
        painting: Painting,
    ) -> None:
        self._db = db
        self._storage = storage
        self._bench = bench
        self._scratch = scratch
        self._clock = clock
        self._painting = painting

    async def receive(self, owner: UUID, photo_id: UUID, incoming: Incoming) -> RenditionRow:
        """Take in a mask for a photo as it is straightened now.

        Raises PhotoNotFound, MaskTooLarge, BadMask, MaskDoesNotFit and UploadTimedOut; then nothing is kept.
        """
        async with self._db.reading() as tx:
            photo = await owned_photo(tx, owner, photo_id)
        corners = corners_of(photo)
        async with self._scratch.folder() as folder:
            received = await self._arrived(folder, incoming)
            adopted = await self._look(received.path, folder / "mask.png", proportions_of(photo, corners))
            key = f"masks/{photo_id}/{self._clock.new_id()}.png"
            async with placed(self._storage, {key: folder / "mask.png"}), self._db.transaction() as tx:
                photo = await photo_by_id(tx, photo_id)
                if corners_of(photo) != corners:
                    raise MaskDoesNotFit("The corners of the photo were moved meanwhile. Paint the mask once more.")
                row = await mask_row(tx, self._clock, photo, Kept(adopted, key, corners, "user"))
                tx.add(row)
        return row

    async def get(self, owner: UUID, mask_id: UUID) -> RenditionRow:
        """One mask of an owner's photo. Raises MaskNotFound."""
        async with self._db.reading() as tx:
            row = await mask_by_id(tx, mask_id)
            if (await photo_by_id(tx, row.photo_id)).owner_id != owner:
                raise _no_such_mask()
            return row

    @asynccontextmanager
    async def open(self, mask_id: UUID) -> AsyncGenerator[tuple[RenditionRow, Path]]:
        """A mask and its file. Raises MaskNotFound, FileMissing."""
        async with self._db.reading() as tx:
            row = await mask_by_id(tx, mask_id)
        async with self._storage.local(row.master_key) as path:
            yield row, path

    async def _look(self, source: Path, target: Path, picture: tuple[int, int]) -> Adopted:
        seconds = self._painting.look_seconds
        try:
            return await self._bench.run(
                adopt_mask, source, target, picture, seconds=PATIENCE * seconds, work_seconds=seconds
            )  # fmt: skip
        except (WorkTimedOut, WorkCrashed) as error:
            raise BadMask("This mask cannot be used. Save it again as a PNG, 2048 pixels a side or less.") from error

    async def _arrived(self, folder: Path, incoming: Incoming) -> Received:
        painting, most = self._painting, MASK_LIMITS.max_bytes
        receiver = Receiver(
            folder / "upload", max_bytes=most, timeout=painting.stream_seconds, least_rate=painting.least_rate
        )  # fmt: skip
        try:
            return await incoming(receiver)
        except TooLarge as error:
            raise MaskTooLarge(
                f"This mask has more than {most / 1e6:.0f} MB. Save it as a PNG of 2048 pixels or less a side."
            ) from error


@dataclass(frozen=True, slots=True)
class Kept:
    """A mask in the storage under `key`, for a photo straightened by `corners`; `job_id` is the job that found it."""

    adopted: Adopted
    key: str
    corners: Corners
    source: Literal["found", "user"]
    job_id: UUID | None = None


async def mask_row(tx: Transaction, clock: Clock, photo: PhotoRow, kept: Kept) -> RenditionRow:
    """The row of a new mask; the caller adds it."""
    newest = select(func.max(RenditionRow.version)).where(RenditionRow.photo_id == photo.id, RenditionRow.kind == MASK)
    adopted, key = kept.adopted, kept.key
    return RenditionRow(
        id=clock.new_id(), photo_id=photo.id, job_id=kept.job_id, kind=MASK, created_at=clock.now(), operation=DRAWN,
        version=(await tx.scalar(newest) or 0) + 1, width=adopted.width, height=adopted.height,
        master_key=key, preview_key=key, thumbnail_key=key, before_key=key,
        details={"source": kept.source, "share": adopted.share, "corners": kept.corners.to_json()},
    )  # fmt: skip


async def mask_by_id(tx: Transaction, mask_id: UUID) -> RenditionRow:
    """One mask. Raises MaskNotFound."""
    row = await tx.get(RenditionRow, mask_id)
    if row is None or row.kind != MASK:
        raise _no_such_mask()
    return row


def _no_such_mask() -> MaskNotFound:
    return MaskNotFound("There is no such mask. Its photo may have been deleted; make a new mask.")


async def check_mask(tx: Transaction, mask_id: UUID, photo: PhotoRow) -> None:
    """Raise MaskNotFound, or MaskDoesNotFit for a mask of another photo or of other corners than the present ones."""
    row = await mask_by_id(tx, mask_id)
    if row.photo_id != photo.id:
        if (await photo_by_id(tx, row.photo_id)).owner_id != photo.owner_id:
            raise _no_such_mask()
        raise MaskDoesNotFit("This mask was made for another photo. Make one for this photo.")
    if row.details is None or row.details["corners"] != corners_of(photo).to_json():
        raise MaskDoesNotFit(
            "This mask was made before the corners of the photo were moved. Put them back, or make a new mask."
        )


def proportions_of(photo: PhotoRow, corners: Corners) -> tuple[int, int]:
    """Width and height in pixels of a photo once it is straightened."""
    return straightened_size(corners, photo.width, photo.height)
