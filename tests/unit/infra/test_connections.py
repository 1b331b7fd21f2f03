"""Connections to one service: many pools, none of them more than its share."""

import asyncio
from collections import Counter

import httpx2

from rekindle.infra.connections import KEPT, POOLS, Pools


async def test_a_hundred_requests_at_once_are_answered_and_few_connections_are_kept() -> None:
    open_now: Counter[str] = Counter()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now["all"] += 1
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(0.05)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            open_now["all"] -= 1
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=256)
    port = server.sockets[0].getsockname()[1]
    pools = Pools()
    async with server, httpx2.AsyncClient(transport=pools, timeout=30.0) as client:
        answers = await asyncio.gather(*(client.get(f"http://127.0.0.1:{port}/") for _ in range(100)))
        assert {each.status_code for each in answers} == {200}
        for _ in range(100):
            if open_now["all"] <= KEPT * POOLS:
                break
            await asyncio.sleep(0.05)
        assert 0 < open_now["all"] <= KEPT * POOLS
    for _ in range(100):
        if not open_now["all"]:
            break
        await asyncio.sleep(0.05)
    assert open_now["all"] == 0
