"""Fetches files from addresses that somebody else named, and reaches nothing but the public internet with them.

An address is checked by where it leads and not by how it is written: the name is looked up once, every answer must be
public, and the connection goes to the answer that was checked, so that a name cannot mean another place a moment later.
"""

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import ClassVar, Literal

import httpx2

from rekindle.errors import RekindleError
from rekindle.infra.idle import Idle
from rekindle.infra.turns import Turn, Turns
from rekindle.infra.wire import Buffer, Connection, Limits, Target, connected, head_of

MOST_BYTES = 64 * 1024 * 1024
MOST_REDIRECTS = 3
CONNECT_SECONDS = 10.0
AT_ONCE = 32
"""Files that are fetched at once: parts of them are in memory."""

_PART = 1024 * 1024
_LIMITS = Limits(CONNECT_SECONDS, 30.0, 30.0)
_MOST_ADDRESSES = 3
"""Of one name, that are tried one after the other."""

_HOST = re.compile(r"[A-Za-z0-9._:-]+")
"""A name or an address, as it goes over the wire (international names in their ASCII form)."""

_HEADERS = [
    (b"User-Agent", b"rekindle"), (b"Accept", b"*/*"), (b"Accept-Encoding", b"identity"),
]  # fmt: skip

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_NAT64 = IPv6Network("64:ff9b::/96")
_GONE = frozenset({403, 404, 410})
"""403 is what object stores answer to an address that has expired."""

_MOVED = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, for a port. Raises OSError."""

Look = Callable[[Path], None]
"""Looks at a file that came, in the thread that wrote it. What it raises goes to whoever wanted the file."""

Why = Literal["forbidden", "gone", "too_large", "unreachable"]


class NotFetched(RekindleError):
    """Nothing came. `why` says what to think of it: `unreachable` may be another way later, the others will not."""

    status = 502
    code: ClassVar[str] = "not_fetched"
    title: ClassVar[str] = "A file could not be fetched"

    def __init__(self, message: str, why: Why) -> None:
        super().__init__(message)
        self.why: Why = why

    @property
    def gone(self) -> bool:
        """Whether it was there once: expired, or removed."""
        return self.why == "gone"

    @property
    def forbidden(self) -> bool:
        """Whether the address is one that we do not go to."""
        return self.why == "forbidden"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came. `media_type` is only what the other side says it is."""

    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class _Way:
    """Where an address leads: what to ask for, as whom, and the addresses that were checked."""

    url: httpx2.URL
    port: int
    addresses: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What somebody answers, of which the body is still to come."""

    status: int
    headers: httpx2.Headers
    body: AsyncIterator[bytes]


class _Saving:
    """A file as it is written: beside its place until it is whole. But for `clear_up`, not for the event loop."""

    def __init__(self, target: Path, look: Look | None) -> None:
        self._target, self._look = target, look
        self._part = target.with_name(f"{target.name}.part")
        self._begun = False

    def write(self, parts: Sequence[bytes]) -> None:
        """Write more of it."""
        begun, self._begun = self._begun, True
        with self._part.open("ab" if begun else "wb", buffering=0) as file:
            file.write(b"".join(parts))

    def finish(self, parts: Sequence[bytes]) -> None:
        """Write the rest of it, put it in its place, and look at it."""
        self.write(parts)
        self._part.replace(self._target)
        self._begun = False
        if self._look is not None:
            self._look(self._target)

    def clear_up(self) -> None:
        """Leave nothing that is not whole."""
        if self._begun:
            with contextlib.suppress(OSError):
                self._part.unlink(missing_ok=True)


class Fetcher:
    """Fetches files by address, without keys or cookies of anybody."""

    def __init__(
        self,
        *,
        allowed: Iterable[str] = (),
        max_bytes: int = MOST_BYTES,
        seconds: float = 60.0,
        resolve: Resolve | None = None,
    ) -> None:
        """`allowed` are places (`host:port`) where a private address and plain http are well, such as an object store
        in one's own network. `seconds` is the most that one file may take, redirects and all.
        """
        self._allowed = frozenset(place.lower() for place in allowed)
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._resolve = resolve or resolved
        self._tls: ssl.SSLContext | None = None
        self._turns = Turns(AT_ONCE)
        self._buffer, self._idle = Buffer(), Idle()

    async def fetch(self, url: str, target: Path, look: Look | None = None) -> Fetched:
        """Fetch what is at `url` into the file `target`, which appears whole or not at all; then `look` is called with
        it. Raises NotFetched.
        """
        saving, turn = _Saving(target, look), Turn(self._turns)
        try:
            await turn.enter()
            async with asyncio.timeout(self._seconds):
                return await self._follow(url, saving)
        except TimeoutError as error:
            raise NotFetched(f"The file did not come within {self._seconds:g} seconds.", "unreachable") from error
        except httpx2.HTTPError as error:
            raise NotFetched(f"The file did not come: {type(error).__name__}.", "unreachable") from error
        finally:
            turn.leave()
            saving.clear_up()

    async def aclose(self) -> None:
        """Close every connection."""
        self._idle.close()

    async def _follow(self, url: str, saving: "_Saving") -> Fetched:
        current = _parsed(url)
        for _ in range(MOST_REDIRECTS + 1):
            async with contextlib.AsyncExitStack() as stack:
                answer = await self._ask(await self._way(current), stack)
                if answer.status not in _MOVED:
                    return await self._save(answer, saving)
                current = _next(current, answer.headers.get("location", ""))
        raise NotFetched(f"The address was moved more than {MOST_REDIRECTS} times.", "forbidden")

    async def _way(self, url: httpx2.URL) -> _Way:
        """Where an address leads, if we go there. Raises NotFetched."""
        if url.scheme not in ("http", "https") or url.userinfo or not _HOST.fullmatch(url.raw_host.decode()):
            raise NotFetched("Only addresses that begin with https:// and name a host are fetched.", "forbidden")
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        known = f"{url.host.lower()}:{port}" in self._allowed
        if not known and (url.scheme, port) != ("https", 443):
            raise NotFetched("Only https at its usual port is fetched.", "forbidden")
        try:
            addresses = await self._resolve(url.host, port)
        except (OSError, UnicodeError) as error:
            raise NotFetched("The host of the address is not known.", "unreachable") from error
        if not addresses or not (known or all(is_public(address) for address in addresses)):
            raise NotFetched("The address leads to a place that is not public.", "forbidden")
        return _Way(url, port, addresses)

    async def _ask(self, way: _Way, stack: contextlib.AsyncExitStack) -> _Answer:
        """The answer of the first of the addresses that can be connected to."""
        failure: httpx2.HTTPError = httpx2.ConnectError("no address")
        head = head_of("GET", way.url, [(b"Host", way.url.netloc), *_HEADERS])
        for address in way.addresses[:_MOST_ADDRESSES]:
            # A connection that was opened for one name must never serve another, even at the same address.
            place = (way.url.scheme, way.url.raw_host, way.port, address)
            if (kept := self._idle.take(place)) is not None:
                with contextlib.suppress(httpx2.NetworkError, httpx2.RemoteProtocolError):
                    return await self._said(kept, place, head, stack)
            try:
                connection = await self._connected(way, address)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
                continue
            return await self._said(connection, place, head, stack)
        raise failure

    async def _said(
        self, connection: Connection, place: Hashable, head: bytes, stack: contextlib.AsyncExitStack
    ) -> _Answer:
        """What comes over a connection, which is kept for the next file where all of it was read."""
        stack.callback(self._idle.keep, place, connection)
        status, headers = await connection.ask(head, httpx2.ByteStream(b""), _LIMITS, at_once=True)
        body = await stack.enter_async_context(contextlib.aclosing(connection.body(_LIMITS)))
        return _Answer(status, httpx2.Headers(headers), body)

    async def _connected(self, way: _Way, address: str) -> Connection:
        tls = await self._context() if way.url.scheme == "https" else None
        return await connected(Target(address, way.port, tls, way.url.raw_host.decode("ascii")), self._buffer, _LIMITS)

    async def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls

    async def _save(self, answer: _Answer, saving: "_Saving") -> Fetched:
        if answer.status in _GONE:
            raise NotFetched(f"The file is not there any more (status {answer.status}).", "gone")
        if answer.status != 200 or answer.headers.get("content-encoding", "identity") != "identity":
            raise NotFetched(f"The file did not come (status {answer.status}).", "unreachable")
        told = answer.headers.get("content-length", "0")
        if not told.isdigit() or int(told) > self._max_bytes:
            raise self._too_large()
        size, parts, held = 0, list[bytes](), 0
        async for data in answer.body:
            size, held = size + len(data), held + len(data)
            if size > self._max_bytes:
                raise self._too_large()
            parts.append(data)
            if held >= _PART:
                await _done(saving.write, parts)
                parts, held = [], 0
        await _done(saving.finish, parts)
        return Fetched(answer.headers.get("content-type", "").partition(";")[0].strip().lower(), size)

    def _too_large(self) -> NotFetched:
        return NotFetched(f"The file is larger than {self._max_bytes // 1024**2} MB.", "too_large")


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system tells them. It also reads the odd ways to write one (`127.1`)."""
    with contextlib.suppress(ValueError):
        return [str(ip_address(host))]
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet (the IANA registries of special-purpose addresses): not of this
    machine, a private or shared network, a link or a group, nor IPv4 that is dressed up as IPv6.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            # How IPv6-only networks reach IPv4 (RFC 6052): as public as what is inside.
            return is_public(str(IPv4Address(int(address) & 0xFFFFFFFF)))
        if address not in _GLOBAL_UNICAST or address in _SIX_TO_FOUR:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _parsed(url: str) -> httpx2.URL:
    try:
        return httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError, TypeError) as error:
        raise NotFetched("This is not an address.", "forbidden") from error


def _next(current: httpx2.URL, location: str) -> httpx2.URL:
    try:
        return current.join(location)
    except (httpx2.InvalidURL, ValueError, TypeError) as error:
        raise NotFetched("The address was moved to something that is not an address.", "forbidden") from error


async def _done(function: Callable[..., None], *arguments: object) -> None:
    """Call a function in a thread, and be back no earlier than it, even when canceled: files are cleared up after."""
    working = asyncio.get_running_loop().run_in_executor(None, function, *arguments)
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        raise
