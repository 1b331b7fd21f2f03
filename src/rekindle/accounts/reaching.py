"""Requests to the issuers that the settings name, and to nobody else: no redirects, little time, small answers."""

from collections.abc import Iterable
from urllib.parse import urlsplit

import httpx2

SECONDS = 10.0
MOST_BYTES = 512 * 1024
"""Discovery documents and key sets have a few thousand."""

_PORTS = {"http": 80, "https": 443}

Place = tuple[str, str, int]
"""Scheme, host and port."""


class OutOfReach(httpx2.TransportError):
    """A request that may not be made, or an answer that is not taken."""


class Reach(httpx2.AsyncBaseTransport):
    """A transport for requests to the host of `issuer`, and to `hosts` by the same scheme."""

    def __init__(self, issuer: str, hosts: Iterable[str] = ()) -> None:
        scheme = urlsplit(issuer).scheme
        self._places = frozenset(place_of(each) for each in (issuer, *(f"{scheme}://{host}" for host in hosts)))
        self._wire = httpx2.AsyncHTTPTransport(retries=1)

    def allows(self, url: str) -> bool:
        """Whether requests to this address are made."""
        try:
            return place_of(url) in self._places
        except ValueError:
            return False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request, and the whole of its answer. Raises OutOfReach."""
        if not self.allows(str(request.url)):
            raise OutOfReach(f"{request.url.host} is not among the hosts of this issuer")
        # An answer that is not compressed is as large as it seems.
        request.headers["Accept-Encoding"] = "identity"
        answer = await self._wire.handle_async_request(request)
        try:
            if "content-encoding" in answer.headers:
                raise OutOfReach(f"{request.url.host} compressed its answer")
            body = bytearray()
            async for part in answer.aiter_raw():
                body += part
                if len(body) > MOST_BYTES:
                    raise OutOfReach(f"{request.url.host} sent more than {MOST_BYTES} bytes")
        finally:
            await answer.aclose()
        headers = [(name, value) for name, value in answer.headers.items() if name != "transfer-encoding"]
        return httpx2.Response(answer.status_code, headers=headers, content=bytes(body), request=request)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._wire.aclose()


def place_of(url: str) -> Place:
    """Where an address leads. Raises ValueError for one that leads nowhere, and for one with a name and a password."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise ValueError(f"{url!r} is no address that can be asked")
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
