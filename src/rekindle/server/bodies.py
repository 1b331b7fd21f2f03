"""Bodies that are parsed are small and come soon: nobody fills the memory before it is known who they are."""

import asyncio
import re

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rekindle.errors import RekindleError, TooLarge
from rekindle.infra.http import API
from rekindle.photos.receive import UploadTimedOut
from rekindle.server.linger import has_body
from rekindle.server.problems import problem

MOST = 256 * 1024
"""Bytes: the largest body that means anything, a job with all the dabs of colour it can have, has a tenth of them."""
SECONDS = 15.0

STREAMED = re.compile(rf"{API}/(?:photos|photos/[^/]+/masks|billing/webhook)/?")
"""Addresses of routes that read their bodies themselves, each with limits of its own. With a slash too many they are
nobody's, and told so."""


class SmallBodies:
    """Reads the bodies that routes get as values, before anything else is done for a request.

    Frameworks collect such a body in memory, whatever its length, and only then ask who sends it.
    """

    def __init__(self, app: ASGIApp, *, most: int = MOST, seconds: float = SECONDS) -> None:
        self._app = app
        self._most, self._seconds = most, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or STREAMED.fullmatch(scope["path"]) or not has_body(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._read(scope, receive)
        except TimeoutError:
            late = UploadTimedOut("The request did not arrive whole, and in time. Please try again.")
            await _refuse(scope, receive, send, late)
        except TooLarge as error:
            await _refuse(scope, receive, send, error)
        else:
            if body is not None:
                await self._app(scope, _first(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body, None when its sender went away. Raises TooLarge."""
        too_large = TooLarge(f"A request like this has at most {self._most} bytes.")
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > self._most:
            raise too_large
        parts, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts += message.get("body", b"")
            if len(parts) > self._most:
                raise too_large
            more = message.get("more_body", False)
        return bytes(parts)


def _first(body: bytes, receive: Receive) -> Receive:
    """What gives the body, and from then on what `receive` gives."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return waiting.pop() if waiting else await receive()

    return given


async def _refuse(scope: Scope, receive: Receive, send: Send, error: RekindleError) -> None:
    answer = problem(Request(scope), status=error.status, code=error.code, title=error.title, detail=error.message)
    await answer(scope, receive, send)
