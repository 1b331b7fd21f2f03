"""Bytes come in: counted against the limit and hashed while they stream to a file, from a raw body or from a form."""

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar
from urllib.parse import unquote

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from rekindle.errors import Invalid, RekindleError, TooLarge
from rekindle.infra.room import told_when_full

MAX_NAME = 200
FORM_OVERHEAD = 64 * 1024
"""Bytes that the form around a file may add."""
COPY = 1024 * 1024
"""Bytes that are copied at a time."""
MUCH = 256 * 1024
"""Bytes of an upload that are written at a time; as many of each one that is arriving are in memory."""
MOST_PARTS = 100
"""Parts of a form; each costs more than its bytes."""


class UploadTimedOut(RekindleError):
    status: ClassVar[int] = 408
    code: ClassVar[str] = "upload_timed_out"
    title: ClassVar[str] = "The upload stopped"


class BadForm(Invalid):
    code: ClassVar[str] = "bad_form"
    title: ClassVar[str] = "The form cannot be read"


@dataclass(frozen=True, slots=True)
class Received:
    """A file that arrived: its bytes at `path`, and the name it was given, cleaned for display."""

    path: Path
    filename: str
    bytes: int
    sha256: str


class Receiver:
    """Writes what arrives to a file, never more than `max_bytes`.

    An upload is given up after `timeout` seconds without a byte, and when it brings fewer than `least_rate` bytes a
    second over as many seconds.
    """

    def __init__(self, path: Path, *, max_bytes: int, timeout: float, least_rate: float = 0.0) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._timeout = timeout
        self._least_rate = least_rate
        self._hash = hashlib.sha256()
        self._bytes = 0
        self._taken = bytearray()

    def expect(self, declared: str | None, *, overhead: int = 0) -> None:
        """Look at the length that the request declares, so that one too long is refused at once. Raises TooLarge."""
        if declared is not None and declared.isdecimal() and int(declared) > self._max_bytes + overhead:
            raise _too_large(self._max_bytes)

    async def raw(self, chunks: AsyncIterator[bytes], filename: str) -> Received:
        """The body is the file. Raises TooLarge, UploadTimedOut, StorageFull."""
        async with self._writing() as file:
            async for chunk in _in_time(chunks, self._timeout, self._least_rate):
                self._take(chunk)
                await self._write_much(file)
        return self._received(filename)

    async def form(self, chunks: AsyncIterator[bytes], content_type: str) -> Received:
        """The file is the part `file` of a form. Raises BadForm and the errors of `raw`."""
        async with self._writing() as file:
            part = _FilePart(self._take)
            parser = _parser(content_type, part)
            arrived = 0
            async for chunk in _in_time(chunks, self._timeout, self._least_rate):
                arrived += len(chunk)
                _feed(parser, chunk)
                await self._write_much(file)
                if arrived - self._bytes > FORM_OVERHEAD:
                    raise BadForm("The form holds too much beside the photo. Send the part named `file` alone.")
        if not part.complete:
            raise BadForm("The form has no complete part named `file`. Send the photo in a part with that name.")
        return self._received(part.filename)

    def file(self, source: Path, filename: str) -> Received:
        """A file that is on this machine already; it stays where it is. Raises TooLarge, StorageFull."""
        with told_when_full(), source.open("rb") as arrived, self._path.open("wb") as file:
            while chunk := arrived.read(COPY):
                self._take(chunk)
                self._write(file)
        return self._received(filename)

    @asynccontextmanager
    async def _writing(self) -> AsyncGenerator[BinaryIO]:
        """The file that is written to; at the end of the block it has all that was taken."""
        with told_when_full(), await asyncio.to_thread(self._path.open, "wb", 0) as file:
            yield file
            await asyncio.to_thread(self._write, file)

    def _take(self, chunk: bytes) -> None:
        self._bytes += len(chunk)
        if self._bytes > self._max_bytes:
            raise _too_large(self._max_bytes)
        self._taken += chunk

    async def _write_much(self, file: BinaryIO) -> None:
        """Write what was taken once it is worth a thread: whoever writes waits for a disk that cannot keep up."""
        if len(self._taken) >= MUCH:
            await asyncio.to_thread(self._write, file)

    def _write(self, file: BinaryIO) -> None:
        self._hash.update(self._taken)
        # A file without a buffer of its own may take less than it is given.
        with memoryview(self._taken) as taken:
            written = 0
            while written < len(taken):
                written += file.write(taken[written:])
        self._taken.clear()

    def _received(self, filename: str) -> Received:
        return Received(self._path, clean_name(filename), self._bytes, self._hash.hexdigest())


class _FilePart:
    """Follows the parts of a form and hands on the bytes of the one named `file`."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._headers: dict[str, str] = {}
        self._name = bytearray()
        self._value = bytearray()
        self._inside = False
        self._parts = 0
        self.filename = ""
        self.complete = False

    def on_part_begin(self) -> None:
        self._headers.clear()
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise BadForm(f"The form has more than {MOST_PARTS} parts. Send the part named `file` alone.")

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("latin-1")
        self._name.clear()
        self._value.clear()

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition"))
        self._inside = options.get(b"name") == b"file" and not self.complete
        if self._inside:
            # Browsers send names in UTF-8 (WHATWG, multipart/form-data encoding algorithm).
            self.filename = options.get(b"filename", b"").decode("utf-8", "replace")

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._write(data[start:end])

    def on_part_end(self) -> None:
        self.complete = self.complete or self._inside
        self._inside = False


def clean_name(name: str) -> str:
    """A file name for display: without folders and control characters, at most 200 characters, never empty."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    # White space of every kind parts words; what else cannot be printed goes.
    printable = "".join(letter for letter in last if letter.isprintable() or letter.isspace())
    printable = " ".join(printable.split())
    if len(printable) > MAX_NAME:
        suffix = Path(printable).suffix[:12]
        printable = " ".join((printable[: MAX_NAME - len(suffix)] + suffix).split())
    return "photo" if printable in ("", ".", "..") else printable


def name_from_header(value: str | None) -> str:
    """The file name in an `X-Filename` header, which is percent-encoded UTF-8."""
    return unquote(value or "", errors="replace")


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(
        f"This file is larger than {max_bytes / 1_000_000:.0f} MB. Save it smaller, or as JPEG, and try again."
    )


async def _in_time(chunks: AsyncIterator[bytes], seconds: float, least_rate: float) -> AsyncIterator[bytes]:
    """The chunks, unless none comes for `seconds` or they come more slowly than `least_rate` over as long."""
    iterator = aiter(chunks)
    since, arrived = time.monotonic(), 0
    while True:
        try:
            async with asyncio.timeout(seconds):
                chunk = await anext(iterator)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise UploadTimedOut(
                "Nothing arrived for a while, so the upload was given up. Please try again."
            ) from error
        arrived += len(chunk)
        elapsed = time.monotonic() - since
        if elapsed >= seconds:
            # A window at a time, so that a fast beginning does not pay for a trickle that keeps the place for hours.
            if arrived < least_rate * elapsed:
                raise UploadTimedOut("The upload came too slowly and was given up. Try again on a better connection.")
            since, arrived = time.monotonic(), 0
        yield chunk


def _parser(content_type: str, part: _FilePart) -> MultipartParser:
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= 70:
        raise BadForm("The form does not say where its parts begin. Send it as multipart/form-data with a boundary.")
    return MultipartParser(
        boundary,
        {
            "on_part_begin": part.on_part_begin,
            "on_header_field": part.on_header_field,
            "on_header_value": part.on_header_value,
            "on_header_end": part.on_header_end,
            "on_headers_finished": part.on_headers_finished,
            "on_part_data": part.on_part_data,
            "on_part_end": part.on_part_end,
        },
    )


def _feed(parser: MultipartParser, chunk: bytes) -> None:
    try:
        parser.write(chunk)
    except MultipartParseError as error:
        raise BadForm(
            "The form is damaged. Send it as multipart/form-data with the photo in a part named `file`."
        ) from error
