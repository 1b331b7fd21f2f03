"""Requests to the address of a provider, and what their troubles mean: the one place where HTTP becomes errors.

The key goes to the address of the settings and nowhere else: an address that an answer names is fetched without it, by
`infra/fetching.py`. Answers are bounded in size and time, and redirects are not followed.
"""

import asyncio
import json as codec
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2

from rekindle.infra.connections import Pools
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

_LONG_TO_READ = 256 * 1024
"""Bytes of an answer from which on it is not read in the event loop."""

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
    whose pictures it carries. `begins`: it hands an edit in, so nobody knows what a cut connection left behind.
    """

    method: str
    path: str
    edit: Edit | None = None
    json: Any = None
    form: Mapping[str, str] | None = None
    files: tuple[tuple[str, tuple[str, bytes, str]], ...] = ()
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
        timeout = httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds / 2))
        self._client = httpx2.AsyncClient(
            headers={"Accept-Encoding": "identity", **headers},
            timeout=timeout, follow_redirects=False, trust_env=False, transport=transport or Pools(),
        )  # fmt: skip

    async def call(self, ask: Ask) -> Answer:
        """The answer to a request. Raises a ProviderError."""
        request = self._client.build_request(
            ask.method, self._address(ask.path), json=ask.json, data=ask.form, files=list(ask.files) or None,
            headers=dict(ask.headers),
        )  # fmt: skip
        if ask.edit is not None and ask.edit.leaving is not None:
            await ask.edit.leaving(self.host, len(await request.aread()))
        try:
            # The client's own limit is for each part of an answer, and one that drips has many.
            async with asyncio.timeout(self._seconds):
                status, headers, body = await self._send(request, ask)
        except TimeoutError as error:
            raise _cut(ask, error) from error
        parsed = await asyncio.to_thread(_parsed, body) if len(body) > _LONG_TO_READ else _parsed(body)
        if error := self._error(status, headers, parsed, ask):
            raise error
        if parsed is None:
            said = body[:200].decode(errors="replace")
            message = "The provider answered with something that is no JSON."
            raise BadResult(message, detail=said) if ask.begins else Unavailable(message, detail=said)
        return Answer(status, parsed, headers)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    def _address(self, path: str) -> str:
        if not path.startswith(("http://", "https://")):
            return f"{self.base_url}{path}"
        if _place(path) != _place(self.base_url):
            raise BadResult("The provider sent us to another host.", detail=path)
        return path

    async def _send(self, request: httpx2.Request, ask: Ask) -> tuple[int, Mapping[str, str], bytes]:
        try:
            answer = await self._client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Unavailable("The provider cannot be reached.", detail=str(error)) from error
        except httpx2.HTTPError as error:
            raise _cut(ask, error) from error
        try:
            body = bytearray()
            async for part in answer.aiter_raw():
                body += part
                if len(body) > MOST_BYTES:
                    raise BadResult(f"The provider sent more than {MOST_BYTES // 1024**2} MB.")
        except httpx2.HTTPError as error:
            raise _cut(ask, error) from error
        finally:
            await answer.aclose()
        return answer.status_code, answer.headers, bytes(body)

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


def _parsed(body: bytes) -> Any:
    try:
        return codec.loads(body)
    except ValueError:
        return None


def _place(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port
