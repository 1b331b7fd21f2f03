"""A connection that speaks HTTP/1.1 (RFC 9112), for one request at a time: asyncio's own transports, and the parser of
httptools (llhttp, strict).

It holds as little as it can while nothing happens: a thousand of them wait for seconds, each for its own answer.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass
from typing import cast

import httptools
import httpx2

MOST_HEAD = 64 * 1024
"""Bytes of the head of an answer."""

AHEAD = 256 * 1024
"""Bytes of a body that are held before they are asked for, once anybody asks for it."""

_FEW = 4096
"""Bytes that are read at once while nobody asks for the body: all that it holds until somebody does."""

_KEPT_BACK = 128 * 1024
"""Bytes of a request that wait here for the other side, at most."""

_OTHER_ADDRESS = 0.25
"""Seconds after which the next address of a name is tried beside the first (RFC 8305, 5)."""

Headers = list[tuple[bytes, bytes]]


class Buffer:
    """Where the connections of one event loop read into: each empties it before another one fills it."""

    def __init__(self) -> None:
        self.whole = memoryview(bytearray(256 * 1024))
        self.few = self.whole[:_FEW]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a connection goes: a name or an address, a port, and for TLS the rules and whose certificate it must be."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds without any progress after which it is given up; None is for ever."""

    connect: float | None = None
    write: float | None = None
    read: float | None = None


class Connection(asyncio.BufferedProtocol):
    """To one place; `connected` opens it. What goes wrong is an error of httpx2, and the connection is done then."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._woken: asyncio.Future[bool] | None = None
        self._full = self._paused = False
        self.gone = False
        self.idle_since = 0.0
        self._begin()

    def _begin(self) -> None:
        self._headers: Headers = []
        self._parts: list[bytes] = []
        self._held = self._head_size = self._status = 0
        self._told = self._complete = self._sent = self._wanted = self._until_end = False
        self._lasts = True
        self._failure: httpx2.HTTPError | None = None

    async def ask(
        self, head: bytes, body: AsyncIterable[bytes], limits: Limits, *, at_once: bool = False
    ) -> tuple[int, Headers]:
        """Send a request; the status of its answer, and the headers. An answer that comes early ends the sending.
        `at_once`: the body of the answer will be asked for as soon as it comes, so that much of it may be read already.
        """
        self._begin()
        self._wanted = at_once
        self._parser = httptools.HttpResponseParser(self)
        parts = aiter(body)
        try:
            async for part in parts:
                self._write(head + part if head else part)
                head = b""
                while self._full and not self._over:
                    await self._news(limits.write, httpx2.WriteTimeout)
                if self._over:
                    break
            else:
                self._write(head)
                self._sent = True
        finally:
            if isinstance(parts, AsyncGenerator):
                await parts.aclose()
        while not self._told:
            if self._failure is not None:
                raise self._failure
            await self._news(limits.read, httpx2.ReadTimeout)
        return self._status, self._headers

    async def body(self, limits: Limits) -> AsyncGenerator[bytes]:
        """What the answer brings, as it comes. To be called once."""
        self._wanted = True
        while True:
            if self._parts:
                parts, self._parts, self._held = self._parts, [], 0
                yield parts[0] if len(parts) == 1 else b"".join(parts)
            elif self._complete:
                return
            elif self._failure is not None:
                raise self._failure
            else:
                self._resume()
                await self._news(limits.read, httpx2.ReadTimeout)

    @property
    def ready(self) -> bool:
        """Whether it is good for another request."""
        return self._complete and self._sent and self._lasts and not self.gone

    def rest(self) -> None:
        """Let go of what belongs to the last request."""
        self._parser = None
        self._begin()
        self._resume()

    def close(self) -> None:
        """Say goodbye to the other side, which is waiting for nothing."""
        self.gone = True
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """End it at once."""
        self._fail(httpx2.ReadError("the connection was given up"))

    @property
    def _over(self) -> bool:
        """Whether it makes no sense to send more."""
        return self._told or self.gone or self._failure is not None

    def _write(self, data: bytes) -> None:
        if data and self._transport is not None and not self.gone:
            self._transport.write(data)

    async def _news(self, seconds: float | None, late: type[httpx2.TimeoutException]) -> None:
        loop = asyncio.get_running_loop()
        self._woken = loop.create_future()
        # By hand: `asyncio.timeout` costs as much as what is read.
        timer = None if seconds is None else loop.call_later(seconds, self._wake, False)
        try:
            if not await self._woken:
                raise late(f"nothing came for {seconds} seconds")
        finally:
            self._woken = None
            if timer is not None:
                timer.cancel()

    def _wake(self, came: bool = True) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(came)

    def _resume(self) -> None:
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    def _fail(self, error: httpx2.HTTPError) -> None:
        self.gone = True
        self._failure = self._failure or error
        if self._transport is not None:
            self._transport.abort()
        self._wake()

    # What asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_KEPT_BACK)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone, self._transport = True, None
        if exc is None and self._told and self._until_end and self._failure is None:
            self._complete = True
        elif not self._complete and self._failure is None:
            self._failure = httpx2.ReadError(str(exc)) if exc else httpx2.RemoteProtocolError("it was closed too early")
        self._parser = None
        self._wake()

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._wake()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer.whole if self._wanted else self._buffer.few

    def buffer_updated(self, nbytes: int) -> None:
        if self._parser is None or self._complete:
            # Whatever this is, it is no answer to what will be asked.
            self._fail(httpx2.RemoteProtocolError("an answer that nobody asked for"))
            return
        try:
            self._parser.feed_data(self._buffer.whole[:nbytes])
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._lasts = False
            if not self._complete:
                self._fail(httpx2.RemoteProtocolError(str(error)))
        self._head_size += 0 if self._told else nbytes
        if self._head_size > MOST_HEAD:
            self._fail(httpx2.RemoteProtocolError("the head of the answer is too long"))
        if self._held > (AHEAD if self._wanted else 0) and not self._complete:
            self._pause()
        self._wake()

    def _pause(self) -> None:
        if not self._paused and self._transport is not None and not self._transport.is_closing():
            self._paused = True
            self._transport.pause_reading()

    # What the parser tells

    def on_message_begin(self) -> None:
        # After the answer was complete, there is nothing more to come.
        self._lasts = self._lasts and not self._complete

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._told:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        assert self._parser is not None
        if self._complete:
            return
        self._status = self._parser.get_status_code()
        if self._status < 200:
            # Of what is on its way (RFC 9110, 15.2).
            self._headers = []
            return
        self._told = True
        self._lasts = self._parser.should_keep_alive()
        self._until_end = not {b"content-length", b"transfer-encoding"} & {name.lower() for name, _ in self._headers}

    def on_body(self, body: bytes) -> None:
        if not self._complete:
            self._parts.append(body)
            self._held += len(body)

    def on_message_complete(self) -> None:
        self._complete = self._told


async def connected(target: Target, buffer: Buffer, limits: Limits) -> Connection:
    """A connection to a place. Raises httpx2.ConnectError and httpx2.ConnectTimeout."""
    named = ":" not in target.host and not target.host[-1:].isdigit()
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(limits.connect):
            _, connection = await loop.create_connection(
                lambda: Connection(buffer), target.host, target.port, ssl=target.tls,
                server_hostname=None if target.tls is None else target.name or target.host,
                happy_eyeballs_delay=_OTHER_ADDRESS if named else None,
            )  # fmt: skip
    except TimeoutError as error:
        raise httpx2.ConnectTimeout(f"no connection to {target.host}") from error
    except (OSError, UnicodeError) as error:
        raise httpx2.ConnectError(str(error)) from error
    return connection


def head_of(method: str, url: httpx2.URL, headers: Headers) -> bytes:
    """The head of a request on the wire. Raises httpx2.LocalProtocolError for what would break out of its line."""
    lines = [f"{method} ".encode("ascii") + url.raw_path + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in headers]
    head = b"\r\n".join([*lines, b"", b""])
    ends = len(lines) + 1
    if b"\0" in head or head.count(b"\r") != ends or head.count(b"\n") != ends:
        raise httpx2.LocalProtocolError("a line of the request has another one in it")
    return head


def limits_of(request: httpx2.Request) -> Limits:
    """The limits that come with a request."""
    told = request.extensions.get("timeout", {})
    return Limits(told.get("connect"), told.get("write"), told.get("read"))
