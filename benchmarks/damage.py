"""Damages good photos in known ways, from a seed, so that a repair can be measured against the truth."""

from dataclasses import dataclass
from enum import StrEnum
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.uint8]
Planes = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Kind(StrEnum):
    """The classes of damage that can be made."""

    LOW_QUALITY = "A"
    MOTION_BLUR = "C"
    FADING = "D"
    SCRATCHES = "E"
    SCRATCHES_AND_LOW_QUALITY = "E+A"


@dataclass(frozen=True, slots=True)
class Damaged:
    """The damaged picture (height, width, 3) and the pixels that scratches cover."""

    pixels: Samples
    scratches: Mask


def damage(clean: Samples, kind: Kind, seed: int) -> Damaged:
    """Damage a picture; the same seed makes the same damage."""
    random = np.random.default_rng([seed, sum(map(ord, kind))])
    planes: Planes = _array(clean) / np.float32(255)
    mask = np.zeros(clean.shape[:2], np.bool_)
    if kind in (Kind.SCRATCHES, Kind.SCRATCHES_AND_LOW_QUALITY):
        planes, mask = scratch(planes, random)
    if kind in (Kind.LOW_QUALITY, Kind.SCRATCHES_AND_LOW_QUALITY):
        planes = degrade(planes, random)
    if kind == Kind.MOTION_BLUR:
        planes = shake(planes, random)
    if kind == Kind.FADING:
        planes = fade(planes, random)
    return Damaged(np.round(np.clip(planes, 0, 1) * 255).astype(np.uint8), mask)


def degrade(planes: Planes, random: np.random.Generator) -> Planes:
    """A soft lens or a small print, grain, then JPEG of quality 35..88."""
    planes = _array(cv2.GaussianBlur(planes, (0, 0), random.uniform(0.3, 1.3)))
    if random.random() < 0.3:
        height, width = planes.shape[:2]
        shrink = random.uniform(1.2, 1.9)
        small = cv2.resize(planes, (round(width / shrink), round(height / shrink)), interpolation=cv2.INTER_AREA)
        planes = _array(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))
    return jpeg(planes + _grain(planes, random), int(random.integers(35, 89)))


def _grain(planes: Planes, random: np.random.Generator) -> Planes:
    """Film grain (all channels alike) or sensor noise (each its own), of 0.015..0.08, fine or a little coarse."""
    grain = random.standard_normal(planes.shape).astype(np.float32)
    if random.random() < 0.5:
        grain = np.repeat(grain[..., :1], 3, axis=2)
    if random.random() < 0.4:
        grain = _array(cv2.GaussianBlur(grain, (0, 0), random.uniform(0.4, 0.9)))
    return grain * np.float32(random.uniform(0.015, 0.08) / float(grain.std()))


def jpeg(planes: Planes, quality: int) -> Planes:
    """Through a JPEG file and back, colour at half size as most cameras write it."""
    samples = np.round(np.clip(planes, 0, 1) * 255).astype(np.uint8)
    _, coded = cv2.imencode(".jpg", cv2.cvtColor(samples, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return _array(cv2.cvtColor(cast("Samples", decoded), cv2.COLOR_BGR2RGB)) / np.float32(255)


def shake(planes: Planes, random: np.random.Generator) -> Planes:
    """The camera moved 5..15 pixels in a straight line at an even speed while the shutter was open."""
    length, angle = random.uniform(5, 15), random.uniform(0, np.pi)
    side = 2 * int(length // 2 + 1) + 1
    kernel = np.zeros((side, side), np.float32)
    centre = side // 2
    for t in np.linspace(-length / 2, length / 2, 200):
        x, y = centre + t * np.cos(angle), centre - t * np.sin(angle)
        left, top = int(np.floor(x)), int(np.floor(y))
        for row, column in ((top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)):
            if 0 <= row < side and 0 <= column < side:
                kernel[row, column] += (1 - abs(x - column)) * (1 - abs(y - row))
    return _array(cv2.filter2D(planes, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101))


def fade(planes: Planes, random: np.random.Generator) -> Planes:
    """Dyes bleach, blacks turn grey, paper turns yellow or magenta."""
    grey = _array(planes @ np.array([0.299, 0.587, 0.114]))[..., None]
    planes = _array(grey + (planes - grey) * np.float32(random.uniform(0.25, 0.8)))
    black, white = random.uniform(0.08, 0.28), random.uniform(0.66, 0.9)
    planes = _array(black + (white - black) * np.power(planes, random.uniform(0.75, 1.25)))
    yellow, magenta = random.uniform(0.7, 0.92), random.uniform(0.88, 0.99)
    return planes * np.array([1.0, magenta, yellow], np.float32)


def scratch(planes: Planes, random: np.random.Generator) -> tuple[Planes, Mask]:
    """Film scratches, wandering hairlines, a crease or two, and specks, bright more often than dark."""
    height, width = planes.shape[:2]
    planes = planes.copy()
    cover = np.zeros((height, width), np.float32)
    for _ in range(int(random.integers(3, 9))):
        _draw(planes, cover, _line(height, width, random), random, thickness=int(random.integers(1, 4)))
    for _ in range(int(random.integers(0, 3))):
        _crease(planes, cover, random)
    for _ in range(int(random.integers(4, 25))):
        spot = random.random(2) * (width, height)
        path = spot + np.cumsum(random.normal(size=(3, 2)), axis=0) * random.uniform(0.3, 1.5)
        _draw(planes, cover, path, random, thickness=int(random.integers(1, 5)))
    return planes, cover > 0.1


def _line(height: int, width: int, random: np.random.Generator) -> Planes:
    """A nearly straight path of a tenth of the picture up to all of it; two in three are nearly upright."""
    upright = random.random() < 0.66
    angle = np.pi / 2 + random.normal(0, 0.12) if upright else random.uniform(0, np.pi)
    steps = np.linspace(0, random.uniform(0.12, 1.1) * max(height, width), 24)[:, None]
    wander = np.cumsum(random.normal(0, 1, (24, 2)), axis=0) * random.uniform(0.1, 1.2)
    return (random.random(2) * (width, height * 0.7) + steps * (np.cos(angle), np.sin(angle)) + wander).astype(
        np.float32
    )


def _crease(planes: Planes, cover: Planes, random: np.random.Generator) -> None:
    """A fold: a dim band with a bright torn core, right across the picture."""
    height, width = planes.shape[:2]
    across = random.random() < 0.5
    a, b = random.uniform(0.1, 0.9, 2)
    start, end = ((0, a * height), (width, b * height)) if across else ((a * width, 0), (b * width, height))
    path = np.linspace(start, end, 40) + np.cumsum(random.normal(0, 0.8, (40, 2)), axis=0)
    _stroke(planes, cover, path, colour=np.full(3, random.uniform(0.25, 0.5)), width=9, opacity=0.2, soft=3.0)
    paper = np.full(3, random.uniform(0.82, 1.0)) * (1, random.uniform(0.94, 1), random.uniform(0.86, 1))
    _stroke(planes, cover, path, colour=paper, width=int(random.integers(1, 4)), opacity=0.95, soft=0.5)


def _draw(
    planes: Planes, cover: Planes, path: NDArray[np.floating], random: np.random.Generator, *, thickness: int
) -> None:
    level = random.uniform(0.78, 1.0) if random.random() < 0.72 else random.uniform(0.0, 0.18)
    colour = np.clip(level + random.normal(0, 0.02, 3), 0, 1)
    opacity, soft = random.uniform(0.55, 1.0), float(random.choice([0.0, 0.5, 0.8]))
    _stroke(planes, cover, path, colour=colour, width=thickness, opacity=opacity, soft=soft)


def _stroke(  # noqa: PLR0913
    planes: Planes,
    cover: Planes,
    path: NDArray[np.floating],
    *,
    colour: NDArray[np.floating],
    width: int,
    opacity: float,
    soft: float,
) -> None:
    ink = np.zeros(cover.shape, np.uint8)
    cv2.polylines(ink, [np.round(path * 8).astype(np.int32)], False, 255, width, cv2.LINE_AA, shift=3)
    alpha = ink.astype(np.float32) / 255 * np.float32(opacity)
    if soft:
        alpha = _array(cv2.GaussianBlur(alpha, (0, 0), soft))
    planes *= 1 - alpha[..., None]
    planes += alpha[..., None] * colour.astype(np.float32)
    np.maximum(cover, alpha, out=cover)


def _array(value: object) -> Planes:
    return np.asarray(value, np.float32)
