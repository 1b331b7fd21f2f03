"""Connections to one service, for many requests at once."""

import itertools
import ssl

import httpx2

POOLS = 16
KEPT = 4
"""Idle connections that each pool keeps."""


class Pools(httpx2.AsyncBaseTransport):
    """Several pools of connections that take turns.

    One looks at all of its connections for each request, so that a thousand requests at once cost it a million looks;
    sixteen of them come to a sixteenth of that.
    """

    def __init__(self) -> None:
        context = ssl.create_default_context()
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=KEPT)
        self._pools = [
            httpx2.AsyncHTTPTransport(verify=context, limits=limits, trust_env=False) for _ in range(POOLS)
        ]  # fmt: skip
        self._turns = itertools.cycle(self._pools)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await next(self._turns).handle_async_request(request)

    async def aclose(self) -> None:
        for pool in self._pools:
            await pool.aclose()
