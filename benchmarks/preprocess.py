"""Times taking in a photo against its peers, and measures the memory it takes.

    python -m benchmarks.preprocess [--rounds 5] [--photo FILE]

Every measurement runs in a fresh process, after a warm-up on a small file that leaves imports out of the time; the
engines take turns, so that a busy machine slows all of them. The photo is drawn, or made of a file by scaling it.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.peers import ENGINES

SIZES = {"12 MP": (4032, 3024), "48 MP": (8064, 6048)}
REFERENCE, FLOOR = "pillow, plain", "turbojpeg floor"
_WARM_UP = (2400, 1600)
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: wall and processor time in milliseconds, memory above that of the idle process in megabytes."""

    wall: float
    processor: float
    memory: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table of medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each engine runs (default: 5)")
    parser.add_argument("--photo", type=Path, help="a photograph to scale; without it one is drawn")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_photo(folder / "warm-up.jpg", _WARM_UP, options.photo)
        for title, size in SIZES.items():
            path = folder / f"{title}.jpg"
            _write_photo(path, size, options.photo)
            _print_table(title, path, _measure_all(path, folder / "warm-up.jpg", options.rounds))


def measure_here(engine: str, source: Path, warm_up: Path) -> Measured:
    """Run one engine in this process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ENGINES[engine](warm_up, folder)
        _forget_peak()
        idle = _peak_megabytes()
        began, busy = time.perf_counter(), time.process_time()
        ENGINES[engine](source, folder)
        wall, processor = time.perf_counter() - began, time.process_time() - busy
    return Measured(wall * 1000, processor * 1000, _peak_megabytes() - idle)


def _measure_all(source: Path, warm_up: Path, rounds: int) -> dict[str, list[Measured]]:
    results: dict[str, list[Measured]] = {engine: [] for engine in ENGINES}
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "VIPS_CONCURRENCY": "1"}
    for _ in range(rounds):
        for engine, found in results.items():
            command = [sys.executable, "-m", "benchmarks.preprocess_one", engine, str(source), str(warm_up)]
            answer = subprocess.run(
                command, capture_output=True, check=True, env=environment, cwd=Path(__file__).parents[1]
            )
            found.append(Measured(**json.loads(answer.stdout)))
    return results


def _print_table(title: str, path: Path, results: dict[str, list[Measured]]) -> None:
    medians = {engine: statistics.median(each.wall for each in found) for engine, found in results.items()}
    print(f"\n{title} JPEG, {path.stat().st_size / 1e6:.1f} MB, median of {len(results[REFERENCE])} interleaved runs\n")
    print("| engine | ms | processor ms | times as quick as plain Pillow | times the floor | MB above idle |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for engine, found in results.items():
        processor = statistics.median(each.processor for each in found)
        print(
            f"| {engine} | {medians[engine]:.0f} | {processor:.0f} | {medians[REFERENCE] / medians[engine]:.1f} "
            f"| {medians[engine] / medians[FLOOR]:.2f} | {max(each.memory for each in found):.0f} |"
        )


def _write_photo(path: Path, size: tuple[int, int], photo: Path | None) -> None:
    """A JPEG with grain, turned on its side as phones do, with EXIF."""
    random = np.random.default_rng(7)
    drawn = Image.fromarray(random.integers(0, 256, (60, 80, 3), np.uint8))
    base = (Image.open(photo).convert("RGB") if photo else drawn).resize(size, Image.Resampling.BICUBIC)
    grain = random.normal(0, 4, (size[1], size[0], 1)).astype(np.int16)
    pixels = np.clip(np.asarray(base).astype(np.int16) + grain, 0, 255).astype(np.uint8)
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Rekindle", 6
    Image.fromarray(pixels).save(path, "JPEG", quality=92, exif=exif)


def _forget_peak() -> None:
    """Begin the highest memory anew, where the system can (Linux)."""
    refresh = Path("/proc/self/clear_refs")
    if refresh.exists():
        refresh.write_text("5")


def _peak_megabytes() -> float:
    """The highest memory of this process."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


if __name__ == "__main__":
    main()
