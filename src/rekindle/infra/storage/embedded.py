"""The embedded storage: a folder."""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG
from urllib.parse import quote

from rekindle.infra.storage.port import NO_ROOM, FileMissing, Storage, StorageFull, Stored
from rekindle.infra.storage.signing import LinkSigner

KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class FolderStorage(Storage):
    """Files under one folder. Sources given to `put` must lie on the same file system."""

    def __init__(self, folder: Path, *, signer: LinkSigner, base_url: str) -> None:
        self._folder = folder
        self._signer = signer
        self._base_url = base_url
        folder.mkdir(parents=True, exist_ok=True)

    async def put(self, key: str, source: Path) -> None:
        await asyncio.to_thread(_move, source, self._path(key))

    @asynccontextmanager
    async def local(self, key: str) -> AsyncGenerator[Path]:
        path = self._path(key)
        if not path.is_file():
            raise FileMissing("This file is no longer there. It was deleted, or the storage folder was moved.")
        yield path

    async def stat(self, key: str) -> Stored | None:
        return _stored(key, self._path(key))

    async def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    async def scan(self, prefix: str) -> AsyncIterator[Stored]:
        for key in await asyncio.to_thread(self._keys):
            if key.startswith(prefix) and (stored := _stored(key, self._folder / key)) is not None:
                yield stored

    def url(self, key: str, now: datetime, *, seconds: int | None = None) -> str:
        expires, signature = self._signer.sign(key, now, seconds=seconds)
        return f"{self._base_url}/{quote(key)}?expires={expires}&signature={signature}"

    def verify(self, key: str, expires: str, signature: str, now: datetime) -> None:
        self._signer.verify(key, expires, signature, now)

    def _keys(self) -> list[str]:
        return [
            (Path(folder) / name).relative_to(self._folder).as_posix()
            for folder, _, names in os.walk(self._folder)
            for name in names
        ]

    def _path(self, key: str) -> Path:
        if KEY.fullmatch(key) is None:
            raise FileMissing("There is no file at this address.")
        return self._folder / key


def _stored(key: str, path: Path) -> Stored | None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not S_ISREG(status.st_mode):
        return None
    return Stored(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


def _move(source: Path, target: Path) -> None:
    """Put a file in place so that a crash leaves the old state or the new one: flush, rename, flush the folder."""
    try:
        with source.open("rb+") as file:
            os.fsync(file.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFull("The disk is full. Nothing was lost; free some room and try again.") from error
        raise
