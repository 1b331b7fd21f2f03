"""Connections to a service, for a thousand requests at once: a transport for httpx2 that keeps few of them and little
for each.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator

import httpx2

from rekindle.infra.idle import Idle
from rekindle.infra.wire import Buffer, Connection, Limits, Target, connected, head_of, limits_of

_PORTS = {"http": 80, "https": 443}

_Place = tuple[str, str, int]


class Connections(httpx2.AsyncBaseTransport):
    """For requests with a known length. Nothing is asked twice, and no redirect is followed."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self._tls = None if tls is None else _with_http(tls)
        self._buffer = Buffer()
        self._idle = Idle()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        place, limits = _place(request.url), limits_of(request)
        head = head_of(request.method, request.url, request.headers.raw)
        if not isinstance(request.stream, httpx2.AsyncByteStream) or "transfer-encoding" in request.headers:
            raise httpx2.LocalProtocolError("the length of a request must be known")
        if request.method == "HEAD":
            raise httpx2.LocalProtocolError("an answer has its body here")
        connection = self._idle.take(place) or await self._opened(place, limits)
        try:
            status, headers = await connection.ask(head, request.stream, limits)
        except BaseException:
            connection.abort()
            raise
        return httpx2.Response(status, headers=headers, stream=_Answer(self._idle, place, connection, limits))

    async def aclose(self) -> None:
        self._idle.close()

    async def _opened(self, place: _Place, limits: Limits) -> Connection:
        scheme, host, port = place
        tls = await self._secured() if scheme == "https" else None
        return await connected(Target(host, port, tls), self._buffer, limits)

    async def _secured(self) -> ssl.SSLContext:
        """What says whom to believe. To read the certificates of the system takes as long as ten calls."""
        if self._tls is None:
            self._tls = await asyncio.to_thread(_of_the_system)
        return self._tls


class _Answer(httpx2.AsyncByteStream):
    """The body of an answer, which gives its connection back when it is closed."""

    def __init__(self, home: Idle, place: _Place, connection: Connection, limits: Limits) -> None:
        self._home, self._place, self._limits = home, place, limits
        self._connection: Connection | None = connection

    def __aiter__(self) -> AsyncIterator[bytes]:
        assert self._connection is not None, "the answer is closed"
        return self._connection.body(self._limits)

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._home.keep(self._place, connection)


def _of_the_system() -> ssl.SSLContext:
    return _with_http(ssl.create_default_context())


def _with_http(tls: ssl.SSLContext) -> ssl.SSLContext:
    tls.set_alpn_protocols(["http/1.1"])
    return tls


def _place(url: httpx2.URL) -> _Place:
    if url.scheme not in _PORTS:
        raise httpx2.UnsupportedProtocol(f"nobody speaks {url.scheme!r} here")
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]
