"""Tells when the disk is full, whoever says so: the system, the database, or a library that only has words for it."""

import errno
import os
import sqlite3
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from rekindle.infra.storage.port import NO_ROOM, Storage, StorageFull


def no_room(error: BaseException) -> StorageFull | None:
    """The error for people when `error` comes from a full disk or quota, else None."""
    if isinstance(error, StorageFull):
        return error
    if any(_says_full(cause) for cause in _causes(error)):
        return StorageFull("The disk is full. Nothing was lost; free some room and try again.")
    return None


@contextmanager
def told_when_full() -> Generator[None]:
    """Raises StorageFull for whatever comes from a full disk in the block."""
    try:
        yield
    except Exception as error:
        if (full := no_room(error)) is not None:
            raise full from error
        raise


@asynccontextmanager
async def placed(storage: Storage, files: Mapping[str, Path]) -> AsyncGenerator[None]:
    """The files stored under their keys for a row that the block writes; taken away again when the disk is full.

    After any other failure nobody knows whether the row was written, and a file without a row does less harm than a row
    without a file: the sweeper removes it.
    """
    try:
        for key, path in files.items():
            await storage.put(key, path)
        yield
    except Exception as error:
        if no_room(error) is not None:
            for key in files:
                await storage.delete(key)
        raise


def _says_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    # Libraries in C hand on what the system said.
    return os.strerror(errno.ENOSPC) in str(error)


def _causes(error: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__cause__ or following.__context__
