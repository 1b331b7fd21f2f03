"""The upstream of `many_calls`: two providers that take their time, at next to no cost of their own.

The simulators of the tests look at everything that they are asked, and would take half of the machine from what is
measured; this one looks closely at the first order of each kind and only counts the bytes of the others. All of its
connections read into one buffer, and it looks for no garbage: it shares its cores with what is measured.
"""

import asyncio
import base64
import gc
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httptools

BACKLOG = 4096
_READ_INTO = memoryview(bytearray(512 * 1024))
"""Where all connections read, one after the other: what was read is dealt with before the next one reads."""


@dataclass
class World:
    """What is known to both of its places: what comes of an order, when, and what was ordered."""

    picture: bytes
    seconds: float
    queue: str = ""
    store: str = ""
    born: dict[str, float] = field(default_factory=dict[str, float])
    drawn: bytes = b""
    wrong: list[str] = field(default_factory=list[str])
    seen: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        part = {"inlineData": {"mimeType": "image/jpeg", "data": base64.b64encode(self.picture).decode()}}
        candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
        usage = {"candidatesTokenCount": 1290}
        self.drawn = answer(json.dumps({"candidates": [candidate], "usageMetadata": usage}).encode())


class Talk(asyncio.BufferedProtocol):
    """One connection of somebody who asks."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.parser = httptools.HttpRequestParser(self)
        self.url, self.size, self.body = b"", 0, list[bytes]()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return _READ_INTO

    def buffer_updated(self, nbytes: int) -> None:
        self.parser.feed_data(_READ_INTO[:nbytes])

    def on_message_begin(self) -> None:
        self.url, self.size, self.body = b"", 0, []

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_body(self, body: bytes) -> None:
        self.size += len(body)
        if self.kind not in self.world.seen:
            self.body.append(body)

    @property
    def kind(self) -> str:
        return "drawn" if self.url.endswith(b":generateContent") else "queued"

    def on_message_complete(self) -> None:
        path = self.url.decode()
        if self.parser.get_method() == b"POST":
            self._look()
        if path.endswith(":generateContent"):
            asyncio.get_running_loop().call_later(self.world.seconds, self._say, self.world.drawn)
        elif self.parser.get_method() == b"POST":
            self._say(self._receipt(path))
        elif path.endswith("/status"):
            self._say(self._news(path.split("/")[-2]))
        elif "/requests/" in path:
            self._say(answer(json.dumps({"images": [{"url": f"{self.world.store}/result.jpg"}]}).encode()))
        else:
            self._say(answer(self.world.picture, b"image/jpeg"))

    def _look(self) -> None:
        """At the photo of the first order of a kind; the others only have to be about as long."""
        least = len(self.world.picture)
        if self.size < least:
            self.world.wrong.append(f"an order of {self.size} bytes")
        elif self.kind not in self.world.seen:
            self.world.seen.add(self.kind)
            text = b"".join(self.body).partition(b"/9j/")[2].partition(b'"')[0]
            if base64.b64decode(b"/9j/" + text) != self.world.picture:
                self.world.wrong.append("another photo than the one that was sent")

    def _receipt(self, path: str) -> bytes:
        number = str(len(self.world.born))
        self.world.born[number] = time.monotonic()
        at = f"{self.world.queue}/{'/'.join(path.split('/')[1:3])}/requests/{number}"
        told = {"request_id": number, "status_url": f"{at}/status", "response_url": at, "cancel_url": f"{at}/cancel"}
        return answer(json.dumps({"status": "IN_QUEUE", **told}).encode())

    def _news(self, number: str) -> bytes:
        ready = time.monotonic() - self.world.born[number] >= self.world.seconds
        return answer(json.dumps({"status": "COMPLETED" if ready else "IN_PROGRESS"}).encode())

    def _say(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)


def answer(body: bytes, kind: bytes = b"application/json") -> bytes:
    """A good answer, as it goes over the wire."""
    return b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s" % (kind, len(body), body)


async def serve(world: World) -> None:
    """Say where it is, serve until the input ends, and then say what was wrong."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    at: list[str] = []
    for _ in range(2):
        server = await loop.create_server(lambda: Talk(world), "127.0.0.1", 0, backlog=BACKLOG)
        at.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    world.queue, world.store = at
    _tell(at)
    loop.add_reader(sys.stdin.fileno(), over.set)
    await over.wait()
    _tell(world.wrong)


def _tell(what: list[str]) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    gc.disable()
    asyncio.run(serve(World(Path(sys.argv[1]).read_bytes(), float(sys.argv[2]))))
