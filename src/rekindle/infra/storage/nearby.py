"""Copies of the store's files on this machine: a bounded number of bytes, the least recently used go first.

A copy is only used when the store says that it is still the same file, so that nobody is ever given what another
machine has replaced or deleted.
"""

import asyncio
import secrets
import shutil
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SHARE = 4
"""Copies have no more than one part of so many of their disk: work that is not finished needs the rest."""


@dataclass(frozen=True, slots=True)
class _Copy:
    name: str
    etag: str
    bytes: int


class Nearby:
    """Copies in one folder, which belongs to this process alone and may vanish at any time.

    A copy is handed out as another name of the same file (a hard link), so that it can be dropped while it is read.
    """

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._copies: OrderedDict[str, _Copy] = OrderedDict()
        self._bytes = 0

    async def drop(self, key: str) -> None:
        """Drop the copy of a file, if there is one; in a thread, as a busy file system makes whoever does it wait."""
        if (copy := self._known_no_more(key)) is not None:
            await asyncio.to_thread(self._remove, [copy])

    async def take(self, key: str, target: Path) -> str | None:
        """Give the copy of a file the name `target`, which must be free. Returns its entity tag; None without one."""
        copy = self._copies.get(key)
        if copy is None:
            return None
        try:
            await asyncio.to_thread(target.hardlink_to, self._folder / copy.name)
        except OSError:
            await self.drop(key)
            return None
        if key in self._copies:
            self._copies.move_to_end(key)
        return copy.etag

    async def keep(self, key: str, source: Path, etag: str | None) -> None:
        """Remember the file at `source` as what the store calls `etag`. Where that cannot be done, nothing is."""
        await self.drop(key)
        if etag is None:
            return
        name = secrets.token_hex(8)
        try:
            size, most = await asyncio.to_thread(self._link, source, name)
        except OSError:
            return
        # All of it at once, so that nobody who does the same meanwhile finds half of it done.
        gone = [self._known_no_more(key)]
        self._copies[key] = _Copy(name, etag, size)
        self._bytes += size
        while self._bytes > most:
            gone.append(self._known_no_more(next(iter(self._copies))))
        await asyncio.to_thread(self._remove, gone)

    def _known_no_more(self, key: str) -> _Copy | None:
        copy = self._copies.pop(key, None)
        if copy is not None:
            self._bytes -= copy.bytes
        return copy

    def close(self) -> None:
        """Drop everything."""
        self._copies.clear()
        self._bytes = 0
        shutil.rmtree(self._folder, ignore_errors=True)

    def _remove(self, copies: Sequence[_Copy | None]) -> None:
        for copy in copies:
            if copy is not None:
                (self._folder / copy.name).unlink(missing_ok=True)

    def _link(self, source: Path, name: str) -> tuple[int, int]:
        """Returns the size of the file, and how many bytes all copies may have on a disk like this."""
        size = source.stat().st_size
        self._folder.mkdir(parents=True, exist_ok=True)
        most = min(self._max_bytes, shutil.disk_usage(self._folder).total // SHARE)
        if size > most:
            raise OSError
        (self._folder / name).hardlink_to(source)
        return size, most
