"""Sends bad files to a real server: odd ones, ones made to hurt, and good ones with something broken in them."""

import queue
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.watching import Watch, Watched
from tests.e2e.server import NotThere, ServerProcess, serving
from tests.pictures import PHONE_HEIC, encoded, mutated, photo

Sample = tuple[str, bytes]
"""A name and the bytes of a file."""


@dataclass(slots=True)
class Verdicts:
    """How the server answered."""

    statuses: Counter[int] = field(default_factory=Counter[int])
    seconds: list[float] = field(default_factory=list[float])
    slow: list[tuple[float, str, int]] = field(default_factory=list[tuple[float, str, int]])
    faults: list[str] = field(default_factory=list[str])
    watched: Watched = field(default_factory=Watched)
    same_process: bool = False
    error_lines: int = 0
    wall: float = 0.0


def corpus(folder: Path) -> Iterator[Sample]:
    """Every file of a folder of bad pictures."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "MANIFEST.tsv":
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def mutations(count: int, seed: int) -> Iterator[Sample]:
    """Good files with something broken in them."""
    good = good_files()
    for number in range(count):
        name, content = good[number % len(good)]
        yield f"mutation {number} of {name}", mutated(content, np.random.default_rng([seed, number]))


def good_files() -> Sequence[Sample]:
    """One sound photo in each format."""
    pixels = photo(640, 480)
    made = [(kind.lower(), encoded(kind, pixels)) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")]
    made.append(("jpeg progressive", encoded("JPEG", pixels, progressive=True)))
    made.append(("tiff deflate", encoded("TIFF", pixels, compression="tiff_adobe_deflate")))
    return [*made, ("heic", PHONE_HEIC.read_bytes())] if PHONE_HEIC.is_file() else made


def besiege(server: ServerProcess, samples: Iterable[Sample], *, at_once: int = 2, slow: float = 3.0) -> Verdicts:
    """Upload all of them, `at_once` at a time; what takes longer than `slow` seconds is listed."""
    verdicts, pid, began = Verdicts(), server.process.pid, time.monotonic()
    waiting: queue.Queue[Sample | None] = queue.Queue(at_once * 2)
    lock = threading.Lock()

    def send() -> None:
        while (sample := waiting.get()) is not None:
            started = time.perf_counter()
            status = _status(server, sample)
            taken = time.perf_counter() - started
            with lock:
                _note(verdicts, (taken, sample[0], status), slow=slow)

    senders = [threading.Thread(target=send, daemon=True) for _ in range(at_once)]
    with Watch(pid, server.port) as verdicts.watched:
        for thread in senders:
            thread.start()
        for sample in samples:
            waiting.put(sample)
        for _ in senders:
            waiting.put(None)
        for thread in senders:
            thread.join()
    verdicts.same_process = server.alive and server.process.pid == pid
    verdicts.error_lines = sum(" ERROR " in line or line.startswith("ERROR") for line in server.said().splitlines())
    verdicts.wall = time.monotonic() - began
    return verdicts


def run(folder: Path, samples: Iterable[Sample], *, at_once: int = 2) -> tuple[Verdicts, str]:
    """Besiege a server of its own on an empty folder; the verdicts, and what the server printed."""
    with serving(folder) as server:
        verdicts = besiege(server, samples, at_once=at_once)
        return verdicts, server.said()


def _status(server: ServerProcess, sample: Sample) -> int:
    try:
        # The name must not matter: the kind of a file is told by its content.
        return server.upload(sample[1], "photo.jpg", timeout=60.0)[0]
    except NotThere:
        return 0


def _note(verdicts: Verdicts, seen: tuple[float, str, int], *, slow: float) -> None:
    taken, name, status = seen
    verdicts.statuses[status] += 1
    verdicts.seconds.append(taken)
    if taken > slow:
        verdicts.slow.append(seen)
    if status == 0 or status >= 500:
        verdicts.faults.append(f"{name}: {status}")
