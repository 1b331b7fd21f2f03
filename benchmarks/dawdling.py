"""Uploads by clients that mean harm or are in trouble: they stall, trickle, lie about the length, or never end."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

HEAD = "POST /api/v1/photos HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: image/jpeg\r\n{more}\r\n\r\n"
PATIENCE = 120.0
"""Seconds after which an answer is not waited for any more."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How such an upload ended: `status` is 0 when the connection was closed without an answer."""

    status: int
    seconds: float
    sent: int


Client = Callable[[int], Coroutine[None, None, Ending]]
"""Uploads to the server on a port."""


async def stalled(port: int) -> Ending:
    """Sends a little of what it promised, and then nothing."""
    return await _talk(port, "Content-Length: 1000000", pieces=[b"x" * 1000], pause=0.0)


async def trickling(port: int) -> Ending:
    """Sends 1 kB a second of 3 MB."""
    return await _talk(port, "Content-Length: 3000000", pieces=[b"x" * 100], pause=0.1, again=True)


async def endless(port: int) -> Ending:
    """Sends as fast as it can, and never says that it is done."""
    return await _talk(
        port, "Transfer-Encoding: chunked", pieces=[b"%x\r\n%s\r\n" % (65536, b"x" * 65536)], pause=0.0, again=True
    )


async def promising_too_much(port: int) -> Ending:
    """Says that 10 GB will follow."""
    return await _talk(port, "Content-Length: 10000000000", pieces=[b"x" * 1000], pause=0.0)


async def sending_more_than_said(port: int) -> Ending:
    """Says that 10 bytes follow, and sends 100,000."""
    return await _talk(port, "Content-Length: 10", pieces=[b"x" * 100_000], pause=0.0)


async def crowd(port: int, clients: Sequence[tuple[Client, int]]) -> dict[str, list[Ending]]:
    """So many clients of each kind at once."""
    names = [client.__name__ for client, count in clients for _ in range(count)]
    endings = await asyncio.gather(*(client(port) for client, count in clients for _ in range(count)))
    found: dict[str, list[Ending]] = {}
    for name, ending in zip(names, endings, strict=True):
        found.setdefault(name, []).append(ending)
    return found


async def _talk(port: int, header: str, *, pieces: Sequence[bytes], pause: float, again: bool = False) -> Ending:
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = [0]
    sending = asyncio.create_task(
        _send(writer, HEAD.format(port=port, more=header).encode(), pieces, pause, again, sent)
    )
    status = 0
    try:
        async with asyncio.timeout(PATIENCE):
            line = await reader.readline()
            status = int(line.split()[1]) if line.startswith(b"HTTP/1.1 ") else 0
    except (OSError, TimeoutError):
        pass
    finally:
        seconds = time.monotonic() - began
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.close()
    return Ending(status, seconds, sent[0])


async def _send(
    writer: asyncio.StreamWriter, head: bytes, pieces: Sequence[bytes], pause: float, again: bool, sent: list[int]
) -> None:
    writer.write(head)
    while True:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            sent[0] += len(piece)
            await asyncio.sleep(pause)
        if not again:
            return
