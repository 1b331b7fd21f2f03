"""Parts of files, as players of films ask for them (RFC 9110, section 14)."""

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from fastapi import Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask
from starlette.types import Receive, Scope, Send

from rekindle.errors import RekindleError
from rekindle.infra.http import HARMLESS, is_known, tags_of

Part = tuple[int, int]
"""The first and the last byte of a part."""

_ONE_PART = re.compile(r"bytes=\s*(?:(?P<first>\d{1,18})-(?P<last>\d{0,18})|-(?P<tail>\d{1,18}))\s*", re.IGNORECASE)


class RangeNotSatisfiable(RekindleError):
    status: ClassVar[int] = 416
    code: ClassVar[str] = "range_not_satisfiable"
    title: ClassVar[str] = "The file has no such part"

    def __init__(self, message: str, *, size: int) -> None:
        """`size` of the whole file, in bytes."""
        super().__init__(message)
        self.headers = {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a request says of the file: the headers If-None-Match, Range and If-Range."""

    none_match: str | None = None
    part: str | None = None
    if_range: str | None = None


def part_of(conditions: Conditions, etag: str, size: int) -> Part | None:
    """The part that is asked for; None for the whole file.

    What cannot be read, asks for several parts at once, or for a part of another version, gets the whole file, as the
    standard allows. Raises RangeNotSatisfiable for a part beyond the end.
    """
    asked = _ONE_PART.fullmatch(conditions.part or "")
    if asked is None or conditions.if_range not in (None, f'"{etag}"'):
        return None
    if asked["tail"]:
        first, last = max(size - int(asked["tail"]), 0), size - 1
        beyond = int(asked["tail"]) == 0 or size == 0
    else:
        first, last = int(asked["first"]), min(int(asked["last"] or size - 1), size - 1)
        if asked["last"] and int(asked["last"]) < first:
            return None
        beyond = first >= size
    if beyond:
        raise RangeNotSatisfiable(f"This file has {size} bytes, and the part begins after them.", size=size)
    return first, last


class PartialFile(FileResponse):
    """A file of which a part is sent, or all of it."""

    part: Part | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name not in (b"range", b"if-range")]
        if self.part is not None:
            headers.append((b"range", b"bytes=%d-%d" % self.part))
        await super().__call__({**scope, "headers": headers}, receive, send)


def send_parts(
    path: Path, media_type: str, *, etag: str, asked: Conditions, stack: AsyncExitStack, name: str | None = None
) -> Response:
    """A file or the part of it that is asked for, or 304 when the caller has it; else like `send_file`.

    Raises RangeNotSatisfiable.
    """
    if is_known(etag, asked.none_match):
        return Response(status_code=304, headers=tags_of(etag))
    part = part_of(asked, etag, path.stat().st_size)
    keeping = stack.pop_all()
    answer = PartialFile(
        path, headers=tags_of(etag) | HARMLESS, media_type=media_type, filename=name,
        content_disposition_type="inline" if name is None else "attachment", background=BackgroundTask(keeping.aclose),
    )  # fmt: skip
    answer.part = part
    return answer
