"""A folder for unfinished files, each in a folder of its own that goes when its work ends.

Several processes may share one disk. Each has a place of its own there, whose lock file it holds as long as it lives:
so whoever starts next can tell the places of the dead from those of the living, and clears them away.
"""

import asyncio
import os
import secrets
import shutil
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from rekindle.infra.lock import try_to_hold

LOCK = ".lock"
FORGOTTEN = 86_400.0
"""Seconds after which something without a lock file goes, too: a process of an older version made it."""


class Scratch:
    """Room for files that are not finished."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def aside(self, name: str) -> Path:
        """Where a folder of this name may be made that is to stay as long as the rest does."""
        return self._folder / name

    @asynccontextmanager
    async def folder(self) -> AsyncGenerator[Path]:
        """An empty folder for one piece of work."""
        path = self._folder / secrets.token_hex(8)
        # In threads: a file system that is busy flushing keeps whoever makes or removes a name waiting.
        try:
            await asyncio.to_thread(path.mkdir, mode=0o700)
            yield path
        finally:
            await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)


@contextmanager
def place_in(root: Path, *, alone: bool) -> Generator[Path]:
    """A folder under `root` for this process, gone at the end of the block; those that dead processes left go now.

    `alone`: nobody else can be at work here, so that everything that is there goes.
    """
    root.mkdir(parents=True, exist_ok=True)
    for leftover in sorted(root.iterdir()):
        _clear(leftover, alone=alone)
    path, file = _new_place(root)
    try:
        path.mkdir(mode=0o700)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        _lock_of(path).unlink(missing_ok=True)
        file.close()


def _new_place(root: Path) -> tuple[Path, BinaryIO]:
    """The name of a new place, and its lock, held. Somebody who clears up may take a lock file before it is held."""
    while True:
        path = root / f"process-{os.getpid()}-{secrets.token_hex(4)}"
        if (file := try_to_hold(_lock_of(path))) is not None:
            return path, file


def _clear(leftover: Path, *, alone: bool) -> None:
    """Remove a place if its process is dead, and what has no process if it is old."""
    if leftover.suffix == LOCK:
        if (file := try_to_hold(leftover)) is not None:
            shutil.rmtree(leftover.with_suffix(""), ignore_errors=True)
            leftover.unlink(missing_ok=True)
            file.close()
        return
    if alone or (not _lock_of(leftover).exists() and _age(leftover) > FORGOTTEN):
        shutil.rmtree(leftover, ignore_errors=True)
        with suppress(OSError):
            leftover.unlink(missing_ok=True)


def _lock_of(place: Path) -> Path:
    return place.with_name(place.name + LOCK)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
