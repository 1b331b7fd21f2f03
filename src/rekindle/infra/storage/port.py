"""What every storage can do."""

import errno
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Protocol

from rekindle.errors import Away, NotFound, RekindleError, TooLarge

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says when the disk, the quota or the largest size of a file is used up."""


class StorageFull(RekindleError):
    """The disk or the quota is full; nothing was written."""

    status: ClassVar[int] = 507
    code: ClassVar[str] = "storage_full"
    title: ClassVar[str] = "There is no room left"


class FileMissing(NotFound):
    code = "file_missing"
    title = "This file is no longer there"


class StorageAway(Away):
    """The store of files does not answer, or not in time. Nothing is known to be lost; the same may work soon."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "storage_away"
    title: ClassVar[str] = "The files cannot be reached right now"
    retry_after = 5


_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def checked(key: str) -> str:
    """The key, if it may be one. Raises FileMissing."""
    if _KEY.fullmatch(key) is None:
        raise FileMissing("There is no file at this address.")
    return key


def too_large(most: int) -> TooLarge:
    """What is said of a file of more than `most` bytes."""
    return TooLarge(f"This file is larger than {most / 1_000_000:.0f} MB. Save it smaller, or as JPEG, and try again.")


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored file: `bytes` long, last written at `modified`."""

    key: str
    bytes: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that somebody is about to send: its size in bytes and its media type."""

    bytes: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Slot:
    """Leave to put one file into the store: one request with exactly these headers, any time before `expires`."""

    method: str
    url: str
    headers: Mapping[str, str]
    expires: datetime


class Storage(Protocol):
    """Whole files under keys such as `originals/ab/abcd…`: letters, digits, `.`, `_`, `-` and `/`.

    A key is either wholly there or not at all: `put` is atomic, and what it returned from survives a power cut.
    Each of these ends in bounded time; where the store does not answer, it raises StorageAway.
    """

    async def put(self, key: str, source: Path) -> None:
        """Store the file at `source` under `key`, taking it away from there. Raises StorageFull."""
        ...

    def local(self, key: str, *, most: int | None = None) -> AbstractAsyncContextManager[Path]:
        """The file under `key` at a path on this machine, for reading only. Raises FileMissing.

        One of more than `most` bytes is not fetched. Raises FileTooLarge.
        """
        ...

    async def stat(self, key: str) -> Stored | None:
        """What is under `key`, or None."""
        ...

    async def delete(self, key: str) -> None:
        """Remove what is under `key`; nothing there is no error."""
        ...

    def scan(self, prefix: str) -> AsyncIterator[Stored]:
        """All files whose keys begin with `prefix`."""
        ...

    def url(self, key: str, now: datetime, *, seconds: int | None = None) -> str:
        """A signed address from which anyone can read the file until it expires: in `seconds`, or as is usual."""
        ...

    def verify(self, key: str, expires: str, signature: str, now: datetime) -> None:
        """Raise LinkInvalid unless the address was signed by `url` and has not expired."""
        ...

    async def elsewhere(self, key: str, *, seconds: int) -> str | None:
        """An address at which a browser can read the file for so long without us; None where there is none."""
        ...

    async def slot(self, key: str, announced: Announced, *, now: datetime, seconds: int) -> Slot | None:
        """Leave for a browser to put this one file under `key` itself; None where the store takes nothing from others.

        Stores that can are told to refuse another size and another type. What arrives is to be checked all the same.
        """
        ...
