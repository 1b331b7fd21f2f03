"""Photos: take them in, list them, delete them, and know the corners of the print on each."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select, tuple_

from rekindle.clock import Clock
from rekindle.errors import NotFound, Overloaded
from rekindle.imaging.corners import AUTOMATIC
from rekindle.imaging.intake import expected_seconds
from rekindle.imaging.quadrilateral import FULL_FRAME, Corners
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.owner import look_across
from rekindle.infra.http import decode_cursor
from rekindle.infra.observing import metrics
from rekindle.infra.observing.spans import span
from rekindle.infra.room import placed
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.port import Storage, StorageAway
from rekindle.infra.workbench import Workbench
from rekindle.photos.cache import downloads_folder, forget_cached, prepared_folder
from rekindle.photos.pixels import Examined, examine
from rekindle.photos.receive import Received, Receiver
from rekindle.photos.tables import RESULT, PhotoRow, RenditionRow
from rekindle.safety.uploads import UploadLimits, check_upload

log = logging.getLogger(__name__)


class PhotoNotFound(NotFound):
    code: ClassVar[str] = "photo_not_found"
    title: ClassVar[str] = "There is no such photo"


class OriginalGone(NotFound):
    code: ClassVar[str] = "original_gone"
    title: ClassVar[str] = "The original is no longer here"


PATIENCE = 10
"""How much longer than the processor time that it may take a look at an upload may last on a busy machine."""

Incoming = Callable[[Receiver], Awaitable[Received]]
"""Writes what arrives through the receiver that it is given."""

Leaving = Callable[[Transaction, UUID], Awaitable[None]]
"""Told of a photo that is deleted, in the transaction that does it."""


@dataclass(frozen=True, slots=True)
class Reception:
    """What may come in, how fast at least (bytes a second, over `stream_seconds`), and how many at once.

    `stream_seconds` without a byte end an upload; a look at it may take `decode_seconds` of processor time more than an
    honest file of its kind and size.
    """

    limits: UploadLimits
    stream_seconds: float
    decode_seconds: float
    least_rate: float = 0.0
    most_at_once: int = 256


class Photos:
    """What users uploaded. The original is stored as it came, under its SHA-256, and never altered."""

    def __init__(
        self,
        db: Database,
        storage: Storage,
        *,
        bench: Workbench,
        scratch: Scratch,
        clock: Clock,
        reception: Reception,
    ) -> None:
        self._db = db
        self._storage = storage
        self._bench = bench
        self._scratch = scratch
        self._clock = clock
        self._reception = reception
        self._leaving: list[Leaving] = []
        self._arriving = 0

    def when_deleted(self, told: Leaving) -> None:
        """From now on tell of each photo that is deleted."""
        self._leaving.append(told)

    async def receive(self, owner: UUID, incoming: Incoming, *, photo_id: UUID | None = None) -> PhotoRow:
        """Take a photo in for its owner, as `photo_id` where that was promised.

        Raises Overloaded and the errors of Receiver and UploadLimits; then nothing is kept.
        """
        allowed = self._reception
        if self._arriving >= allowed.most_at_once:
            raise Overloaded("Very many photos are arriving right now. Wait a few seconds and send this one again.")
        self._arriving += 1
        try:
            async with self._scratch.folder() as folder:
                receiver = Receiver(
                    folder / "upload", max_bytes=allowed.limits.max_bytes, timeout=allowed.stream_seconds,
                    least_rate=allowed.least_rate,
                )  # fmt: skip
                with span("upload"):
                    received = await incoming(receiver)
                examined = await self._look(received.path, folder)
                photo = self._new_row(owner, received, examined, photo_id or self._clock.new_id())
                kept = await self._keep(photo, received, examined)
                metrics.UPLOAD_BYTES.inc(received.bytes)
                return kept
        finally:
            self._arriving -= 1

    async def get(self, owner: UUID, photo_id: UUID) -> PhotoRow:
        """One photo. Raises PhotoNotFound."""
        async with self._db.reading() as tx:
            return await owned_photo(tx, owner, photo_id)

    async def page(self, owner: UUID, limit: int, cursor: str | None) -> Sequence[PhotoRow]:
        """At most `limit` photos of an owner, newest first, after `cursor`. Raises BadCursor."""
        query = select(PhotoRow).where(PhotoRow.owner_id == owner)
        query = query.order_by(PhotoRow.created_at.desc(), PhotoRow.id.desc()).limit(limit)
        if cursor is not None:
            place = tuple_(PhotoRow.created_at, PhotoRow.id)
            query = query.where(place < tuple_(*decode_cursor(cursor)))
        async with self._db.reading() as tx:
            return (await tx.scalars(query)).all()

    async def results(self, owner: UUID, photo_ids: Sequence[UUID]) -> Sequence[RenditionRow]:
        """The results of these photos of an owner, newest first."""
        mine = select(PhotoRow.id).where(PhotoRow.owner_id == owner, PhotoRow.id.in_(photo_ids))
        query = select(RenditionRow).where(RenditionRow.photo_id.in_(mine), RenditionRow.kind == RESULT)
        async with self._db.reading() as tx:
            return (await tx.scalars(query.order_by(RenditionRow.created_at.desc(), RenditionRow.id.desc()))).all()

    async def delete(self, owner: UUID, photo_id: UUID) -> None:
        """Remove a photo, its results and masks, and the original unless another photo has the same.

        Raises PhotoNotFound.
        """
        async with self._db.reading() as tx:
            await owned_photo(tx, owner, photo_id)
        await self.remove(photo_id)

    async def remove(self, photo_id: UUID) -> None:
        """`delete`, whoever owns the photo: for work that nobody asked for. Raises PhotoNotFound."""
        async with self._db.transaction() as tx:
            photo = await photo_by_id(tx, photo_id)
            for told in self._leaving:
                await told(tx, photo_id)
            made = (await tx.scalars(select(RenditionRow).where(RenditionRow.photo_id == photo_id))).all()
            keys = [photo.preview_key, photo.thumbnail_key]
            for row in made:
                keys += [row.master_key, row.preview_key, row.thumbnail_key, row.before_key]
            await tx.delete(photo)
            await tx.flush()
            keys += await forget_cached(tx, downloads_folder(photo_id))
            keys += await _unused_original(tx, photo.original_key, photo.sha256)
        await self._delete(keys)

    async def drop_original(self, photo_id: UUID) -> None:
        """Forget the original of a photo whose policy says so; the file goes when no other photo needs it any more."""
        async with self._db.transaction() as tx:
            photo = await photo_by_id(tx, photo_id)
            key, photo.original_key = photo.original_key, None
            await tx.flush()
            keys = await _unused_original(tx, key, photo.sha256)
        await self._delete(keys)

    async def set_corners(self, owner: UUID, photo_id: UUID, corners: Corners | None) -> PhotoRow:
        """Use these corners from now on; None goes back to what was found. Raises PhotoNotFound."""
        async with self._db.transaction() as tx:
            photo = await owned_photo(tx, owner, photo_id)
            photo.user_corners = None if corners is None else {"corners": corners.to_json()}
            return photo

    async def keep_here(self, owner: UUID, photo_id: UUID, local_only: bool | None) -> PhotoRow:
        """Keep a photo on this machine, or let it leave again; None changes nothing. Raises PhotoNotFound."""
        async with self._db.transaction() as tx:
            photo = await owned_photo(tx, owner, photo_id)
            if local_only is not None:
                photo.local_only = local_only
            return photo

    async def _delete(self, keys: Sequence[str]) -> None:
        """Delete files that belong to no row any more. While the store is away that is left to the sweeper."""
        try:
            for key in keys:
                await self._storage.delete(key)
        except StorageAway:
            log.warning("the files of a deleted photo are left to the sweeper, as the store does not answer")

    async def _look(self, path: Path, folder: Path) -> Examined:
        limits, spare = self._reception.limits, self._reception.decode_seconds
        header = await self._bench.run(check_upload, path, limits, seconds=PATIENCE * spare, work_seconds=spare)
        allowed = spare + expected_seconds(header)
        return await self._bench.run(
            examine, path, folder, limits, seconds=PATIENCE * allowed, work_seconds=allowed
        )  # fmt: skip

    async def _keep(self, photo: PhotoRow, received: Received, examined: Examined) -> PhotoRow:
        made = {
            photo.preview_key: examined.inspected.preview,
            photo.thumbnail_key: examined.inspected.thumbnail,
        }
        async with placed(self._storage, made):
            if not await self._keep_with_same(photo):
                photo.original_key = key = f"originals/{photo.sha256[:2]}/{photo.sha256}/{photo.id}"
                async with placed(self._storage, {key: received.path}), self._db.transaction() as tx:
                    tx.add(photo)
        return photo

    async def _keep_with_same(self, photo: PhotoRow) -> bool:
        """Write a photo down that has the same bytes as another, whose original it shares; False where there is none.

        The other one still has it in the transaction that writes this one. Once the last photo has let go of a key,
        it is never used again: whoever deletes that file, on whatever machine and however late, takes it from nobody.
        """
        key = await self._same(photo.sha256)
        if key is None or await self._storage.stat(key) is None:
            return False
        async with self._db.transaction() as tx:
            await look_across(tx)
            if await tx.scalar(select(PhotoRow.id).where(PhotoRow.original_key == key).limit(1)) is None:
                return False
            photo.original_key = key
            tx.add(photo)
        return True

    async def _same(self, sha256: str) -> str | None:
        """The key of an original with these bytes, whosever it is."""
        async with self._db.reading() as tx:
            await look_across(tx)
            query = select(PhotoRow.original_key).where(PhotoRow.sha256 == sha256, PhotoRow.original_key.is_not(None))
            return await tx.scalar(query.limit(1))

    def _new_row(self, owner: UUID, received: Received, examined: Examined, photo_id: UUID) -> PhotoRow:
        inspected = examined.inspected
        found = {"corners": examined.found.corners.to_json(), "confidence": examined.found.confidence}
        return PhotoRow(
            id=photo_id, owner_id=owner, created_at=self._clock.now(), filename=received.filename,
            format=inspected.format.value, sha256=received.sha256, bytes=received.bytes, width=inspected.width,
            height=inspected.height, captured_at=inspected.captured_at, has_location=inspected.has_gps,
            original_key=None,
            preview_key=f"previews/{photo_id}/preview.jpg", thumbnail_key=f"previews/{photo_id}/thumbnail.jpg",
            found_corners=found, user_corners=None, diagnosis=None, latest_job=None, local_only=False,
        )  # fmt: skip


def corners_of(photo: PhotoRow) -> Corners:
    """The corners in use: the user's, else those found if that is certain enough, else the full frame."""
    if photo.user_corners is not None:
        return Corners.from_json(photo.user_corners["corners"])
    if photo.found_corners["confidence"] >= AUTOMATIC:
        return Corners.from_json(photo.found_corners["corners"])
    return FULL_FRAME


async def owned_photo(tx: Transaction, owner: UUID, photo_id: UUID) -> PhotoRow:
    """One photo of an owner. Raises PhotoNotFound, also for a photo of somebody else."""
    photo = await photo_by_id(tx, photo_id)
    if photo.owner_id != owner:
        raise _no_such_photo()
    return photo


async def photo_by_id(tx: Transaction, photo_id: UUID) -> PhotoRow:
    """One photo, whoever owns it. Raises PhotoNotFound."""
    if (photo := await tx.get(PhotoRow, photo_id)) is None:
        raise _no_such_photo()
    return photo


async def note_job(tx: Transaction, photo_id: UUID, *, job_id: UUID, status: str) -> None:
    """Remember the job that was asked for last, or its new status; an older job changes nothing."""
    if (photo := await tx.get(PhotoRow, photo_id)) is None:
        return
    if photo.latest_job is None or UUID(photo.latest_job["id"]) <= job_id:
        photo.latest_job = {"id": str(job_id), "status": status}


def _no_such_photo() -> PhotoNotFound:
    return PhotoNotFound("There is no such photo. It may have been deleted.")


async def _unused_original(tx: Transaction, key: str | None, sha256: str) -> list[str]:
    """The keys of an original, and of what was prepared from it, unless a photo, whosever it is, still needs it."""
    await look_across(tx)
    users = await tx.scalar(select(func.count()).select_from(PhotoRow).where(PhotoRow.original_key == key))
    if users:
        return []
    return [*([key] if key is not None else []), *await forget_cached(tx, prepared_folder(sha256))]
