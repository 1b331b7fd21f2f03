"""Requests to the address of a provider, and what their troubles mean: the one place where HTTP becomes errors.

The key goes to the address of the settings and nowhere else: an address that an answer names is fetched without it, by
`infra/fetching.py`. Answers are bounded in size and time, and redirects are not followed. Of a call that waits there is
next to nothing in memory: photos are read as they are sent, and few long answers are dealt with at once.
"""

import asyncio
import json as codec
import math
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from rekindle.infra.connections import Connections
from rekindle.infra.turns import Turn, Turns
from rekindle.providers.answers import read_json
from rekindle.providers.bodies import NOTHING, Body, Sending, form_body, json_body
from rekindle.providers.errors import (
    BadResult,
    Lost,
    Misconfigured,
    ProviderError,
    RateLimited,
    Unavailable,
    Unsupported,
)
from rekindle.providers.protocol import Edit

MOST_BYTES = 64 * 1024 * 1024
"""Of one answer: a picture of 20 megapixels in base64 fits."""

CONNECT_SECONDS = 10.0

_LONG_TO_READ = 1024 * 1024
"""Bytes of an answer from which on it is not read in the event loop: a thread costs more than that."""

_LONG = 32 * 1024
"""Bytes of an answer from which on it waits until few others are in memory."""

AT_THE_DOOR = 32
"""Requests with files that are sent at once: they share one line anyway."""

LONG_AT_ONCE = 16
"""Long answers that are in memory at once."""

USUAL_PAUSE = 10.0
"""Seconds to wait after a refusal for being too often that does not say how long."""

LONGEST_PAUSE = 86_400.0

_TOO_MANY = 429
_NOT_IN_TIME = frozenset({504, 524})
"""What stands in front of a provider has handed it the request (RFC 9110, 15.6.5; 524 is Cloudflare's word for it)."""

Explain = Callable[[int, Any], ProviderError | None]
"""What a provider's own body means, given the status and the body (None when it is no JSON)."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: `method`, and a `path` below the provider's address or a whole address at the same host. `edit` is
    whose pictures it carries. `begins`: it hands an edit in, so nobody knows what a cut connection left behind. Files
    may be enclosed in the `json` (see `forms.py`), or go as they are beside a `form`.
    """

    method: str
    path: str
    edit: Edit | None = None
    json: Any = None
    form: Mapping[str, str] | None = None
    files: tuple[tuple[str, tuple[str, bytes | Path, str]], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A body of JSON that came with a good status."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Upstream:
    """The HTTP side of one provider."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        seconds: float = 120.0,
        explain: Explain | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`headers` carry the key; `seconds` is the most that one request may take."""
        self.base_url = base_url.rstrip("/")
        self.host = urlsplit(self.base_url).hostname or ""
        self._explain = explain
        self._seconds = seconds
        self._headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "rekindle", **headers}
        self._limits = {"timeout": {"connect": min(CONNECT_SECONDS, seconds / 2)}}
        self._transport = transport or Connections()
        self._door, self._long_answers = Turns(AT_THE_DOOR), Turns(LONG_AT_ONCE)

    async def call(self, ask: Ask) -> Answer:
        """The answer to a request. Raises a ProviderError."""
        async with self.answered(ask) as answer:
            return answer

    @asynccontextmanager
    async def answered(self, ask: Ask) -> AsyncGenerator[Answer]:
        """The answer to a request; few long ones are there at once, as long as their blocks last. Raises a
        ProviderError.
        """
        url, body = self._address(ask.path), _body_of(ask)
        if ask.edit is not None and ask.edit.leaving is not None:
            await ask.edit.leaving(self.host, body.length)
        sending = Sending(body, self._door)
        request = httpx2.Request(
            ask.method, url, headers=self._lines(url, ask, body), stream=sending, extensions=self._limits
        )  # fmt: skip
        turn = Turn(self._long_answers)
        try:
            await sending.enter()
            try:
                # For all of it: limits for each part do not help against an answer that drips.
                async with asyncio.timeout(self._seconds) as limit:
                    status, headers, content = await self._send(request, ask, turn, limit)
            except TimeoutError as error:
                raise _cut(ask, error) from error
            finally:
                sending.leave()
            yield await self._read(status, headers, content, ask)
        finally:
            turn.leave()

    async def _read(self, status: int, headers: Mapping[str, str], body: bytearray, ask: Ask) -> Answer:
        parsed = await asyncio.to_thread(read_json, body) if len(body) > _LONG_TO_READ else read_json(body)
        if error := self._error(status, headers, parsed, ask):
            raise error
        if parsed is None:
            said = body[:200].decode(errors="replace")
            message = "The provider answered with something that is no JSON."
            raise BadResult(message, detail=said) if ask.begins else Unavailable(message, detail=said)
        return Answer(status, parsed, headers)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    def _lines(self, url: httpx2.URL, ask: Ask, body: Body) -> Mapping[str, str]:
        empty = {} if body.parts or ask.method == "GET" else {"Content-Length": "0"}
        return {"Host": url.netloc.decode(), **self._headers, **empty, **body.headers, **ask.headers}

    def _address(self, path: str) -> httpx2.URL:
        whole = path if path.startswith(("http://", "https://")) else f"{self.base_url}{path}"
        if whole is path and _place(path) != _place(self.base_url):
            raise BadResult("The provider sent us to another host.", detail=path)
        try:
            return _url(whole)
        except httpx2.InvalidURL as error:
            raise BadResult("The provider sent us to another host.", detail=path) from error

    async def _send(
        self, request: httpx2.Request, ask: Ask, turn: Turn, limit: asyncio.Timeout
    ) -> tuple[int, Mapping[str, str], bytearray]:
        try:
            answer = await self._transport.handle_async_request(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Unavailable("The provider cannot be reached.", detail=str(error)) from error
        except (httpx2.HTTPError, OSError) as error:
            raise _cut(ask, error) from error
        body = bytearray()
        try:
            told = answer.headers.get("content-length", "")
            if told.isdecimal() and int(told) > _LONG:
                await _outside(limit, turn)
            assert isinstance(answer.stream, httpx2.AsyncByteStream)
            async for part in answer.stream:
                body += part
                if len(body) > _LONG:
                    await _outside(limit, turn)
                if len(body) > MOST_BYTES:
                    raise BadResult(f"The provider sent more than {MOST_BYTES // 1024**2} MB.")
        except httpx2.HTTPError as error:
            raise _cut(ask, error) from error
        finally:
            await answer.aclose()
        return answer.status_code, answer.headers, body

    def _error(self, status: int, headers: Mapping[str, str], body: Any, ask: Ask) -> ProviderError | None:
        own = self._explain(status, body) if self._explain is not None else None
        if own is not None and not (isinstance(own, RateLimited) and "retry-after" in headers):
            return own
        if isinstance(own, RateLimited) or status == _TOO_MANY:
            return RateLimited("The provider asks for a pause.", after=pause_of(headers), detail=said(body))
        return None if 200 <= status < 300 else by_status(status, said(body), begins=ask.begins)


def said(body: Any) -> str:
    """What an answer says went wrong, in a line."""
    return "" if body is None else codec.dumps(body, ensure_ascii=False)[:300]


def pause_of(headers: Mapping[str, str]) -> float:
    """Seconds that an answer asks to wait, where it says so in seconds (RFC 9110, 10.2.3)."""
    told = as_pause(headers.get("retry-after", ""))
    return USUAL_PAUSE if told is None else told


def as_pause(told: str) -> float | None:
    """A number of seconds to wait, at most a day; None when it is no number."""
    try:
        seconds = float(told)
    except ValueError:
        return None
    return min(max(0.0, seconds), LONGEST_PAUSE) if math.isfinite(seconds) else None


def by_status(status: int, detail: str, *, begins: bool) -> ProviderError:
    """What a bad status means; `begins`: of the request that hands an edit in."""
    if status in (400, 413, 415, 422):
        return Unsupported("The provider cannot do this edit.", detail=detail)
    if status in (401, 402, 403):
        return Misconfigured("The provider does not let us in.", detail=detail)
    if status in (404, 410):
        if begins:
            return Misconfigured("The provider has no such model.", detail=detail)
        return Lost("The provider knows nothing of this edit any more.", detail=detail)
    if begins and status in _NOT_IN_TIME:
        return Lost("The provider took the edit and did not answer in time; it may have been charged.", detail=detail)
    return Unavailable(f"The provider answered with status {status}.", detail=detail)


def _cut(ask: Ask, error: Exception) -> ProviderError:
    detail = f"{type(error).__name__}: {error}"
    if ask.begins:
        return Lost("The provider was handed the edit and did not answer; it may have been charged.", detail=detail)
    return Unavailable("The provider did not answer in time.", detail=detail)


async def _outside(limit: asyncio.Timeout, turn: Turn) -> None:
    """Wait for a turn, and not at the cost of a time limit: nobody there is late."""
    loop, until = asyncio.get_running_loop(), limit.when()
    if turn.came or until is None:
        return
    began = loop.time()
    limit.reschedule(None)
    try:
        await turn.enter()
    finally:
        limit.reschedule(until + loop.time() - began)


def _body_of(ask: Ask) -> Body:
    if ask.json is not None:
        return json_body(ask.json)
    return form_body(ask.form or {}, ask.files) if ask.form or ask.files else NOTHING


@lru_cache(2 * 1024)
def _url(whole: str) -> httpx2.URL:
    """An address, taken apart. Those of a thousand edits are looked at again and again."""
    return httpx2.URL(whole)


@lru_cache(2 * 1024)
def _place(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port
