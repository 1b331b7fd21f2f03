"""Everything that somebody owns as one zip, written while it is sent: it is never in memory, nor on the disk."""

import asyncio
import json
import os
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from rekindle.infra.db.base import Json

CHUNK = 256 * 1024
"""Bytes that are read, and sent, at a time."""


class Archive:
    """A zip that grows at one end and is sent from the other. What it gives must be sent in order, and all of it."""

    def __init__(self, made_at: datetime) -> None:
        self._made_at = made_at
        self._outbox = _Outbox()
        self._zip = zipfile.ZipFile(cast("IO[bytes]", self._outbox), "w")

    async def file(self, name: str, path: Path) -> AsyncGenerator[bytes]:
        """Add a file as it is: pictures are as small as they get."""
        with await asyncio.to_thread(path.open, "rb") as source:
            info = self._info(name)
            info.file_size = os.fstat(source.fileno()).st_size
            with self._zip.open(info, "w") as target:
                while chunk := await asyncio.to_thread(source.read, CHUNK):
                    target.write(chunk)
                    yield self._outbox.take()
        yield self._outbox.take()

    async def facts(self, name: str, facts: Json, lists: Mapping[str, AsyncIterator[Json]]) -> AsyncGenerator[bytes]:
        """Add a JSON object: `facts`, and further members that are long lists."""
        info = self._info(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._zip.open(info, "w") as target:
            text = json.dumps(facts, indent=1, default=str)
            target.write(text[:-2].encode())
            for member, items in lists.items():
                target.write(f",\n {json.dumps(member)}: [".encode())
                between = "\n  "
                async for item in items:
                    target.write(f"{between}{json.dumps(item, default=str)}".encode())
                    between = ",\n  "
                    if self._outbox.waiting >= CHUNK:
                        yield self._outbox.take()
                target.write(b"]")
            target.write(b"\n}\n")
        yield self._outbox.take()

    def end(self) -> bytes:
        """The last bytes, without which it is no zip."""
        self._zip.close()
        return self._outbox.take()

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._made_at.timetuple()[:6])
        info.external_attr = 0o644 << 16
        return info


async def sent(parts: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The parts that are not empty; the generator is closed whatever happens."""
    async with aclosing(parts):
        async for part in parts:
            if part:
                yield part


class _Outbox:
    """As much of a file as a zip needs that is only ever written on: what is written waits to be taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.waiting = 0

    def write(self, data: bytes) -> int:
        if data:
            self._parts.append(bytes(data))
            self.waiting += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        whole = b"".join(self._parts)
        self._parts.clear()
        self.waiting = 0
        return whole
