"""Samples to float planes and back, and the few filters on them that measuring and mending share."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Planes, Samples

Plane: TypeAlias = NDArray[np.float32]
"""One channel in float32, shape (height, width)."""

Mask: TypeAlias = NDArray[np.bool_]
"""Which pixels something is true of, shape (height, width)."""

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""ITU-R BT.601 weights of gamma-encoded red, green and blue, the ones that JPEG uses."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of a picture with a margin around it, cut off where the picture ends. `inner` is relative to
    `outer`.
    """

    outer: tuple[slice, slice]
    inner: tuple[slice, slice]
    target: tuple[slice, slice]


def peak(samples: Samples) -> int:
    """The largest value that the samples can take: 255 or 65535."""
    return int(np.iinfo(samples.dtype).max)


def to_planes(samples: Samples) -> Planes:
    """Samples as float32 in 0..1, same shape."""
    return np.multiply(samples, np.float32(1 / peak(samples)), dtype=np.float32)


def to_samples(planes: Planes, like: Samples) -> Samples:
    """Floats in 0..1 as samples of the type of `like`, rounded to the nearest."""
    top = peak(like)
    scaled = np.multiply(planes, np.float32(top))
    scaled += np.float32(0.5)
    np.clip(scaled, 0, top, out=scaled)
    return scaled.astype(np.uint8) if top == 255 else scaled.astype(np.uint16)


def floats(values: NDArray[np.floating]) -> Plane:
    """The same numbers in float32; no copy where they are that already."""
    return np.asarray(values, np.float32)


def luma(planes: Planes) -> Plane:
    """BT.601 luma, shape (height, width), 0..1."""
    return planes @ LUMA


def luma_of(samples: Samples) -> Plane:
    """BT.601 luma of samples (height, width, 3), 0..1."""
    weights = (LUMA / np.float32(peak(samples)))[None]
    return cast("Plane", cv2.transform(samples.astype(np.float32), weights))


def gaussian(array: Plane, sigma: float) -> Plane:
    """Gaussian blur of one or three planes, mirrored at the borders."""
    return cast("Plane", cv2.GaussianBlur(array, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101))


def box(array: Plane, side: int) -> Plane:
    """Mean over a square of `side` pixels."""
    return cast("Plane", cv2.blur(array, (side, side), borderType=cv2.BORDER_REFLECT_101))


def resize(array: Plane, width: int, height: int) -> Plane:
    """Area average when shrinking, bilinear when growing."""
    smaller = width < array.shape[1]
    return cast(
        "Plane", cv2.resize(array, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    )


def reduced(samples: Samples, longest: int) -> Planes:
    """A copy in float32 whose longer side is at most `longest`, by area average."""
    height, width = samples.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return to_planes(samples)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return to_planes(cast("Samples", cv2.resize(samples, size, interpolation=cv2.INTER_AREA)))


def halved_whole(samples: Samples, least: int) -> Samples:
    """The same as long as both sides are even, so that nothing is left out."""
    while max(samples.shape[:2]) >= 2 * least and not any(side % 2 for side in samples.shape[:2]):
        samples = half(samples)
    return samples


def thinned(samples: Samples, longest: int) -> Samples:
    """A copy of the whole picture by area average, whose longer side is at least `longest` and less than twice that;
    the picture itself where it is no larger. Squares of whole pixels, where they fit, are averaged many times as fast.
    """
    samples = halved_whole(samples, longest)
    height, width = samples.shape[:2]
    square = max(height, width) // longest
    if square < 2:
        return samples
    size = max(1, round(width / square)), max(1, round(height / square))
    return cast("Samples", cv2.resize(samples, size, interpolation=cv2.INTER_AREA))


def half(samples: Samples) -> Samples:
    """The mean of every four pixels, which is quick; an odd row or column at the end is left out."""
    height, width = (max(1, side // 2) for side in samples.shape[:2])
    even = samples[: max(1, samples.shape[0] // 2 * 2), : max(1, samples.shape[1] // 2 * 2)]
    return cast("Samples", cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA))


def halved(samples: Samples, least: int) -> Samples:
    """Halved again and again as long as the longer side is at least `least`; for looks that need not be exact at the
    border.
    """
    while max(samples.shape[:2]) >= 2 * least:
        samples = half(samples)
    return samples


def tiles(height: int, width: int, *, side: int, margin: int, wide: int | None = None) -> Iterator[Tile]:
    """Rectangles of at most `side` x `wide` (else `side`) that cover the picture once, each with its margin."""
    across = wide or side
    for top in range(0, height, side):
        for left in range(0, width, across):
            area = slice(top, min(top + side, height)), slice(left, min(left + across, width))
            yield with_margin(area, margin, (height, width))


def with_margin(target: tuple[slice, slice], margin: int, shape: tuple[int, int]) -> Tile:
    """The tile around an area of a picture of this `shape`."""
    first = [max(0, part.start - margin) for part in target]
    last = [min(size, part.stop + margin) for part, size in zip(target, shape, strict=True)]
    inner = [slice(part.start - start, part.stop - start) for part, start in zip(target, first, strict=True)]
    return Tile((slice(first[0], last[0]), slice(first[1], last[1])), (inner[0], inner[1]), target)


def windows(height: int, width: int, *, side: int, most: int) -> list[tuple[slice, slice]]:
    """Up to `most` squares spread evenly over the picture: all of a small one, a sample of a large one."""
    columns, rows = max(1, round(width / side)), max(1, round(height / side))
    while columns * rows > most:
        if columns >= rows:
            columns -= 1
        else:
            rows -= 1
    side_y, side_x = min(side, height), min(side, width)
    tops = [round(t) for t in np.linspace(0, height - side_y, rows + 2)[1:-1]] if rows > 1 else [(height - side_y) // 2]
    lefts = (
        [round(t) for t in np.linspace(0, width - side_x, columns + 2)[1:-1]]
        if columns > 1
        else [(width - side_x) // 2]
    )
    if height <= side * 1.5 * rows:
        tops = [round(t) for t in np.linspace(0, height - side_y, rows)]
    if width <= side * 1.5 * columns:
        lefts = [round(t) for t in np.linspace(0, width - side_x, columns)]
    return [(slice(y, y + side_y), slice(x, x + side_x)) for y in tops for x in lefts]
