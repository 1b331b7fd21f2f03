"""Times the whole job by the command line on 12-megapixel photos: seconds, and the peak memory of all its processes.

    python -m benchmarks.whole_job [--rounds 3] [--photo FILE]

Each run is a fresh `rekindle restore` of one file into an empty folder, from the start of the program to its end. The
photos are faded and noisy or scratched, so that every step has something to do, and the quality is the default. RSS is
the sum over the processes, where pages that they share count several times; PSS counts them once. Exits with 1 when a
JPEG takes longer or more than it may.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray
from skimage import data

from benchmarks.heic_grid import build

SIZE = (4032, 3024)
MOST_SECONDS, MOST_BYTES = 5.0, 500e6
"""What a 12-megapixel JPEG may take from end to end on two cores: the median of the runs, and the highest RSS of all.
"""
_PSS_EVERY = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds from start to end and of processors, and bytes at the peak, over the whole tree of processes."""

    seconds: float
    processor: float
    rss: int
    pss: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table of medians against the limits; 0 when they are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each photo is restored (default: 3)")
    parser.add_argument("--photo", type=Path, help="a photo of your own, instead of those made here")
    options = parser.parse_args(arguments)
    print(f"Limits for a 12 MP JPEG: {MOST_SECONDS:.0f} s, {MOST_BYTES / 1e6:.0f} MB\n")
    broken: list[str] = []
    print("| photo | seconds | processor seconds | peak PSS, MB | peak RSS, MB |")
    print("| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        photos = {options.photo.name: options.photo} if options.photo else make_photos(Path(name))
        for title, path in photos.items():
            runs = [measure(path, Path(name) / f"out-{path.stem}-{number}") for number in range(options.rounds)]
            seconds, processor = (
                statistics.median(getattr(run, kind) for run in runs) for kind in ("seconds", "processor")
            )
            pss, rss = (max(getattr(run, kind) for run in runs) / 1e6 for kind in ("pss", "rss"))
            print(f"| {title} | {seconds:.2f} | {processor:.2f} | {pss:.0f} | {rss:.0f} |", flush=True)
            if "JPEG" in title and (seconds > MOST_SECONDS or rss > MOST_BYTES / 1e6):
                broken.append(title)
    print(f"\nOver the limit: {'; '.join(broken) or 'none'}.")
    return 1 if broken else 0


def measure(photo: Path, out: Path) -> Measured:
    """Restore one photo into an empty folder, looking at the memory of all processes all the while."""
    command = [sys.executable, "-m", "rekindle", "restore", str(photo), "-o", str(out)]
    started, used = time.monotonic(), _processor_seconds()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        rss = pss = looks = 0
        while running.poll() is None:
            tree = _tree(running.pid)
            rss = max(rss, sum(_memory(process, "rss") for process in tree))
            if looks % _PSS_EVERY == 0:
                pss = max(pss, sum(_memory(process, "pss") for process in tree))
            looks += 1
            time.sleep(0.01)
        seconds = time.monotonic() - started
        if running.returncode != 0:
            raise SystemExit(running.communicate()[0])
    return Measured(seconds, _processor_seconds() - used, rss, pss)


def make_photos(folder: Path) -> dict[str, Path]:
    """Photos that need work, 12 megapixels each."""
    noisy, scratched = folder / "faded-noisy.jpg", folder / "scratched.jpg"
    faded = _faded(_scene())
    noise = np.random.default_rng(12).normal(0, 9, faded.shape)
    cv2.imwrite(str(noisy), np.clip(faded + noise, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 90])
    cv2.imwrite(str(scratched), _scratched(faded), [cv2.IMWRITE_JPEG_QUALITY, 92])
    heic = folder / "phone.heic"
    heic.write_bytes(build(8, 6))
    return {"12 MP JPEG, faded and noisy": noisy, "12 MP JPEG, faded and scratched": scratched, "12.6 MP HEIC": heic}


def _scene() -> NDArray[np.uint8]:
    astronaut = cast("NDArray[np.uint8]", data.astronaut())[:384, :, ::-1]
    return cast("NDArray[np.uint8]", cv2.resize(astronaut, SIZE, interpolation=cv2.INTER_CUBIC))


def _faded(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return (picture * 0.55 + 70).astype(np.uint8)


def _scratched(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    places = np.random.default_rng(13)
    damaged = picture.copy()
    for _ in range(14):
        (x0, x1), (y0, y1) = (places.integers(0, side, 2).tolist() for side in SIZE)
        cv2.line(damaged, (x0, y0), (x1, y1), (235, 235, 235), int(places.integers(3, 9)), cv2.LINE_AA)
    return damaged


def _processor_seconds() -> float:
    """What processes that have ended used, with those that they waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tree(pid: int) -> list[psutil.Process]:
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _memory(process: psutil.Process, kind: str) -> int:
    try:
        found = process.memory_info() if kind == "rss" else process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return int(getattr(found, kind, 0))


if __name__ == "__main__":
    sys.exit(main())
