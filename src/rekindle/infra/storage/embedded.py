"""The embedded storage: a folder."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG

from rekindle.infra.storage.port import (
    NO_ROOM,
    Announced,
    FileMissing,
    Slot,
    Storage,
    StorageFull,
    Stored,
    checked,
    too_large,
)
from rekindle.infra.storage.signing import LinkSigner


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
    async def local(self, key: str, *, most: int | None = None) -> AsyncGenerator[Path]:
        path = self._path(key)
        stored = await asyncio.to_thread(_stored, key, path)
        if stored is None:
            raise FileMissing("This file is no longer there. It was deleted, or the storage folder was moved.")
        if most is not None and stored.bytes > most:
            raise too_large(most)
        yield path

    async def stat(self, key: str) -> Stored | None:
        return await asyncio.to_thread(_stored, key, self._path(key))

    async def delete(self, key: str) -> None:
        # In a thread: a file system that is busy flushing keeps whoever removes a name waiting.
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def scan(self, prefix: str) -> AsyncIterator[Stored]:
        for key in await asyncio.to_thread(self._keys):
            if key.startswith(prefix) and (stored := _stored(key, self._folder / key)) is not None:
                yield stored

    def url(self, key: str, now: datetime, *, seconds: int | None = None) -> str:
        return self._signer.address(self._base_url, key, now, seconds=seconds)

    def verify(self, key: str, expires: str, signature: str, now: datetime) -> None:
        self._signer.verify(key, expires, signature, now)

    async def elsewhere(self, key: str, *, seconds: int) -> str | None:
        return None

    async def slot(self, key: str, announced: Announced, *, now: datetime, seconds: int) -> Slot | None:
        return None

    def _keys(self) -> list[str]:
        return [
            (Path(folder) / name).relative_to(self._folder).as_posix()
            for folder, _, names in os.walk(self._folder)
            for name in names
        ]

    def _path(self, key: str) -> Path:
        return self._folder / checked(key)


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
