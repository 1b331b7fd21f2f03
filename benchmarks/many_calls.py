"""Calls of providers that take ten seconds, 1,000 at once in one process, beside a thread for each of them.

    python -m benchmarks.many_calls [--calls N] [--seconds S] [--kind queued|drawn] [--ours]

Two kinds: one that answers with the picture (`drawn`), and one that gives a receipt, is asked for news and has the
picture lie elsewhere (`queued`). Photos of 300 kB go and come. Ours are the calls of the product, through an adapter,
its HTTP side and the downloader of results, with as many looks as a job takes. The threads do the same with blocking
requests: in the pool of `asyncio.to_thread`, of which as many calls as fit twice are measured and the rest is reckoned,
and one for each call. The upstream is in a process of its own; how much processor time it takes is told, too, as it
takes it from the same cores. Folders for what comes are there before, and the garbage of the beginning is put aside, as
the server and the workers do once they have begun.
"""

import argparse
import asyncio
import base64
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from rekindle.infra.fetching import Fetcher
from rekindle.infra.garbage import settle
from rekindle.jobs.patience import Patience
from rekindle.providers.adapters import fal, gemini
from rekindle.providers.catalogue import models_of
from rekindle.providers.errors import Unavailable
from rekindle.providers.http import Upstream
from rekindle.providers.protocol import SENT_TYPE, Done, Edit, Picture, Provider
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment
from rekindle.treatments.wishes import Wishes
from tests.factories import faded, jpeg

KINDS = ("drawn", "queued")
MODELS = {"drawn": "gemini-2.5-flash-image", "queued": "openai/gpt-image-2.5/flare/edit"}
"""Of the second one twelve seconds are usual, as the catalogue says."""

KEY = "sim-key"
SIZE = (1120, 840)
MOST_TIME, MOST_MEMORY = 1.2, 64_000
"""Times the ideal, and bytes for each call."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the upstream is and its process, and the photo that it is handed."""

    queue: str
    store: str
    process: int
    photo: Path
    kind: str


@dataclass(frozen=True, slots=True)
class Measured:
    """How long all calls took together, the processor time of ours and of the upstream (all in seconds), and the most
    memory that they took beside what was there.
    """

    calls: int
    seconds: float
    memory: int
    ours: float
    theirs: float


def ours(place: Place, folder: Path, calls: int) -> None:
    """All calls in one event loop."""
    asyncio.run(_all_of_ours(place, folder, calls))


async def _all_of_ours(place: Place, folder: Path, calls: int) -> None:
    provider, patience = _provider(place), Patience()
    time = asyncio.get_running_loop().time

    async def call(number: int) -> None:
        edit = Edit(
            key=f"{number}/1", operation=Operation.RESTORE, model=MODELS[place.kind], wishes=Wishes(),
            folder=folder / str(number),
            images=[Picture(place.photo, SENT_TYPE, *SIZE)], treatment=Treatment((), f"Mend this photo, {number}."),
        )  # fmt: skip
        answer, began = await provider.start(edit), time()
        while not isinstance(answer, Done):
            await asyncio.sleep(patience.until_news(answer.poll_after, time() - began))
            try:
                answer = await provider.check(answer.handle, edit)
            except Unavailable as error:
                # As a job does.
                await asyncio.sleep(patience.pause(1, random.random(), error))

    async with asyncio.TaskGroup() as group:
        for number in range(calls):
            group.create_task(call(number))
    await provider.aclose()


def _provider(place: Place) -> Provider:
    fetcher = Fetcher(allowed=[place.store.removeprefix("http://")])
    if place.kind == "drawn":
        drawing = Upstream(f"{place.queue}/v1beta", headers=gemini.headers(KEY), explain=gemini.explain)
        return gemini.GeminiProvider(drawing, models=models_of()["gemini"], fetcher=fetcher)
    upstream = Upstream(place.queue, headers=fal.headers(KEY), explain=fal.explain)
    return fal.FalProvider(upstream, models=models_of()["fal"], fetcher=fetcher)


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
    photo, prompt = base64.b64encode(place.photo.read_bytes()).decode(), f"Mend this photo, {number}."
    if place.kind == "drawn":
        parts = [{"inlineData": {"mimeType": SENT_TYPE, "data": photo}}, {"text": prompt}]
        answer = _asked(f"{place.queue}/v1beta/models/{MODELS['drawn']}:generateContent", {"contents": [parts]})
        text = answer["candidates"][0]["content"]["parts"][0]["inlineData"]["data"]
        (folder / f"{number}.jpg").write_bytes(base64.b64decode(text))
        return
    body = {"prompt": prompt, "image_urls": [f"data:image/jpeg;base64,{photo}"]}
    receipt, began = _asked(f"{place.queue}/{MODELS['queued']}", body), time.monotonic()
    told = 6.0
    while True:
        time.sleep(Patience().until_news(told, time.monotonic() - began))
        if _asked(receipt["status_url"])["status"] == "COMPLETED":
            break
        told = 2.0
    result = _asked(receipt["response_url"])["images"][0]["url"]
    with _opened(urllib.request.Request(result)) as answer:
        (folder / f"{number}.jpg").write_bytes(answer.read())


def _asked(url: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Key {KEY}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with _opened(urllib.request.Request(url, data, headers)) as answer:
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
        # What is made once only is no cost of a call, nor is a folder that it is given.
        for name in ("first/0", *map(str, range(calls))):
            (Path(folder) / name).mkdir(parents=True)
        settle()
        way(place, Path(folder) / "first", 1)
        before, peak, over = psutil.Process().memory_info().rss, [0], threading.Event()

        def watch() -> None:
            while not over.wait(0.05):
                peak[0] = max(peak[0], psutil.Process().memory_info().rss)

        watching = threading.Thread(target=watch)
        watching.start()
        began, worked, theirs = time.perf_counter(), time.process_time(), _processor_time(place.process)
        way(place, Path(folder), calls)
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
        theirs = _processor_time(place.process) - theirs
        over.set()
        watching.join()
    told.send(Measured(calls, seconds, max(0, peak[0] - before), worked, theirs))


def _processor_time(process: int) -> float:
    times = psutil.Process(process).cpu_times()
    return times.user + times.system


@contextmanager
def upstream(folder: Path, seconds: float, kind: str) -> Generator[Place]:
    """The upstream, as long as the block lasts. Raises AssertionError if what it was sent is not what it should be."""
    photo = folder / "photo.jpg"
    photo.write_bytes(photo_of(2))
    command = [sys.executable, "-m", "benchmarks.many_calls_upstream", str(photo), str(seconds)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        queue, store = json.loads(process.stdout.readline())
        try:
            yield Place(queue, store, process.pid, photo, kind)
        finally:
            process.stdin.close()
        wrong = json.loads(process.stdout.readline())
        assert not wrong, wrong


def photo_of(seed: int) -> bytes:
    """A JPEG of about 300 kB."""
    return jpeg(faded(*SIZE, seed))


def main(arguments: Sequence[str]) -> int:
    """Measure, and say how far it is from ideal; 1 when it is too far."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10.0, help="that each takes at the provider")
    parser.add_argument("--kind", choices=KINDS, help="only this one")
    parser.add_argument("--ours", action="store_true", help="without the threads")
    wanted = parser.parse_args(arguments)
    kinds = KINDS if wanted.kind is None else (wanted.kind,)
    print("| calls of a provider | at once | s | of the ideal | processor, ms each | upstream's, ms | memory each |")
    print("| --- | --: | --: | --: | --: | --: | --: |", flush=True)
    good = [_compared(kind, wanted.calls, wanted.seconds, ours_alone=wanted.ours) for kind in kinds]
    print(f"\nPhotos of {len(photo_of(2)) // 1000} kB. Load of the machine: {os.getloadavg()[0]:.1f} on", end=" ")
    print(f"{os.cpu_count()} cores, the upstream among it.")
    reached = "reached" if all(good) else "missed"
    print(f"The aim is {MOST_TIME} of the ideal and {MOST_MEMORY // 1000} kB: {reached}.")
    return 0 if all(good) else 1


def _compared(kind: str, calls: int, ideal: float, *, ours_alone: bool) -> bool:
    pool = min(32, (os.cpu_count() or 1) + 4)
    with tempfile.TemporaryDirectory(prefix="rekindle-") as folder, upstream(Path(folder), ideal, kind) as place:
        row = partial(_row, kind, ideal=ideal)
        found = measured(ours, place, calls)
        row("the product: one event loop", calls, found.seconds, found)
        if not ours_alone:
            usual = measured(in_the_usual_pool, place, 2 * pool)
            name = f"`asyncio.to_thread`, a pool of {pool} threads: reckoned from {usual.calls}"
            row(name, pool, usual.seconds * calls / usual.calls, usual)
            each = measured(in_threads, place, calls)
            row("a thread for each", calls, each.seconds, each)
    return found.seconds <= MOST_TIME * ideal and found.memory <= MOST_MEMORY * calls


def _row(kind: str, name: str, at_once: int, seconds: float, found: Measured, *, ideal: float) -> None:
    per_call = [1000 * each / found.calls for each in (found.ours, found.theirs)]
    memory = found.memory / found.calls / 1000
    shown = f"{seconds:.1f} | {seconds / ideal:.2f} | {per_call[0]:.2f} | {per_call[1]:.2f} | {memory:.0f} kB"
    print(f"| {kind}: {name} | {at_once} | {shown} |", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
