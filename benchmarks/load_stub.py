"""A stand-in for Google's picture models, for measuring load: it answers at once or after a while, always the same.

    python -m benchmarks.load_stub FOLDER

`picture.png` of the folder comes back for every edit. It says where it listens, and tells what it was asked at /stats.
"""

import asyncio
import base64
import json
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import uvicorn

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

WORDS = "A. noise and low resolution"


class Stub:
    """Counts what it is asked: `image` edits and `text` questions, and how many were under way at the same time."""

    def __init__(self, picture: bytes) -> None:
        self._picture = _answer({"inlineData": {"mimeType": "image/png", "data": base64.b64encode(picture).decode()}})
        self._words = _answer({"text": WORDS})
        self._delays = {"image": 0.0, "text": 0.0}
        self._counts = {"image": 0, "text": 0, "in_flight": 0, "most_in_flight": 0}

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _read(receive)
        if scope["path"] == "/stats":
            answer = json.dumps(self._counts).encode()
        elif scope["path"] == "/control":
            self._control(json.loads(body))
            answer = b"{}"
        else:
            answer = await self._generate("image" if "image" in scope["path"] or "banana" in scope["path"] else "text")
        head = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": answer})

    def _control(self, wanted: Mapping[str, float]) -> None:
        """New delays in seconds; counting begins anew."""
        self._delays.update(wanted)
        self._counts.update(image=0, text=0, most_in_flight=self._counts["in_flight"])

    async def _generate(self, kind: str) -> bytes:
        counts = self._counts
        counts[kind] += 1
        counts["in_flight"] += 1
        counts["most_in_flight"] = max(counts["most_in_flight"], counts["in_flight"])
        try:
            await asyncio.sleep(self._delays[kind])
        finally:
            counts["in_flight"] -= 1
        return self._picture if kind == "image" else self._words


async def _read(receive: Receive) -> bytes:
    pieces: list[bytes] = []
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


def _answer(part: Mapping[str, Any]) -> bytes:
    content = {"role": "model", "parts": [part]}
    usage = {"promptTokenCount": 258, "candidatesTokenCount": 1290, "totalTokenCount": 1548}
    return json.dumps({"candidates": [{"content": content, "finishReason": "STOP"}], "usageMetadata": usage}).encode()


async def _serve(picture: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(Stub(picture), log_level="warning", access_log=False, lifespan="off")
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(_serve((Path(sys.argv[1]) / "picture.png").read_bytes()))
