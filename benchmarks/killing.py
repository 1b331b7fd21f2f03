"""Kills the server again and again, at random moments, while photos of a paying customer arrive and jobs run; then
counts what is left, and looks at the books.
"""

import hashlib
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from benchmarks.customer import SETTINGS, faults, new_customer
from benchmarks.ledger_of_files import Findings, look
from tests.e2e.server import ENDED, NotThere, ServerProcess, made
from tests.pictures import encoded

OPTIONS: Sequence[dict[str, object]] = (
    {"strength": "auto"},
    {"strength": "careful"},
    {"strength": "strong"},
    {"strength": "auto", "enlarge": 2},
)

PRICE = 2000
"""Milli-credits that restoring one photo costs at most."""


@dataclass(frozen=True, slots=True)
class Storm:
    """How bad it gets: `alive` is the range in seconds that a server lives before it is killed."""

    photos: int
    jobs: int
    kills: int
    seed: int
    alive: tuple[float, float] = (0.0, 5.0)


@dataclass(slots=True)
class Aftermath:
    """What the storm did and left behind."""

    findings: Findings
    kills: int = 0
    broken_uploads: int = 0
    orphan_processes: int = 0
    stop_status: int = -1
    stop_seconds: float = 0.0
    seconds: float = 0.0
    restart_seconds: list[float] = field(default_factory=list[float])


class _Visitor:
    """Uploads photos and submits jobs, and does not give up when the server is gone for a while."""

    def __init__(self, server: ServerProcess, storm: Storm) -> None:
        self._server, self._storm = server, storm
        self._random = random.Random(storm.seed + 1)
        self.uploaded: dict[str, str] = {}
        self.jobs: list[str] = []
        self.broken_uploads = 0
        self.done = threading.Event()
        self.trouble: list[str] = []

    def run(self) -> None:
        try:
            for number, data in enumerate(pictures(self._storm.photos, self._storm.seed)):
                photo_id = self._upload(data, f"photo {number}.jpg")
                for turn in range(number, self._storm.jobs, self._storm.photos):
                    self._submit(photo_id, turn)
        except Exception as error:  # noqa: BLE001 - a thread's trouble is told at the end
            self.trouble.append(repr(error))
        finally:
            self.done.set()

    def _upload(self, data: bytes, name: str) -> str:
        while True:
            sent: list[int] = []
            try:
                photo = made(self._server.upload(_slowly(data, self._random, sent), name, timeout=20.0))
            except NotThere:
                self.broken_uploads += bool(sent)
                time.sleep(0.1)
                continue
            self.uploaded[photo["id"]] = hashlib.sha256(data).hexdigest()
            return str(photo["id"])

    def _submit(self, photo_id: str, turn: int) -> None:
        while True:
            try:
                job = made(self._server.submit(photo_id, key=f"job {turn}", **OPTIONS[turn % len(OPTIONS)]))
            except NotThere:
                time.sleep(0.1)
                continue
            self.jobs.append(str(job["id"]))
            return


def run(folder: Path, storm: Storm) -> Aftermath:
    """Go through a storm in an empty folder."""
    chance, began = random.Random(storm.seed), time.monotonic()
    customer = new_customer(folder, amount=storm.jobs * PRICE)
    server = ServerProcess(folder, log=None, **SETTINGS)
    server.headers["Authorization"] = f"Bearer {customer.key}"
    visitor = _Visitor(server, storm)
    after = Aftermath(Findings())
    try:
        server.start()
        thread = threading.Thread(target=visitor.run, daemon=True)
        thread.start()
        for _ in range(storm.kills):
            time.sleep(chance.uniform(*storm.alive))
            _kill(server, after, chance)
        visitor.done.wait(600.0)
        _all_ended(server, visitor.jobs, seconds=900.0)
        after.stop_status, after.stop_seconds = server.stop()
    finally:
        server.close()
    after.broken_uploads, after.seconds = visitor.broken_uploads, time.monotonic() - began
    after.findings = look(folder, visitor.uploaded)
    after.findings.wrong += visitor.trouble + faults(folder, customer)
    if after.findings.jobs != storm.jobs:
        after.findings.wrong.append(f"{storm.jobs} jobs were asked for, and there are {after.findings.jobs}")
    return after


def _kill(server: ServerProcess, after: Aftermath, chance: random.Random) -> None:
    after.kills += 1
    after.orphan_processes += server.kill()
    if chance.random() < 0.15:
        # Now and then it dies again while it clears up.
        server.launch()
        time.sleep(chance.uniform(0.2, 2.5))
        after.orphan_processes += server.kill()
    began = time.monotonic()
    server.start()
    after.restart_seconds.append(time.monotonic() - began)


def _all_ended(server: ServerProcess, jobs: Sequence[str], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for job_id in jobs:
        while server.get(f"/jobs/{job_id}")["status"] not in ENDED:
            if time.monotonic() > deadline:
                raise AssertionError(f"job {job_id} does not end")
            time.sleep(0.3)


def _slowly(data: bytes, chance: random.Random, sent: list[int]) -> Iterator[bytes]:
    """The bytes in pieces with pauses, so that a kill often meets an upload; `sent` gets the place of each piece."""
    size = max(len(data) // 8, 1)
    for start in range(0, len(data), size):
        sent.append(start)
        yield data[start : start + size]
        time.sleep(chance.uniform(0.0, 0.15))


def pictures(count: int, seed: int) -> Iterator[bytes]:
    """Small photos as JPEG: every other one sound, the rest faded, noisy and scratched."""
    for number in range(count):
        random_numbers = np.random.default_rng([seed, number])
        sound = _scene(random_numbers)
        yield encoded("JPEG", sound if number % 2 else _damaged(sound, random_numbers), quality=95)


def _scene(chance: np.random.Generator) -> NDArray[np.uint8]:
    """Soft shapes over the whole range of tones, with edges."""
    width, height = int(chance.integers(380, 560)), int(chance.integers(380, 560))
    coarse = Pillow.fromarray(chance.integers(0, 256, (9, 12, 3), np.uint8))
    pixels = np.array(coarse.resize((width, height), Pillow.Resampling.BICUBIC))
    for _ in range(12):
        left, top = int(chance.integers(0, width - 80)), int(chance.integers(0, height - 80))
        right, bottom = left + int(chance.integers(20, 80)), top + int(chance.integers(20, 80))
        pixels[top:bottom, left:right] = chance.integers(0, 256, 3, np.uint8)
    return pixels


def _damaged(pixels: NDArray[np.uint8], chance: np.random.Generator) -> NDArray[np.uint8]:
    faded: NDArray[np.float32] = pixels.astype(np.float32) * 0.45 + np.array([110, 90, 60], np.float32)
    faded += chance.normal(0, 9, faded.shape).astype(np.float32)
    width: int = pixels.shape[1]
    for _ in range(4):
        column = int(chance.integers(5, width - 5))
        faded[:, column : column + 2] = 245
    return np.clip(faded, 0, 255).astype(np.uint8)
