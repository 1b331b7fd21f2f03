"""Calls of providers that take ten seconds, 1,000 at once in one process, beside a thread for each of them.

    python -m benchmarks.many_calls [--calls N] [--seconds S]

Ours are those of the product, through an adapter, its HTTP side and the downloader of results: hand in a photo, look
for news as often as a job does, fetch what came of it. The threads do the same with blocking requests: in the pool of
`asyncio.to_thread`, of which as many calls as fit twice are measured and the rest is reckoned, and one for each call.
The upstream is simulated, in a process of its own, and there each edit takes as long as it should.
"""

import argparse
import asyncio
import base64
import json
import multiprocessing
import os
import random
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from rekindle.infra.fetching import Fetcher
from rekindle.jobs.patience import Patience
from rekindle.providers.adapters import fal
from rekindle.providers.catalogue import models_of
from rekindle.providers.errors import Unavailable
from rekindle.providers.http import Upstream
from rekindle.providers.protocol import SENT_TYPE, Done, Edit, Picture
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment
from rekindle.treatments.wishes import Wishes
from tests.factories import faded, jpeg
from tests.simulators.upstreams.base import Order
from tests.simulators.upstreams.fal import FalSimulator

MODEL = "fal-ai/nano-banana/edit"
SIZE = (480, 360)
MOST_TIME, MOST_MEMORY = 1.2, 64_000
"""Times the ideal, and bytes for each call."""


class TenSeconds(FalSimulator):
    """Every order is ready when its time has come, and what comes of it was made before."""

    seconds, made = 10.0, jpeg(faded(*SIZE, 2))

    def ready(self, order: Order) -> bool:
        order.asked = self.polls + 1 if time.monotonic() - order.born >= self.seconds else 1
        order.pictures = []
        return order.asked > self.polls

    def result(self, order: Order) -> bytes:
        return self.made

    def result_type(self, order: Order) -> str:
        return "image/jpeg"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the upstream is, and the folder of the photo that it is handed."""

    url: str
    store: str
    key: str
    photo: Path
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """How long all calls took together, in seconds, and the most memory that they took beside what was there."""

    calls: int
    seconds: float
    memory: int


def ours(place: Place, folder: Path, calls: int) -> None:
    """All calls in one event loop."""
    asyncio.run(_all_of_ours(place, folder, calls))


async def _all_of_ours(place: Place, folder: Path, calls: int) -> None:
    fetcher = Fetcher(allowed=[place.store.removeprefix("http://")])
    upstream = Upstream(place.url, headers=fal.headers(place.key), explain=fal.explain)
    provider = fal.FalProvider(upstream, models=models_of()["fal"], fetcher=fetcher)
    patience = Patience()

    async def call(number: int) -> None:
        here = folder / str(number)
        here.mkdir()
        edit = Edit(
            key=f"{number}/1", operation=Operation.RESTORE, model=MODEL, wishes=Wishes(), folder=here,
            images=[Picture(place.photo, SENT_TYPE, *SIZE)], treatment=Treatment((), f"Mend this photo, {number}."),
        )  # fmt: skip
        answer, pause = await provider.start(edit), 0.0
        while not isinstance(answer, Done):
            pause = patience.until_news(answer.poll_after, pause)
            await asyncio.sleep(pause)
            try:
                answer = await provider.check(answer.handle, edit)
            except Unavailable as error:
                # As a job does.
                await asyncio.sleep(patience.pause(1, random.random(), error))

    async with asyncio.TaskGroup() as group:
        for number in range(calls):
            group.create_task(call(number))
    await provider.aclose()


def in_the_usual_pool(place: Place, folder: Path, calls: int) -> None:
    """Blocking calls by `asyncio.to_thread`."""

    async def everything() -> None:
        await asyncio.gather(*(asyncio.to_thread(_blocking, place, folder, number) for number in range(calls)))

    asyncio.run(everything())


def in_threads(place: Place, folder: Path, calls: int) -> None:
    """Blocking calls, each in a thread of its own."""
    with ThreadPoolExecutor(calls) as pool:
        for waiting in [pool.submit(_blocking, place, folder, number) for number in range(calls)]:
            waiting.result()


def _blocking(place: Place, folder: Path, number: int) -> None:
    photo = "data:image/jpeg;base64," + base64.b64encode(place.photo.read_bytes()).decode()
    body = {"prompt": f"Mend this photo, {number}.", "image_urls": [photo]}
    receipt = _asked(place, f"{place.url}/{MODEL}", json.dumps(body).encode())
    patience, pause = Patience(), 0.0
    while True:
        pause = patience.until_news(2.0, pause)
        time.sleep(pause)
        if _asked(place, receipt["status_url"])["status"] == "COMPLETED":
            break
    result = _asked(place, receipt["response_url"])["images"][0]["url"]
    with _opened(urllib.request.Request(result)) as answer:
        (folder / f"{number}.jpg").write_bytes(answer.read())


def _asked(place: Place, url: str, body: bytes | None = None) -> Any:
    headers = {**fal.headers(place.key), "Content-Type": "application/json"}
    with _opened(urllib.request.Request(url, body, headers)) as answer:
        return json.loads(answer.read())


def _opened(request: urllib.request.Request) -> Any:
    # Without those of the environment: everything here is on this machine.
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120)


Way = Callable[[Place, Path, int], None]


def measured(way: Way, place: Place, calls: int) -> Measured:
    """One way in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_in_child, args=(there, way, place, calls))
    process.start()
    there.close()
    try:
        return here.recv()
    finally:
        process.join()


def _in_child(told: Connection, way: Way, place: Place, calls: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # What is made once only is no cost of a call.
        (Path(folder) / "first").mkdir()
        way(place, Path(folder) / "first", 1)
        before, peak, over = psutil.Process().memory_info().rss, [0], threading.Event()

        def watch() -> None:
            while not over.wait(0.05):
                peak[0] = max(peak[0], psutil.Process().memory_info().rss)

        watching = threading.Thread(target=watch)
        watching.start()
        began = time.perf_counter()
        way(place, Path(folder), calls)
        seconds = time.perf_counter() - began
        over.set()
        watching.join()
    told.send(Measured(calls, seconds, max(0, peak[0] - before)))


@contextmanager
def upstream(folder: Path, seconds: float) -> Generator[Place]:
    """The simulated upstream, as long as the block lasts."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, seconds), daemon=True)
    process.start()
    url, store, key = here.recv()
    photo = folder / "photo.jpg"
    photo.write_bytes(jpeg(faded(*SIZE)))
    try:
        yield Place(url, store, key, photo, seconds)
    finally:
        here.send(None)
        process.join(10)


def _serve(told: Connection, seconds: float) -> None:
    TenSeconds.seconds = seconds
    with suppress(EOFError, KeyboardInterrupt), TenSeconds() as running:
        told.send((running.url, running.store_url, running.key))
        told.recv()


def main(arguments: Sequence[str]) -> int:
    """Measure, and say how far it is from ideal; 1 when it is too far."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10.0, help="that each takes at the provider")
    wanted = parser.parse_args(arguments)
    calls, ideal = wanted.calls, wanted.seconds
    pool = min(32, (os.cpu_count() or 1) + 4)
    with tempfile.TemporaryDirectory(prefix="rekindle-") as folder, upstream(Path(folder), ideal) as place:
        found = measured(ours, place, calls)
        usual = measured(in_the_usual_pool, place, 2 * pool)
        each = measured(in_threads, place, calls)
    print("| calls of a provider | at once | s | of the ideal | more memory for each |")
    print("| --- | --: | --: | --: | --: |")
    _row("the product: one event loop", found.seconds, calls, found, ideal)
    reckoned = usual.seconds * calls / usual.calls
    _row(f"`asyncio.to_thread`, a pool of {pool} threads: reckoned from {usual.calls}", reckoned, pool, usual, ideal)
    _row("a thread for each", each.seconds, calls, each, ideal)
    print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, the upstream among it.")
    good = found.seconds <= MOST_TIME * ideal and found.memory <= MOST_MEMORY * calls
    print(f"The aim is {MOST_TIME} of the ideal and {MOST_MEMORY // 1000} kB: {'reached' if good else 'missed'}.")
    return 0 if good else 1


def _row(name: str, seconds: float, at_once: int, found: Measured, ideal: float) -> None:
    memory = found.memory / found.calls / 1000
    print(f"| {name} | {at_once} | {seconds:.1f} | {seconds / ideal:.2f} | {memory:.0f} kB |", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
