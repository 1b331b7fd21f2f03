"""A folder for unfinished files, each in a folder of its own that goes when its work ends."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path


class Scratch:
    """Room for files that are not finished. What a killed process left behind goes at the next start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def clear(self) -> None:
        """Remove everything; for the start, when nobody can be at work."""
        for leftover in self._folder.iterdir():
            shutil.rmtree(leftover, ignore_errors=True)

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
