"""The bodies of requests. Files in them are read as they are sent: none is in memory while an answer is waited for."""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pybase64

from rekindle.infra.reading import Opened
from rekindle.infra.turns import Turn, Turns
from rekindle.providers.forms import Enclosed

_STEP = 96 * 1024
"""Bytes of a file that are handed on at once; base64 makes four of three, so that it is a multiple of three."""


@dataclass(frozen=True, slots=True)
class Inside:
    """A file in a body, as it is or in base64. `size` is that of the file, in bytes."""

    path: Path
    size: int
    coded: bool = False

    @property
    def length(self) -> int:
        """Bytes on the wire."""
        return -(-self.size // 3) * 4 if self.coded else self.size


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries, and the headers that say so."""

    parts: Sequence[bytes | Inside] = ()
    media_type: str = ""

    @property
    def length(self) -> int:
        """Bytes on the wire."""
        return sum(len(part) if isinstance(part, bytes) else part.length for part in self.parts)

    @property
    def files(self) -> bool:
        """Whether there are files in it."""
        return any(isinstance(part, Inside) for part in self.parts)

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Content-Type": self.media_type, "Content-Length": str(self.length)} if self.media_type else {}


NOTHING = Body()


def json_body(value: Any) -> Body:
    """JSON (RFC 8259), with the files that are enclosed in it as strings of base64. Raises ValueError, OSError."""
    mark, enclosed = secrets.token_hex(16), list[Enclosed]()

    def placed(found: object) -> str:
        if not isinstance(found, Enclosed):
            raise TypeError(f"{type(found).__name__} is no JSON")
        enclosed.append(found)
        return f"{found.before}{mark}"

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=placed)
    first, *others = text.encode().split(mark.encode())
    parts: list[bytes | Inside] = [first]
    for file, after in zip(enclosed, others, strict=True):
        parts += [_inside(file.path, coded=True), after]
    return Body(parts, "application/json")


def form_body(fields: Mapping[str, str], files: Sequence[tuple[str, tuple[str, bytes | Path, str]]]) -> Body:
    """A form with files (RFC 7578): each with the name of its field, its own, what is in it, and its media type."""
    mark = secrets.token_hex(16)
    parts: list[bytes | Inside] = []
    for name, text in fields.items():
        parts.append(f"{_opening(mark, name)}\r\n\r\n{text}\r\n".encode())
    for name, (own, content, kind) in files:
        parts.append(f'{_opening(mark, name)}; filename="{_quoted(own)}"\r\nContent-Type: {kind}\r\n\r\n'.encode())
        parts += [_inside(content) if isinstance(content, Path) else content, b"\r\n"]
    parts.append(f"--{mark}--\r\n".encode())
    return Body(parts, f"multipart/form-data; boundary={mark}")


def _opening(mark: str, name: str) -> str:
    return f'--{mark}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'


def _quoted(name: str) -> str:
    """As browsers do it (WHATWG, multipart/form-data)."""
    return re.sub(r'[\r\n"]', lambda found: f"%{ord(found[0]):02X}", name)


def _inside(path: Path, *, coded: bool = False) -> Inside:
    return Inside(path, path.stat().st_size, coded)


class Sending(httpx2.AsyncByteStream):
    """A body on its way. One with files in it goes through a `door`, which bounds how many are on the way at once."""

    def __init__(self, body: Body, door: Turns) -> None:
        self._parts = body.parts
        self._turn = Turn(door) if body.files else None

    async def enter(self) -> None:
        """Wait at the door: before there is a connection, on which the other side would wait."""
        if self._turn is not None:
            await self._turn.enter()

    def leave(self) -> None:
        """Let the next one in; left already is no error."""
        if self._turn is not None:
            self._turn.leave()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            if isinstance(part, bytes):
                yield part
                continue
            with Opened(part.path) as file:
                for start in range(0, part.size, _STEP):
                    wanted = min(_STEP, part.size - start)
                    piece = file.at_hand(start, wanted) or await asyncio.to_thread(file.read, start, wanted)
                    if len(piece) != wanted:
                        raise httpx2.WriteError("a file became shorter while it was sent")
                    yield pybase64.b64encode(piece) if part.coded else bytes(piece)
        self.leave()
