"""A small client of HTTP/1.1 for measuring load: it costs little processor time, and counts every byte of a body."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any


class Broken(Exception):
    """The connection ended in the middle, or was refused."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered: `head` has names in small letters."""

    status: int
    head: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class Wire:
    """One user's connection to a server on this machine; opened when it is needed, and again when it broke."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.received = 0
        """Bytes of all bodies that came."""

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """One request and its whole answer. Raises Broken."""
        status, head = await self._begin(method, path, body, headers)
        try:
            pieces = [piece async for piece in self._body(head)]
        except (OSError, EOFError) as error:
            raise await self._lost(error) from error
        return Reply(status, head, b"".join(pieces))

    async def events(self, path: str) -> AsyncGenerator[Any]:
        """The data of each server-sent event, as long as some come. Raises Broken."""
        status, head = await self._begin("GET", path, b"", {"accept": "text/event-stream"})
        if status != 200:
            raise Broken(f"status {status}")
        try:
            async for piece in self._body(head):
                for line in piece.decode().splitlines():
                    if line.startswith("data:"):
                        yield json.loads(line[5:])
        except (OSError, EOFError) as error:
            raise await self._lost(error) from error

    async def aclose(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            writer, self._streams = self._streams[1], None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _begin(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str]]:
        """Send a request; the status and the head of its answer."""
        lines = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{self._port}", f"content-length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
            reader, writer = self._streams
            writer.write("\r\n".join([*lines, "", ""]).encode())
            writer.write(body)
            await writer.drain()
            return await _head(reader)
        except (OSError, EOFError, asyncio.LimitOverrunError) as error:
            raise await self._lost(error) from error

    async def _body(self, head: Mapping[str, str]) -> AsyncGenerator[bytes]:
        """The pieces of a body, as they come: those of one chunk together."""
        assert self._streams is not None
        reader = self._streams[0]
        if head.get("transfer-encoding") == "chunked":
            while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
                piece = (await reader.readexactly(size + 2))[:-2]
                self.received += size
                yield piece
            await reader.readuntil(b"\r\n")
        elif length := int(head.get("content-length", "0")):
            piece = await reader.readexactly(length)
            self.received += length
            yield piece
        if head.get("connection") == "close":
            await self.aclose()

    async def _lost(self, error: Exception) -> Broken:
        await self.aclose()
        return Broken(repr(error))


async def _head(reader: asyncio.StreamReader) -> tuple[int, Mapping[str, str]]:
    while True:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(first.split()[1])
        if status >= 200:
            pairs = (line.partition(":") for line in lines if line)
            return status, {name.lower(): value.strip() for name, _, value in pairs}
