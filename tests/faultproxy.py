"""A bad connection on purpose: a proxy before a real server that refuses, hangs, dawdles, cuts off or fails by chance.

    with fault_proxy(("127.0.0.1", port)) as proxy:
        client = connect(proxy.port)
        proxy.blackhole()

It runs in a thread of its own, so it serves tests of either kind and other processes, and a fault holds from the call
on. Servers on socket files (`upstream` a path) are reached the same way; `listen` puts the proxy itself on one.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Fault = Literal["none", "down", "blackhole", "latency", "slow", "cut", "flaky"]
Way = Literal["up", "down", "either"]
CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Weather:
    """What goes wrong now, how much of it, and on which way: `up` to the server, `down` from it."""

    fault: Fault = "none"
    value: float = 0.0
    way: Way = "either"

    def strikes(self, fault: Fault, way: Way) -> bool:
        return self.fault == fault and self.way in (way, "either")


class FaultProxy:
    """A proxy that runs. `port` is 0 on a socket file; `connections` and `resets` count since the start."""

    def __init__(self, upstream: tuple[str, int] | Path, *, listen: Path | None, seed: int) -> None:
        self.port = 0
        self.connections = 0
        self.resets = 0
        self.passed = {"up": 0, "down": 0}
        """Bytes that went through each way."""
        self._upstream = upstream
        self._listen = listen
        self._chance = random.Random(seed)
        self._weather = Weather()
        self._changed = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault proxy", daemon=True)

    # ── what can go wrong ──

    def heal(self) -> None:
        """From now on everything passes; what a black hole held back goes on."""
        self._set(Weather())

    def down(self) -> None:
        """Reset every connection, and each new one at once."""
        self._set(Weather("down"))
        self._call(self._reset_all())

    def blackhole(self, way: Way = "either") -> None:
        """Take connections, and let not a byte pass until healed."""
        self._set(Weather("blackhole", way=way))

    def latency(self, seconds: float, way: Way = "either") -> None:
        """Hold every chunk back for so long."""
        self._set(Weather("latency", seconds, way))

    def slow(self, bytes_a_second: float, way: Way = "either") -> None:
        """Let no more than so many bytes a second pass on each connection."""
        self._set(Weather("slow", bytes_a_second, way))

    def cut(self, after: int, way: Way = "either") -> None:
        """Reset each connection once so many bytes went one way, counted from its beginning."""
        self._set(Weather("cut", after, way))

    def flaky(self, chance: float, way: Way = "either") -> None:
        """Reset a connection with this chance (0..1) at each chunk."""
        self._set(Weather("flaky", chance, way))

    @contextmanager
    def broken(self, fault: Callable[[], None]) -> Generator[None]:
        """With a fault until the end of the block: `with proxy.broken(proxy.down): ...`."""
        fault()
        try:
            yield
        finally:
            self.heal()

    @property
    def open_connections(self) -> int:
        """Connections that are open now, each counted once."""
        return len(self._open) // 2

    # ── its life ──

    def start(self) -> None:
        self._thread.start()
        self._call(self._serve())

    def stop(self) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10.0)
        self._loop.close()

    def _set(self, weather: Weather) -> None:
        self._call(self._change(weather))

    async def _change(self, weather: Weather) -> None:
        self._weather = weather
        self._changed.set()
        self._changed = asyncio.Event()

    def _call(self, work: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10.0)

    async def _serve(self) -> None:
        if self._listen is not None:
            self._server = await asyncio.start_unix_server(self._take, str(self._listen))
            return
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._reset_all()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _reset_all(self) -> None:
        for writer in list(self._open):
            self._reset(writer)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        if self._weather.fault == "down":
            self._reset(writer)
            return
        try:
            up_reader, up_writer = await self._connect()
        except OSError:
            self._reset(writer)
            return
        pair = {writer, up_writer}
        self._open |= pair
        try:
            # Only the end of the proxy cancels this.
            with suppress(asyncio.CancelledError):
                await asyncio.gather(
                    self._pump("up", reader, up_writer, pair), self._pump("down", up_reader, writer, pair)
                )
        finally:
            self._open -= pair
            for each in pair:
                each.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._upstream, Path):
            return await asyncio.open_unix_connection(str(self._upstream))
        return await asyncio.open_connection(*self._upstream)

    async def _pump(
        self,
        way: Literal["up", "down"],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        pair: set[asyncio.StreamWriter],
    ) -> None:
        """Hand on what comes one way until it ends or a fault ends it."""
        passed = 0
        with suppress(ConnectionError, OSError):
            while chunk := await reader.read(CHUNK):
                allowed = await self._suffer(way, passed, chunk)
                passed += len(allowed)
                self.passed[way] += len(allowed)
                writer.write(allowed)
                await writer.drain()
                if len(allowed) < len(chunk):
                    for each in pair:
                        self._reset(each)
                    return
            if writer.can_write_eof():
                writer.write_eof()

    async def _suffer(self, way: Way, passed: int, chunk: bytes) -> bytes:
        """What of a chunk may pass, after the time that it takes; less than all of it ends the connection."""
        while self._weather.strikes("blackhole", way):
            await self._changed.wait()
        weather = self._weather
        if weather.strikes("latency", way):
            await asyncio.sleep(weather.value)
        elif weather.strikes("slow", way):
            await asyncio.sleep(len(chunk) / max(1.0, weather.value))
        elif weather.strikes("cut", way):
            return chunk[: max(0, int(weather.value) - passed)]
        elif weather.strikes("flaky", way) and self._chance.random() < weather.value:
            return b""
        return chunk

    def _reset(self, writer: asyncio.StreamWriter) -> None:
        """End a connection as a crash does: with a reset and not with a goodbye."""
        if writer.transport.is_closing():
            return
        self.resets += 1
        raw = writer.get_extra_info("socket")
        if raw is not None and raw.family != socket.AF_UNIX:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


@contextmanager
def fault_proxy(
    upstream: tuple[str, int] | Path, *, listen: Path | None = None, seed: int = 0
) -> Generator[FaultProxy]:
    """A proxy before `upstream`, on a free port of 127.0.0.1 or on the socket file `listen`, until the block ends.

    `seed` decides which chunks a flaky connection loses.
    """
    proxy = FaultProxy(upstream, listen=listen, seed=seed)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
