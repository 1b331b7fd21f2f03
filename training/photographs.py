"""Good photographs to learn from: read once, split by photo, and cut into patches."""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.uint8]

HELD_OUT = 20
"""One photo in so many is never trained on."""


def is_held_out(name: str) -> bool:
    """Whether the photo of this name (with its folder, `/` between) is kept for measuring."""
    return zlib.crc32(name.encode()) % HELD_OUT == 0


def names(folder: Path, *, held_out: bool) -> list[str]:
    """The JPEG files below a folder that belong to one side of the split, sorted."""
    found = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.jpg")))
    return [name for name in found if is_held_out(name) is held_out]


def read(path: Path) -> Samples:
    """A photo as RGB (height, width, 3). Raises ValueError for a file that cannot be read."""
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        message = f"{path} cannot be read as a picture"
        raise ValueError(message)
    return cast("Samples", cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))


def load(folder: Path, *, held_out: bool, most: int | None = None) -> list[Samples]:
    """The photos of one side of the split, at most `most` of them."""
    return [read(folder / name) for name in names(folder, held_out=held_out)[:most]]


def patch(photos: Sequence[Samples], side: int, random: np.random.Generator, *, smallest: float = 0.5) -> Samples:
    """A square of a random photo at a random size (`smallest`..1 of its own), mirrored and turned at random."""
    while True:
        photo = photos[int(random.integers(len(photos)))]
        height, width = photo.shape[:2]
        if min(height, width) >= side:
            break
    scale = max(float(random.uniform(smallest, 1.0)), side / min(height, width))
    cut = min(round(side / scale), height, width)
    top, left = (int(random.random() * (whole - cut + 1)) for whole in (height, width))
    square = photo[top : top + cut, left : left + cut]
    if cut != side:
        square = cast("Samples", cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA))
    if random.random() < 0.5:
        square = square[:, ::-1]
    turns = int(random.choice([0, 0, 0, 1, 2, 3]))
    return np.ascontiguousarray(np.rot90(square, turns))
