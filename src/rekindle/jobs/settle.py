"""How a job ends: the result is stored and the job succeeds in one transaction, or it fails with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from rekindle.clock import Clock
from rekindle.imaging.quadrilateral import Corners
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.events.port import Events
from rekindle.infra.room import placed
from rekindle.infra.storage.port import Storage
from rekindle.jobs.claims import Claim
from rekindle.jobs.endings import Endings
from rekindle.jobs.lifecycle import Event, Status
from rekindle.jobs.service import topic
from rekindle.jobs.tables import JobRow
from rekindle.photos.masks import Kept, mask_row
from rekindle.photos.pixels import Adopted
from rekindle.photos.service import photo_by_id
from rekindle.photos.tables import RESULT, RenditionRow

FILE_NAMES = ("master", "preview", "thumbnail", "before")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a new version, not stored yet, its size in pixels, and what is written down with it."""

    master: Path
    preview: Path
    thumbnail: Path
    before: Path
    width: int
    height: int
    details: Json | None = None


@dataclass(frozen=True, slots=True)
class FoundMask:
    """A mask that a provider found and filled, not stored yet."""

    path: Path
    adopted: Adopted


@dataclass(frozen=True, slots=True)
class Finished:
    """What a job found out and did. Without `files` the photo itself is the result.

    `mask` is there when it was found by the job; that of a mask which was given is in the `result`.
    """

    result: Json
    diagnosis: Json
    files: Files | None
    mask: FoundMask | None = None


class Settling:
    """Ends jobs, each once."""

    def __init__(self, db: Database, storage: Storage, *, events: Events, endings: Endings, clock: Clock) -> None:
        self._db = db
        self._storage = storage
        self._events = events
        self._endings = endings
        self._clock = clock

    async def succeed(self, claim: Claim, finished: Finished) -> bool:
        """Store the result; False, and nothing is left behind, when the job had ended already.

        May be repeated where nobody knows whether it was done, as when the database fell silent at the end.
        """
        keys, mask_key = _keys(claim, finished.files), f"{_folder(claim)}/mask.png"
        paths = _paths(keys, finished.files) | ({} if finished.mask is None else {mask_key: finished.mask.path})
        async with placed(self._storage, paths), self._db.transaction() as tx:
            rendition = None
            if finished.files is not None:
                rendition = await self._rendition(tx, claim, finished.files, keys)
            mask = None if finished.mask is None else await self._mask(tx, claim, finished.mask, mask_key)
            result = finished.result | {
                "rendition_id": None if rendition is None else str(rendition.id),
                "version": None if rendition is None else rendition.version,
                **({} if mask is None else {"mask_id": str(mask.id)}),
            }
            won = await self._endings.end(tx, claim.job, Event.SUCCEED, result=result)
            done = won or await _done(tx, claim)
            if won:
                (await photo_by_id(tx, claim.photo.id)).diagnosis = finished.diagnosis
                tx.add_all(row for row in (rendition, mask) if row is not None)
        if not done:
            for key in paths:
                await self._storage.delete(key)
        await self._tell(claim.job.id)
        return done

    async def fail(self, claim: Claim, *, code: str, message: str) -> bool:
        """Write down why a job failed; False when it had ended already."""
        async with self._db.transaction() as tx:
            failed = await self._endings.end(tx, claim.job, Event.FAIL, error={"code": code, "message": message})
        await self._tell(claim.job.id)
        return failed

    async def _rendition(self, tx: Transaction, claim: Claim, files: Files, keys: dict[str, str]) -> RenditionRow:
        newest = select(func.max(RenditionRow.version)).where(
            RenditionRow.photo_id == claim.photo.id, RenditionRow.kind == RESULT
        )
        return RenditionRow(
            id=self._clock.new_id(), photo_id=claim.photo.id, job_id=claim.job.id, kind=RESULT,
            created_at=self._clock.now(), operation=claim.job.operation, version=(await tx.scalar(newest) or 0) + 1,
            width=files.width, height=files.height, details=files.details, **keys,
        )  # fmt: skip

    async def _mask(self, tx: Transaction, claim: Claim, found: FoundMask, key: str) -> RenditionRow:
        corners = Corners.from_json(claim.job.corners["corners"])
        kept = Kept(found.adopted, key, corners, "found", claim.job.id)
        return await mask_row(tx, self._clock, claim.photo, kept)

    async def _tell(self, job_id: UUID) -> None:
        await self._events.publish(topic(job_id), "status")


async def _done(tx: Transaction, claim: Claim) -> bool:
    """Whether this very claim has ended its job well before."""
    mine = select(JobRow.id).where(
        JobRow.id == claim.job.id, JobRow.claim == claim.number, JobRow.status == Status.SUCCEEDED
    )
    return await tx.scalar(mine) is not None


def _folder(claim: Claim) -> str:
    # The claim is part of the keys: a worker that was taken over can never write over its successor's files.
    return f"results/{claim.job.id}/{claim.number}"


def _keys(claim: Claim, files: Files | None) -> dict[str, str]:
    """Where the files of a new version go, by the column that says so."""
    if files is None:
        return {}
    return {f"{name}_key": f"{_folder(claim)}/{name}{getattr(files, name).suffix}" for name in FILE_NAMES}


def _paths(keys: Mapping[str, str], files: Files | None) -> dict[str, Path]:
    """Where the files of a new version are now, by where they go."""
    return {key: getattr(files, column.removesuffix("_key")) for column, key in keys.items()}
