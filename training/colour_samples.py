"""Pairs to learn colour from: photographs made grey as old film saw them, a few dabs of the truth, and the truth."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.planes import LUMA, floats, gaussian
from rekindle.imaging.steps.chroma import chroma_of
from rekindle.imaging.steps.tint import UNIT, Dab, disc, stacked
from training.photographs import Samples, names, read

Planes = NDArray[np.float32]

_SHORTER = 176
_CHECKED = 20


def split(folder: Path) -> tuple[list[str], list[str]]:
    """Names of the photographs to learn from, and of those to choose settings by; the held-out ones are in neither."""
    every = names(folder, held_out=False)
    return [name for i, name in enumerate(every) if i % _CHECKED], every[::_CHECKED]


def load_small(folder: Path, wanted: Sequence[str]) -> list[Samples]:
    """Photographs reduced to a shorter side of 176 pixels."""
    return [_shrunk(read(folder / name)) for name in wanted]


def sample(photos: Sequence[Samples], side: int, random: np.random.Generator) -> tuple[Planes, Planes]:
    """One pair: the network's input (4, side, side) and a*b* in its units (2, side / 2, side / 2)."""
    planes = _crop(photos[int(random.integers(len(photos)))], side, random)
    chroma = chroma_of(planes)
    dabs = _dabs(chroma, random) if random.random() < 0.5 else []
    half = cast("Planes", cv2.resize(chroma, (side // 2, side // 2), interpolation=cv2.INTER_AREA))
    return stacked(_old_grey(planes, random), dabs)[0], np.ascontiguousarray(half.transpose(2, 0, 1) / UNIT)


def _shrunk(photo: Samples) -> Samples:
    height, width = photo.shape[:2]
    scale = min(1.0, _SHORTER / min(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cast("Samples", cv2.resize(photo, size, interpolation=cv2.INTER_AREA))


def _crop(photo: Samples, side: int, random: np.random.Generator) -> Planes:
    height, width = int(photo.shape[0]), int(photo.shape[1])
    share, stretch = random.uniform(0.55, 1.0), float(np.exp(random.uniform(-0.15, 0.15)))
    tall = min(height, max(8, round(min(height, width) * share * stretch)))
    wide = min(width, max(8, round(min(height, width) * share / stretch)))
    top, left = int(random.integers(height - tall + 1)), int(random.integers(width - wide + 1))
    cut = cv2.resize(photo[top : top + tall, left : left + wide], (side, side), interpolation=cv2.INTER_LINEAR)
    if random.random() < 0.5:
        cut = cut[:, ::-1]
    return np.ascontiguousarray(cut, np.float32) / np.float32(255)


def _old_grey(planes: Planes, random: np.random.Generator) -> Planes:
    """Luma, or what film with another taste for colours makes of it; then fading, softness and grain."""
    weights = LUMA if random.random() < 0.5 else random.dirichlet(8 * LUMA).astype(np.float32)
    grey = floats((planes @ weights) ** np.float32(np.exp(random.normal(0, 0.25))))
    if random.random() < 0.3:
        grey = gaussian(grey, random.uniform(0.4, 1.4))
    if random.random() < 0.3:
        grey = floats(1 - (1 - grey) * np.float32(random.uniform(0.5, 1)))
    if random.random() < 0.5:
        grey = floats(grey + random.uniform(0, 0.07) * random.standard_normal(grey.shape, np.float32))
    return floats(np.clip(grey, 0, 1))


def _dabs(chroma: Planes, random: np.random.Generator) -> list[Dab]:
    height, width = int(chroma.shape[0]), int(chroma.shape[1])
    made: list[Dab] = []
    for _ in range(min(50, int(random.geometric(0.15)))):
        y, x = float(random.uniform(0, height)), float(random.uniform(0, width))
        radius = float(random.uniform(1, 5))
        rows, columns, inside = disc(y, x, radius, (height, width))
        a, b = chroma[rows, columns][inside].mean(axis=0)
        made.append(Dab(x, y, radius, (float(a), float(b))))
    return made
