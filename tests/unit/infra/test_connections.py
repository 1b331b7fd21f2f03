"""Connections to a service: kept for the next request where that is well, and few of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
import pytest

from rekindle.infra.connections import Connections
from rekindle.infra.idle import KEPT
from rekindle.infra.wire import MOST_HEAD

GOOD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@dataclass
class Place:
    """A server that says what it is told to, once for each request; "" as the last thing ends the connection."""

    says: list[bytes] = field(default_factory=lambda: [GOOD])
    pause: float = 0.0
    port: int = 0
    opened: Counter[str] = field(default_factory=Counter[str])
    heard: list[bytes] = field(default_factory=list[bytes])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened["ever"] += 1
        self.opened["now"] += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
                self.heard.append(head + await reader.readexactly(length))
                await asyncio.sleep(self.pause)
                for said in self.says:
                    writer.write(said)
                    await writer.drain()
                    await asyncio.sleep(0.01)
                if self.says[-1] == b"":
                    break
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self.opened["now"] -= 1
            writer.close()


@asynccontextmanager
async def listening(place: Place) -> AsyncGenerator[httpx2.AsyncClient]:
    server = await asyncio.start_server(place.talk, "127.0.0.1", 0, backlog=256)
    place.port = server.sockets[0].getsockname()[1]
    async with server, httpx2.AsyncClient(transport=Connections(), timeout=5.0, trust_env=False) as client:
        yield client


async def until(place: Place, most: int) -> None:
    for _ in range(100):
        if place.opened["now"] <= most:
            break
        await asyncio.sleep(0.05)
    assert place.opened["now"] <= most


async def test_a_hundred_requests_at_once_are_answered_and_few_connections_are_kept() -> None:
    place = Place(pause=0.05)
    async with listening(place) as client:
        answers = await asyncio.gather(*(client.get(place.url) for _ in range(100)))
        assert {each.status_code for each in answers} == {200}
        await until(place, KEPT)
        assert place.opened["now"] > 0
    await until(place, 0)


async def test_one_after_the_other_they_take_the_same_connection() -> None:
    place = Place()
    async with listening(place) as client:
        for number in range(5):
            answer = await client.post(place.url, json={"number": number})
            assert answer.json() == {}
    assert place.opened["ever"] == 1
    assert [heard.partition(b"\r\n\r\n")[2] for heard in place.heard] == [b'{"number":%d}' % each for each in range(5)]


FRESH: list[list[bytes]] = [
    [b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"],
    [b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}"],
    [GOOD, b""],
    [GOOD, GOOD],
    [GOOD + GOOD],
    [GOOD + b"more"],
]


@pytest.mark.parametrize("says", FRESH)
async def test_a_connection_that_ended_or_that_says_too_much_serves_no_other_request(says: list[bytes]) -> None:
    place = Place(says)
    async with listening(place) as client:
        for number in range(1, 4):
            assert (await client.get(place.url)).json() == {}
            await asyncio.sleep(0.05)
            assert place.opened["ever"] == number


SIX = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"
WHOLE: list[list[bytes]] = [
    [b"HTTP/1.1 200 OK\r\n", b"Content-Length: 6\r\n", b"\r\n", b"who", b"le!"],
    [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwhol\r\n", b"2\r\ne!\r\n0\r\n", b"X-After: 1\r\n\r\n"],
    [b"HTTP/1.1 200 OK\r\n\r\nwho", b"le!", b""],
    [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early\r\nX: 1\r\n\r\n" + SIX + b"whole!"],
]  # fmt: skip


@pytest.mark.parametrize("says", WHOLE)
async def test_a_body_comes_whole_however_it_is_cut(says: list[bytes]) -> None:
    place = Place(says)
    async with listening(place) as client:
        for _ in range(2):
            answer = await client.get(place.url)
            assert answer.status_code == 200
            assert answer.content == b"whole!"
            assert "x" not in answer.headers
            assert "x-after" not in answer.headers


async def test_a_status_without_a_body_is_whole() -> None:
    place = Place([b"HTTP/1.1 204 No Content\r\n\r\n"])
    async with listening(place) as client:
        assert [(await client.get(place.url)).content for _ in range(2)] == [b"", b""]
    assert place.opened["ever"] == 1


BROKEN: list[list[bytes]] = [
    [b""],
    [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b""],
    [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsho", b""],
    [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nsho", b""],
    [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"],
    [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"],
    [b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}"],
    [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"],
    [b"HTTP/1.1 200 OK\r\nX: " + b"a" * MOST_HEAD + b"\r\n\r\n"],
    [b"HTTP/1.1 100 Continue\r\n\r\n" * 5000],
    [b"SSH-2.0-OpenSSH\r\n\r\n"],
    [b"\x16\x03\x01\x02\x00\x01\x00"],
]


@pytest.mark.parametrize("says", BROKEN)
async def test_what_is_no_whole_answer_is_an_error_and_ends_the_connection(says: list[bytes]) -> None:
    place = Place(says)
    async with listening(place) as client:
        with pytest.raises(httpx2.TransportError):
            await client.get(place.url)
        await until(place, 0)


async def test_a_silent_place_is_given_up_in_time() -> None:
    place = Place(pause=5.0)
    async with listening(place) as client:
        with pytest.raises(httpx2.ReadTimeout):
            await client.get(place.url, timeout=0.1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.get(place.url)


async def test_an_answer_that_comes_before_the_request_was_sent_is_heard() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\n{}")
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.close()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield bytes(1024 * 1024)

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server, httpx2.AsyncClient(transport=Connections(), trust_env=False) as client:
        answer = await client.post(url, content=endless(), headers={"Content-Length": str(1000 * 1024**2)}, timeout=5.0)
        assert answer.status_code == 413


async def test_a_body_that_nobody_reads_stays_at_the_other_side() -> None:
    sent: list[int] = []

    async def generous(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
        try:
            for number in range(100):
                writer.write(bytes(1024 * 1024))
                await writer.drain()
                sent.append(number)
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(generous, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    client = httpx2.AsyncClient(transport=Connections(), trust_env=False, timeout=5.0)
    async with server, client, client.stream("GET", url) as answer:
        await asyncio.sleep(0.3)
        assert len(sent) < 20, "only what the system itself holds back"
        assert sum([len(part) async for part in answer.aiter_raw()]) == 104857600


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"])
async def test_a_header_cannot_bring_another_one(value: str) -> None:
    place = Place()
    async with listening(place) as client:
        with pytest.raises(httpx2.LocalProtocolError):
            await client.get(place.url, headers={"X-Own": value})
    assert not place.heard


async def test_what_it_does_not_speak_does_not_leave() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"piece"

    place = Place()
    async with listening(place) as client:
        with pytest.raises(httpx2.LocalProtocolError):
            await client.post(place.url, content=pieces())
        with pytest.raises(httpx2.LocalProtocolError):
            await client.head(place.url)
        with pytest.raises(httpx2.UnsupportedProtocol):
            await client.get("ftp://127.0.0.1/")
    assert not place.heard


async def test_a_connection_that_is_old_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rekindle.infra.idle.KEPT_SECONDS", 0.05)
    place = Place()
    async with listening(place) as client:
        for _ in range(2):
            await client.get(place.url)
            await asyncio.sleep(0.1)
    assert place.opened["ever"] == 2
