"""How many restorations a second, how soon, at what cost, and how many are lost when everything is killed: the product
beside a backend of another design, in turns, with the same photo, the same users and the same stand-in for Gemini.

    python -m benchmarks.load [--seconds 10] [--rounds 2] [--users 6] [--crowd 50] [--workers 2] [--only SCENE]

Returns 1 when an aim is missed. Without the peer the product is measured alone, and nothing is judged by comparison.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageFilter

from benchmarks.load_fleet import several
from benchmarks.load_gauges import Gauges
from benchmarks.load_sides import PEER, NotRestored, Ours, Peer, Restored, Side, kill
from benchmarks.load_wire import Broken, Wire
from benchmarks.photographs import of_scikit_image
from benchmarks.watching import quantile

PHOTO, PICTURE = (4032, 3024), (1024, 768)
"""Of the photo, as phones take it, and of what the provider makes of it: width and height in pixels."""
TAKES, WORDS_TAKE = 2.2, 0.2
"""Seconds of the provider in all, and of those the ones for words: the peer asks for words first, and the product only
for a picture, which then takes all of the time.
"""

LEAST_RATE, MOST_WAIT, MOST_BYTES, MOST_HEALTH = 2.0, 0.5, 1.02, 0.050
"""Times the peer's restorations a second, times its p50, bytes over those of the picture, and seconds for /health."""


@dataclass(slots=True)
class Run:
    """What one side did in one scene: `seconds` of each restoration, and of all together."""

    seconds: list[float] = field(default_factory=list[float])
    restored: list[Restored] = field(default_factory=list[Restored])
    failed: list[str] = field(default_factory=list[str])
    wall: float = 0.0
    processor: float = 0.0
    peak: int = 0
    health: float = 0.0

    @property
    def rate(self) -> float:
        """Restorations a second."""
        return len(self.restored) / self.wall

    @property
    def overhead(self) -> float:
        """Bytes of all answers for each byte of the pictures."""
        pictures = sum(each.picture for each in self.restored)
        return sum(each.received for each in self.restored) / max(pictures, 1)


@dataclass(frozen=True, slots=True)
class Provider:
    """The stand-in, in a process of its own."""

    port: int

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    async def take(self, seconds: float, side: Side) -> None:
        """From now on take so many seconds in all for what a side asks."""
        words = min(seconds, WORDS_TAKE) if side.name == Peer.name else 0.0
        wire = Wire(self.port)
        await wire.ask("POST", "/control", json.dumps({"image": seconds - words, "text": words}).encode())
        await wire.aclose()


@contextmanager
def provider(folder: Path) -> Generator[Provider]:
    """The stand-in, as long as the block lasts; `folder` has its picture."""
    command = [sys.executable, "-m", "benchmarks.load_stub", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Provider(int(process.stdout.readline()))
        finally:
            process.terminate()


def photos(folder: Path) -> bytes:
    """The photo, grainy as those of phones are; what a provider would make of it is put into the folder."""
    scene = Pillow.fromarray(of_scikit_image("coffee")).resize(PHOTO, Pillow.Resampling.BICUBIC)
    grain = np.random.default_rng(7).normal(0, 4, (PHOTO[1], PHOTO[0], 1)).astype(np.int16)
    pixels = np.clip(np.asarray(scene).astype(np.int16) * 4 // 5 + 30 + grain, 0, 255).astype(np.uint8)
    Pillow.fromarray(pixels).save(folder / "photo.jpg", quality=92)
    made = scene.resize(PICTURE, Pillow.Resampling.LANCZOS).filter(ImageFilter.UnsharpMask(2, 60))
    made.save(folder / "picture.png")
    return (folder / "photo.jpg").read_bytes()


def another(photo: bytes, number: int) -> bytes:
    """The same picture in a file that nobody has seen before."""
    return photo + f"#{os.getpid()}-{number}".encode()


class Crowd:
    """Users, each of whom has one photo after the other restored."""

    def __init__(self, side: Side, photo: bytes) -> None:
        self.run = Run()
        self.accepted: set[str] = set()
        self._side, self._photo = side, photo
        self._number = 0

    async def work(self, users: int, seconds: float) -> None:
        """For so many seconds; what was begun by then is ended."""
        until = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for _ in range(users):
                group.create_task(self._user(until))

    async def _user(self, until: float) -> None:
        wire = Wire(self._side.port)
        while time.monotonic() < until:
            self._number += 1
            photo, began = another(self._photo, self._number), time.perf_counter()
            try:
                self.run.restored.append(await self._side.restore(wire, photo, self.accepted))
                self.run.seconds.append(time.perf_counter() - began)
            except (Broken, NotRestored) as error:
                self.run.failed.append(repr(error))
                await wire.aclose()
        await wire.aclose()


async def measured(side: Side, photo: bytes, users: int, seconds: float) -> Run:
    """One side under load."""
    crowd, gauges = Crowd(side, photo), Gauges(side.port, side.pids())
    await Crowd(side, photo).work(2, 0.5)  # What is made once only is no part of it.
    run = crowd.run
    async with gauges.watching():
        began = time.perf_counter()
        await crowd.work(users, seconds)
        run.wall = time.perf_counter() - began
    run.processor, run.peak, run.health = gauges.processor, gauges.peak, gauges.health_at(0.99)
    return run


async def killed(side: Side, photo: bytes, users: int, upstream: Provider) -> tuple[int, int]:
    """Kill everything under load, start it again, and wait: how many were under way that had been accepted, and how
    many of those never come.
    """
    crowd = Crowd(side, photo)
    working = asyncio.create_task(crowd.work(users, 3600.0))
    for _ in range(300):
        await asyncio.sleep(0.1)
        if len(crowd.accepted) >= users // 2:
            break
    await asyncio.sleep(1.0)
    before = set(crowd.accepted)
    await asyncio.to_thread(kill, side)
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    promised = before & crowd.accepted
    await asyncio.to_thread(side.start, upstream.url)
    return len(promised), await side.lost(promised)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A scene: so many users for so many seconds, `rounds` times each side; `takes` is what the provider needs."""

    users: int
    seconds: float
    rounds: int
    takes: float = 0.0


async def turns(sides: Sequence[Side], photo: bytes, wanted: Wanted, upstream: Provider) -> dict[str, list[Run]]:
    """All sides in turns, each as often as is wanted."""
    found: dict[str, list[Run]] = {side.name: [] for side in sides}
    for turn in range(wanted.rounds):
        for side in sides if turn % 2 == 0 else reversed(sides):
            await upstream.take(wanted.takes, side)
            found[side.name].append(await measured(side, photo, wanted.users, wanted.seconds))
    return found


def table(found: dict[str, list[Run]]) -> None:
    """Print the middle of the rounds of each side."""
    print("| | restorations/s | p50 s | p99 s | processor ms each | peak MB | bytes / picture | `/health` p99 ms |")
    print("| --- | --: | --: | --: | --: | --: | --: | --: |")
    for name, runs in found.items():
        every = [seconds for run in runs for seconds in run.seconds]
        each = 1000 * sum(run.processor for run in runs) / max(len(every), 1)
        print(
            f"| {name} | {statistics.median(run.rate for run in runs):.2f} | {quantile(every, 0.5):.2f} "
            f"| {quantile(every, 0.99):.2f} | {each:.0f} | {max(run.peak for run in runs) / 1e6:.0f} "
            f"| {statistics.median(run.overhead for run in runs):.3f} "
            f"| {1000 * max(run.health for run in runs):.0f} |",
            flush=True,
        )
        for failed in sorted({each for run in runs for each in run.failed})[:5]:
            print(f"\n{name} failed: {failed}")


def verdict(found: dict[str, list[Run]], *, delayed: bool) -> bool:
    """Say whether the aims are reached."""
    ours = [runs for name, runs in found.items() if name != Peer.name]
    good = all(run.overhead <= MOST_BYTES and run.health <= MOST_HEALTH for runs in ours for run in runs)
    print(f"\nBytes at most {MOST_BYTES} of the picture's, `/health` within {1000 * MOST_HEALTH:.0f} ms: {told(good)}.")
    if Peer.name not in found:
        return good
    for name, runs in found.items():
        if name == Peer.name:
            continue
        pairs = list(zip(runs, found[Peer.name], strict=True))
        if delayed:
            waits = [quantile(one.seconds, 0.5) / quantile(other.seconds, 0.5) for one, other in pairs]
            reached = statistics.median(waits) <= MOST_WAIT
            print(f"{name}: {statistics.median(waits):.2f} of the peer's p50, {MOST_WAIT} is the aim: {told(reached)}.")
        else:
            rates = [one.rate / other.rate for one, other in pairs]
            reached = statistics.median(rates) >= LEAST_RATE
            print(
                f"{name}: {statistics.median(rates):.2f} of the peer's rate, {LEAST_RATE} is the aim: {told(reached)}."
            )
        good = good and reached
    return good


def told(reached: bool) -> str:
    """The word for an aim."""
    return "reached" if reached else "missed"


async def scenes(sides: Sequence[Side], photo: bytes, options: argparse.Namespace, upstream: Provider) -> bool:
    """All that are wanted."""
    good = True
    if options.only in ("", "busy"):
        print(f"\n### The provider answers at once, {options.users} users\n")
        found = await turns(sides, photo, Wanted(options.users, options.seconds, options.rounds), upstream)
        table(found)
        good &= verdict(found, delayed=False)
    if options.only in ("", "crowd"):
        print(f"\n### The provider takes {TAKES} s, {options.crowd} users\n")
        found = await turns(sides, photo, Wanted(options.crowd, options.seconds, options.rounds, TAKES), upstream)
        table(found)
        good &= verdict(found, delayed=True)
    if options.only in ("", "kill"):
        print("\n### Everything is killed under 20 users, and started again\n")
        print("| | under way, and accepted | lost |\n| --- | --: | --: |")
        for side in sides:
            await upstream.take(TAKES, side)
            promised, lost = await killed(side, photo, 20, upstream)
            print(f"| {side.name} | {promised} | {lost} |", flush=True)
            good &= side.name == Peer.name or lost == 0
    return good


def main(arguments: Sequence[str]) -> int:
    """Measure; 1 when an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each side")
    parser.add_argument("--users", type=int, default=6, help="while the provider answers at once")
    parser.add_argument("--crowd", type=int, default=50, help="while it takes its time")
    parser.add_argument("--workers", type=int, default=2, help="processes that work on Postgres; 0: without them")
    parser.add_argument("--only", choices=["busy", "crowd", "kill"], default="")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="rekindle-") as name:
        folder = Path(name)
        photo = photos(folder)
        sides: list[Side] = [Ours(folder / "data")]
        if options.workers:
            sides += several(folder / "several", options.workers)
        if (PEER / "main.py").is_file():
            sides.append(Peer())
        else:
            print("There is no peer beside this folder (REKINDLE_PEER says where one is), so this compares nothing.")
        with provider(folder) as upstream:
            try:
                for side in sides:
                    side.start(upstream.url)
                good = asyncio.run(scenes(sides, photo, options, upstream))
            finally:
                for side in sides:
                    side.close()
    print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, everything here among it.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
