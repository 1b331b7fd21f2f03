"""Downloads: a result in the format, depth and with the metadata that someone wants."""

import hashlib
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar
from uuid import UUID

from rekindle.errors import NotFound
from rekindle.imaging.encode import Encoding
from rekindle.imaging.working import transcode
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database
from rekindle.infra.storage.port import Storage
from rekindle.infra.workbench import Workbench
from rekindle.photos.cache import FileCache, downloads_folder
from rekindle.photos.service import OriginalGone, photo_by_id
from rekindle.photos.tables import RESULT, PhotoRow, RenditionRow


class RenditionNotFound(NotFound):
    code: ClassVar[str] = "rendition_not_found"
    title: ClassVar[str] = "There is no such version"


@dataclass(frozen=True, slots=True)
class Download:
    """A file to send: its `etag` changes whenever its bytes could."""

    path: Path
    filename: str
    media_type: str
    etag: str


class Downloads:
    """Makes files to download, each once; they are cached by what they are made of."""

    def __init__(self, db: Database, storage: Storage, *, bench: Workbench, cache: FileCache, seconds: float) -> None:
        """`seconds` is how long making one file may take."""
        self._db = db
        self._storage = storage
        self._bench = bench
        self._cache = cache
        self._seconds = seconds

    async def rendition(self, rendition_id: UUID) -> RenditionRow:
        """One version. Raises RenditionNotFound."""
        async with self._db.reading() as tx:
            row = await tx.get(RenditionRow, rendition_id)
        if row is None or row.kind != RESULT:
            raise RenditionNotFound("There is no such version. Its photo may have been deleted.")
        return row

    @asynccontextmanager
    async def open(self, rendition_id: UUID, encoding: Encoding) -> AsyncGenerator[Download]:
        """A version as a file. Raises RenditionNotFound, and the errors of encoding."""
        row = await self.rendition(rendition_id)
        async with self._db.reading() as tx:
            photo = await photo_by_id(tx, row.photo_id)

        async def make(target: Path) -> Json:
            return await self._make(row, photo, target, encoding)

        key = download_key(row.master_key, photo, encoding)
        async with self._cache.open(key, make) as cached:
            yield Download(
                cached.path, download_name(photo.filename, encoding), encoding.format.media_type, PurePath(key).stem
            )

    @asynccontextmanager
    async def original(self, photo_id: UUID) -> AsyncGenerator[tuple[PhotoRow, Path]]:
        """The bytes as they came. Raises PhotoNotFound, OriginalGone."""
        async with self._db.reading() as tx:
            photo = await photo_by_id(tx, photo_id)
        if photo.original_key is None:
            raise OriginalGone("The original of this photo was deleted, as the retention policy asks.")
        async with self._storage.local(photo.original_key) as path:
            yield photo, path

    async def _make(self, row: RenditionRow, photo: PhotoRow, target: Path, encoding: Encoding) -> Json:
        async with self._storage.local(row.master_key) as master:
            if photo.original_key is None:
                await self._bench.run(transcode, master, None, target, encoding, seconds=self._seconds)
            else:
                async with self._storage.local(photo.original_key) as original:
                    await self._bench.run(transcode, master, original, target, encoding, seconds=self._seconds)
        return {}


def download_key(master_key: str, photo: PhotoRow, encoding: Encoding) -> str:
    """The cache key of a download: all that its bytes depend on."""
    recipe = [master_key, photo.original_key, encoding.format, encoding.quality, encoding.depth, encoding.keep]
    digest = hashlib.sha256(json.dumps(recipe).encode()).hexdigest()
    return f"{downloads_folder(photo.id)}{digest}.{encoding.format.extension}"


def download_name(filename: str, encoding: Encoding) -> str:
    """The name to offer: that of the photo, marked as restored."""
    return f"{PurePath(filename).stem or 'photo'}-restored.{encoding.format.extension}"
