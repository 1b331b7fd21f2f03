"""Photos as things that people own: they are handed over, taken away and written out with all that was made of them."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update

from rekindle.accounts.belongings import Belongings, OwnedFile
from rekindle.accounts.tables import UserRow
from rekindle.imaging.encode import Encoding
from rekindle.imaging.formats import Format
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.photos.downloads import Downloads
from rekindle.photos.films import film_of
from rekindle.photos.service import PhotoNotFound, Photos
from rekindle.photos.tables import RESULT, PhotoRow, RenditionRow

AT_A_TIME = 100
AS_JPEG = Encoding(Format.JPEG)


@dataclass(frozen=True, slots=True)
class OwnPhotos(Belongings):
    """Photos, their results and their files."""

    db: Database
    photos: Photos
    downloads: Downloads

    async def hand_over(self, tx: Transaction, from_id: UUID, to_id: UUID) -> None:
        """Give all photos to somebody else; files and results belong to photos and come along.

        What must not leave this machine because its owner wants that must not do so afterwards either.
        """
        kept = await tx.scalar(select(UserRow.local_only).where(UserRow.id == from_id))
        stays = {"local_only": True} if kept else {}
        await tx.execute(update(PhotoRow).where(PhotoRow.owner_id == from_id).values(owner_id=to_id, **stays))

    async def remove(self, owner_id: UUID) -> None:
        """Delete all photos, with their results, masks, jobs and files."""
        mine = select(PhotoRow.id).where(PhotoRow.owner_id == owner_id).limit(AT_A_TIME)
        while True:
            async with self.db.reading() as tx:
                photo_ids = (await tx.scalars(mine)).all()
            if not photo_ids:
                return
            for photo_id in photo_ids:
                with suppress(PhotoNotFound):
                    await self.photos.remove(photo_id)

    async def left_behind(self) -> Sequence[UUID]:
        """Those who left while a photo was still coming in, or whose removal was cut off."""
        gone = select(UserRow.id).where(UserRow.deleted_at.is_not(None))
        query = select(PhotoRow.owner_id).where(PhotoRow.owner_id.in_(gone)).distinct().limit(AT_A_TIME)
        async with self.db.reading() as tx:
            return (await tx.scalars(query)).all()

    def sections(self, owner_id: UUID) -> Mapping[str, AsyncIterator[Json]]:
        """What is known of each photo, and of each result."""
        return {"photos": self._photos(owner_id), "results": self._results(owner_id)}

    async def files(self, owner_id: UUID) -> AsyncIterator[OwnedFile]:
        """The originals as they came, and the results as the plan of their owner lets them out."""
        async for photo in self._rows(owner_id):
            if photo.original_key is not None:
                yield OwnedFile(original_name(photo), self._original(photo))
            for row in await self.photos.results(owner_id, [photo.id]):
                yield OwnedFile(result_name(row), self._result(owner_id, row))

    async def _photos(self, owner_id: UUID) -> AsyncIterator[Json]:
        async for photo in self._rows(owner_id):
            diagnosis = photo.diagnosis and {
                name: value for name, value in photo.diagnosis.items() if name != "prepared"
            }  # fmt: skip
            yield {
                "id": photo.id, "filename": photo.filename, "created_at": photo.created_at.isoformat(),
                "format": photo.format, "bytes": photo.bytes, "sha256": photo.sha256,
                "width": photo.width, "height": photo.height,
                "captured_at": photo.captured_at, "has_location": photo.has_location, "local_only": photo.local_only,
                "corners": photo.user_corners or photo.found_corners, "diagnosis": diagnosis,
                "file": original_name(photo) if photo.original_key is not None else None,
            }  # fmt: skip

    async def _results(self, owner_id: UUID) -> AsyncIterator[Json]:
        async for photo in self._rows(owner_id):
            for row in await self.photos.results(owner_id, [photo.id]):
                yield {
                    "id": row.id, "photo_id": row.photo_id, "job_id": row.job_id, "operation": row.operation,
                    "version": row.version, "created_at": row.created_at.isoformat(), "file": result_name(row),
                }  # fmt: skip

    async def _rows(self, owner_id: UUID) -> AsyncIterator[PhotoRow]:
        """All photos in the order in which they came, a page at a time: no transaction is open in between."""
        mine = select(PhotoRow).where(PhotoRow.owner_id == owner_id).order_by(PhotoRow.id).limit(AT_A_TIME)
        page = mine
        while True:
            async with self.db.reading() as tx:
                rows = (await tx.scalars(page)).all()
            for row in rows:
                yield row
            if len(rows) < AT_A_TIME:
                return
            page = mine.where(PhotoRow.id > rows[-1].id)

    @asynccontextmanager
    async def _original(self, photo: PhotoRow) -> AsyncGenerator[Path]:
        async with self.downloads.original(photo.owner_id, photo.id) as (_, path):
            yield path

    @asynccontextmanager
    async def _result(self, owner_id: UUID, row: RenditionRow) -> AsyncGenerator[Path]:
        downloads = self.downloads
        opened = downloads.film(owner_id, row.id) if film_of(row) else downloads.open(owner_id, row.id, AS_JPEG)
        async with opened as file:
            yield file.path


def original_name(photo: PhotoRow) -> str:
    """Where the original is in an archive: identifiers keep names apart that differ in capitals alone."""
    return f"photos/{photo.id}/original.{Format(photo.format).extension}"


def result_name(row: RenditionRow) -> str:
    """Where a result is in an archive."""
    assert row.kind == RESULT
    extension = AS_JPEG.format.extension if film_of(row) is None else "mp4"
    return f"photos/{row.photo_id}/{row.operation}-{row.version}.{extension}"
