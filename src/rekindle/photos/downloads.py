"""Downloads: a result in the format, depth and with the metadata that someone wants."""

import hashlib
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from rekindle.accounts.plans import GUEST, Plan, Plans
from rekindle.accounts.tables import UserRow
from rekindle.errors import Invalid, NotFound
from rekindle.imaging.encode import Encoding
from rekindle.imaging.formats import Format
from rekindle.imaging.output import MARK, WHOLE, Output, shape_preview
from rekindle.imaging.previews import PREVIEW_SIDE
from rekindle.imaging.working import transcode
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database
from rekindle.infra.storage.port import Storage
from rekindle.infra.workbench import Workbench
from rekindle.photos.cache import FileCache, downloads_folder
from rekindle.photos.films import FILM_TYPE, film_of
from rekindle.photos.service import OriginalGone, owned_photo, photo_by_id
from rekindle.photos.tables import RESULT, SOURCE_TYPE, PhotoRow, RenditionRow

PREVIEW = Encoding(Format.JPEG)


class RenditionNotFound(NotFound):
    code: ClassVar[str] = "rendition_not_found"
    title: ClassVar[str] = "There is no such version"


class IsAFilm(Invalid):
    code: ClassVar[str] = "is_a_film"
    title: ClassVar[str] = "This version is a film"


class IsAPicture(Invalid):
    code: ClassVar[str] = "is_a_picture"
    title: ClassVar[str] = "This version is a picture"


@dataclass(frozen=True, slots=True)
class Download:
    """A file to send: its `etag` changes whenever its bytes could."""

    path: Path
    filename: str
    media_type: str
    etag: str


class Downloads:
    """Makes files to download, each once; they are cached by what they are made of."""

    def __init__(
        self, db: Database, storage: Storage, *, bench: Workbench, cache: FileCache, plans: Plans, seconds: float
    ) -> None:
        """`seconds` is how long making one file may take."""
        self._db = db
        self._plans = plans
        self._storage = storage
        self._bench = bench
        self._cache = cache
        self._seconds = seconds

    async def rendition(self, owner: UUID, rendition_id: UUID) -> RenditionRow:
        """One version of an owner's photo. Raises RenditionNotFound."""
        return (await self._find(owner, rendition_id))[0]

    @asynccontextmanager
    async def open(self, owner: UUID, rendition_id: UUID, encoding: Encoding) -> AsyncGenerator[Download]:
        """A version as a file, as the plan of its owner lets it out now.

        Raises RenditionNotFound, IsAFilm, CannotMark, and the errors of encoding.
        """
        row, photo = await self._find(owner, rendition_id)
        if film_of(row) is not None:
            raise IsAFilm("This version is a film, and there is no picture of it to save. Ask for it as mp4.")
        output = output_of(await self._plan(owner), row.width, row.height)

        async def make(target: Path) -> Json:
            return await self._make(row, photo, target, encoding, output)

        key = download_key(row.master_key, photo, encoding, output)
        async with self._cache.open(key, make) as cached:
            yield Download(
                cached.path, download_name(photo.filename, encoding), encoding.format.media_type, PurePath(key).stem
            )

    @asynccontextmanager
    async def film(self, owner: UUID, rendition_id: UUID) -> AsyncGenerator[Download]:
        """A version that is a film, as it was made: it was made on a plan that lets it out whole.

        Raises RenditionNotFound, IsAPicture.
        """
        row, photo = await self._find(owner, rendition_id)
        if film_of(row) is None:
            raise IsAPicture("This version is a picture. Ask for it as jpeg, png, webp or tiff.")
        async with self._storage.local(row.master_key) as path:
            name = f"{PurePath(photo.filename).stem or 'photo'}-film.mp4"
            yield Download(path, name, FILM_TYPE, row.master_key.replace("/", "-"))

    @asynccontextmanager
    async def preview(self, owner: UUID, rendition_id: UUID) -> AsyncGenerator[Download]:
        """The preview of a version, as the plan of its owner lets it out now. Raises RenditionNotFound, CannotMark."""
        row, photo = await self._find(owner, rendition_id)
        output = output_of(await self._plan(owner), *preview_size(row.width, row.height))

        async def make(target: Path) -> Json:
            async with self._storage.local(row.preview_key) as source:
                unused = target.with_name("thumbnail.jpg")
                await self._bench.run(shape_preview, source, target, unused, output, seconds=self._seconds)
            return {}

        name = download_name(photo.filename, PREVIEW)
        if output == WHOLE:
            async with self._storage.local(row.preview_key) as path:
                yield Download(path, name, PREVIEW.format.media_type, row.preview_key.replace("/", "-"))
            return
        key = _key(photo, [row.preview_key, output.scale, output.mark], PREVIEW)
        async with self._cache.open(key, make) as cached:
            yield Download(cached.path, name, PREVIEW.format.media_type, PurePath(key).stem)

    @asynccontextmanager
    async def original(self, owner: UUID, photo_id: UUID) -> AsyncGenerator[tuple[PhotoRow, Path]]:
        """The bytes as they came. Raises PhotoNotFound, OriginalGone."""
        async with self._db.reading() as tx:
            photo = await owned_photo(tx, owner, photo_id)
        if photo.original_key is None:
            raise OriginalGone("The original of this photo was deleted, as the retention policy asks.")
        async with self._storage.local(photo.original_key) as path:
            yield photo, path

    async def _find(self, owner: UUID, rendition_id: UUID) -> tuple[RenditionRow, PhotoRow]:
        async with self._db.reading() as tx:
            row = await tx.get(RenditionRow, rendition_id)
            photo = None if row is None else await photo_by_id(tx, row.photo_id)
        if row is None or photo is None or row.kind != RESULT or photo.owner_id != owner:
            raise RenditionNotFound("There is no such version. Its photo may have been deleted.")
        return row, photo

    async def _plan(self, owner: UUID) -> Plan:
        """The plan that somebody is on at this moment."""
        async with self._db.reading() as tx:
            name = await tx.scalar(select(UserRow.plan).where(UserRow.id == owner))
        return self._plans.find(name or GUEST.name)

    async def _make(self, row: RenditionRow, photo: PhotoRow, target: Path, encoding: Encoding, output: Output) -> Json:
        async with self._storage.local(row.master_key) as master, AsyncExitStack() as stack:
            original = None
            if photo.original_key is not None:
                original = await stack.enter_async_context(self._storage.local(photo.original_key))
            source_type = (row.details or {}).get(SOURCE_TYPE)
            await self._bench.run(
                transcode, master, original, target, encoding, output, source_type, seconds=self._seconds
            )  # fmt: skip
        return {}


def output_of(plan: Plan, width: int, height: int) -> Output:
    """How a picture of this size goes out to somebody on a plan."""
    return Output(plan.scale(width, height), MARK if plan.watermark else None)


def preview_size(width: int, height: int) -> tuple[int, int]:
    """The size of the preview of a picture."""
    share = min(1.0, PREVIEW_SIDE / max(width, height))
    return round(width * share), round(height * share)


def download_key(master_key: str, photo: PhotoRow, encoding: Encoding, output: Output = WHOLE) -> str:
    """The cache key of a download: all that its bytes depend on."""
    recipe = [master_key, photo.original_key, encoding.format, encoding.quality, encoding.depth, encoding.keep]
    return _key(photo, recipe if output == WHOLE else [*recipe, output.scale, output.mark], encoding)


def download_name(filename: str, encoding: Encoding) -> str:
    """The name to offer: that of the photo, marked as restored."""
    return f"{PurePath(filename).stem or 'photo'}-restored.{encoding.format.extension}"


def _key(photo: PhotoRow, recipe: Sequence[object], encoding: Encoding) -> str:
    digest = hashlib.sha256(json.dumps(recipe).encode()).hexdigest()
    return f"{downloads_folder(photo.id)}{digest}.{encoding.format.extension}"
