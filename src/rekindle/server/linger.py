"""Refusals that reach their reader: a client that is still sending does not hear the answer unless someone listens."""

import asyncio
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST = 15.0
"""Seconds that are spent on throwing away the rest of a request."""
MOST = 64_000_000
"""Bytes of the rest of a request that are thrown away."""


class Linger:
    """After an answer that came before the end of the request's body, reads on for a while, then closes.

    Closing at once would reset the connection, and the reset may overtake the answer; reading on for ever would let an
    endless body hold its place (lingering close, as RFC 9112, section 9.6, describes it).
    """

    def __init__(self, app: ASGIApp, *, seconds: float = LONGEST, most: int = MOST) -> None:
        self._app = app
        self._seconds, self._most = seconds, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and has_body(Headers(scope=scope)):
            exchange = _Exchange(receive, send, seconds=self._seconds, most=self._most)
            await self._app(scope, exchange.receive, exchange.send)
        else:
            await self._app(scope, receive, send)


class _Exchange:
    """One request with a body, and its answer."""

    def __init__(self, receive: Receive, send: Send, *, seconds: float, most: int) -> None:
        self._receive, self._send = receive, send
        self._seconds, self._left = seconds, most
        self._read = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._read = self._read or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if self._read:
            await self._send(message)
        elif message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Connection"] = "close"
            await self._send(message)
        elif message.get("more_body", False):
            await self._send(message)
        else:
            await self._send({**message, "more_body": True})
            await self._throw_away()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _throw_away(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                while not self._read and self._left > 0:
                    body: Any = (await self.receive()).get("body", b"")
                    self._left -= len(body)
        except TimeoutError:
            return


def has_body(headers: Headers) -> bool:
    """Whether a request with these headers has a body."""
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
