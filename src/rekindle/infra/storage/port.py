"""What every storage can do."""

import errno
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Protocol

from rekindle.errors import NotFound, RekindleError

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


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored file: `bytes` long, last written at `modified`."""

    key: str
    bytes: int
    modified: datetime


class Storage(Protocol):
    """Whole files under keys such as `originals/ab/abcd…`: letters, digits, `.`, `_`, `-` and `/`.

    A key is either wholly there or not at all: `put` is atomic, and what it returned from survives a power cut.
    """

    async def put(self, key: str, source: Path) -> None:
        """Store the file at `source` under `key`, taking it away from there. Raises StorageFull."""
        ...

    def local(self, key: str) -> AbstractAsyncContextManager[Path]:
        """The file under `key` at a path on this machine, for reading only. Raises FileMissing."""
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
