"""How far the check of results tells photos apart: pairs of one scene against pairs of two.

    python -m benchmarks.likeness FOLDER [--photos 65] [--seed 0]

FOLDER holds photographs (.jpg); only those are used that no training saw. One scene: each photo as it looks damaged in
five ways, and without colours, beside the photo itself, in other tones, cut, or pressed into a square.
"""

import argparse
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from benchmarks.damage import Kind, Samples, damage
from benchmarks.photographs import of_folder
from rekindle.imaging.structure import fit

LONGEST = 900
"""Pixels of the longer side of the copies that are compared."""


def pairs(photo: Samples, seed: int) -> Iterator[tuple[str, Samples, Samples]]:
    """Kind, before and after."""
    random = np.random.default_rng(seed)
    for kind in Kind:
        before = damage(photo, kind, seed).pixels
        yield kind, before, photo
        yield f"{kind}, grey, cut, other tones", grey(before), toned(cut(photo, random), random)
    height, width = photo.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    yield "pressed into a square", photo, cast("Samples", cv2.resize(photo, (768, 768)))
    yield "a square cut out", photo, np.ascontiguousarray(photo[top : top + side, left : left + side])
    yield "other tones", photo, toned(photo, random)
    worst = grey(damage(photo, Kind.SCRATCHES_AND_LOW_QUALITY, seed).pixels)
    yield "E+A, grey, against a soft one", worst, cast("Samples", cv2.GaussianBlur(photo, (0, 0), 4))


def grey(photo: Samples) -> Samples:
    """Without colours, three channels."""
    return np.repeat(cast("Samples", cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY))[..., None], 3, axis=2)


def toned(photo: Samples, random: np.random.Generator) -> Samples:
    """Another gamma (0.5..1.8) and less green and blue."""
    planes = (photo / 255) ** random.uniform(0.5, 1.8) * (1, random.uniform(0.7, 1), random.uniform(0.5, 1))
    return np.round(planes * 255).astype(np.uint8)


def cut(photo: Samples, random: np.random.Generator) -> Samples:
    """Up to 7 % off each side."""
    height, width = photo.shape[:2]
    top, bottom, left, right = random.uniform(0, 0.07, 4)
    rows = slice(int(top * height), int(height - bottom * height))
    return np.ascontiguousarray(photo[rows, int(left * width) : int(width - right * width)])


def small(photo: Samples) -> Samples:
    """At most `LONGEST` pixels long."""
    height, width = photo.shape[:2]
    scale = LONGEST / max(height, width)
    if scale >= 1:
        return photo
    return cast(
        "Samples", cv2.resize(photo, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    )


def main() -> None:
    """Print the least alike pairs of one scene of each kind, and the most alike of two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=65)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    photos = [small(photo) for photo in of_folder(asked.folder, asked.photos, held_out=True).values()]
    found: dict[str, list[float]] = {}
    for number, photo in enumerate(photos):
        for kind, before, after in pairs(photo, asked.seed + number):
            found.setdefault(kind, []).append(fit(before, after).alike)
    for kind, alike in found.items():
        print(f"{kind:32} least {min(alike):.2f}  median {np.median(alike):.2f}", flush=True)
    different = [fit(one, other).alike for one, other in list(itertools.combinations(photos, 2))[::2]]
    print(f"{len(different)} pairs of different photos: most {max(different):.2f}  median {np.median(different):.2f}")


if __name__ == "__main__":
    main()
