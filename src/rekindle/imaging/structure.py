"""Where the edges of two pictures run, compared whatever their tones and colours: how alike, and how they lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Samples
from rekindle.imaging.planes import Plane, floats, gaussian, luma_of, thinned

Field: TypeAlias = NDArray[np.complex64]
"""The direction of the edge at each pixel as a complex number of twice its angle, so that dark on light is the same as
light on dark, and of a length near 1 where there is an edge.
"""

_AREA = 96 * 96
"""Pixels of the copies that are compared: large enough for composition, too small for grain and most scratches."""
_THINNED = 480
"""Longest side to which they are brought first, quickly, where it is at least twice that."""
_SIGMA = 1.6
_AROUND = 6.0
"""Pixels over which the strength of edges is made even, so that a faint background counts as much as a hard outline."""
_FLOOR, _FAINT = 0.25, 0.002
"""What is added to the strength of edges before dividing by it: a share of the usual, and a part of the full range."""
_RIM = 3
_SCALES = (0.88, 0.94, 1.0, 1.06, 1.14)
_SHIFT = 0.1
"""How far the one may lie beside the other, as a share of its sides, beyond what another shape asks for."""
_SAME_SHAPE = 0.03


@dataclass(frozen=True, slots=True)
class Fit:
    """How one picture lies on another. `alike` is 1 for the same edges, about 0.1 for two photos of anything.

    In units of the first picture's width and height, the second one is `width` x `height` large and begins at (`x`,
    `y`).
    """

    alike: float
    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0


def fit(first: Samples, second: Samples) -> Fit:
    """The best of all ways to lay the second picture on the first: a little larger or smaller, a little beside, with
    its own proportions or with those of the first. Pictures are RGB samples (height, width, 3).
    """
    size = _size(first)
    first, second = thinned(first, _THINNED), thinned(second, _THINNED)
    base = edges(first, size)
    best = Fit(-1.0)
    for width, height in dict.fromkeys(_sizes(size, second.shape[1] / second.shape[0])):
        alike, x, y = _correlation(base, edges(second, (width, height)))
        if alike > best.alike:
            best = Fit(alike, x / size[0], y / size[1], width / size[0], height / size[1])
    return best


def grey_copy(samples: Samples, size: tuple[int, int]) -> Plane:
    """Luma (height, width) of a copy of this (width, height), by area average, 0..1."""
    return cast("Plane", cv2.resize(luma_of(samples), size, interpolation=cv2.INTER_AREA))


def edges(samples: Samples, size: tuple[int, int]) -> Field:
    """The field of edges of a copy of this (width, height)."""
    grey = gaussian(grey_copy(samples, size), _SIGMA)
    across, down = (floats(cast("Plane", cv2.Scharr(grey, -1, *axis))) / 32 for axis in ((1, 0), (0, 1)))
    power = across**2 + down**2
    around = np.sqrt(gaussian(floats(power), _AROUND)) + _FLOOR * float(np.sqrt(power.mean())) + _FAINT
    length = np.minimum(np.sqrt(power) / around, 2)
    # Twice the angle is that of the square of the number.
    field = np.zeros(power.shape, np.complex64)
    scale = length / np.maximum(power, np.float32(1e-20))
    field.real, field.imag = (across**2 - down**2) * scale, 2 * across * down * scale
    field[:_RIM] = field[-_RIM:] = 0
    field[:, :_RIM] = field[:, -_RIM:] = 0
    return field


def _size(samples: Samples) -> tuple[int, int]:
    height, width = samples.shape[:2]
    scale = (_AREA / (height * width)) ** 0.5
    return max(12, round(width * scale)), max(12, round(height * scale))


def _sizes(size: tuple[int, int], ratio: float) -> Iterator[tuple[int, int]]:
    """The sizes to try for a picture of this ratio of width to height over one of this `size`."""
    width, height = size
    for scale in _SCALES:
        yield round(width * scale), round(height * scale)
        if abs(ratio * height / width - 1) > _SAME_SHAPE:
            yield round(width * scale), max(8, round(width * scale / ratio))
            yield max(8, round(height * scale * ratio)), round(height * scale)


def _correlation(base: Field, other: Field) -> tuple[float, int, int]:
    """The best normalized correlation over all allowed places of `other`, and where it then begins: x and y."""
    shape = [cv2.getOptimalDFTSize(one + two) for one, two in zip(base.shape, other.shape, strict=True)]
    together = np.fft.ifft2(np.fft.fft2(base, shape) * np.conj(np.fft.fft2(other, shape))).real
    rows, columns = (_shifts(one, two) for one, two in zip(base.shape, other.shape, strict=True))
    allowed = together[np.ix_(rows, columns)]
    row, column = np.unravel_index(int(np.argmax(allowed)), allowed.shape)
    power = float(np.sum(np.abs(base) ** 2)) * float(np.sum(np.abs(other) ** 2))
    return float(allowed[row, column]) / (power**0.5 + 1e-6), int(columns[column]), int(rows[row])


def _shifts(base: int, other: int) -> NDArray[np.int64]:
    spare = round(_SHIFT * base)
    return np.arange(min(0, base - other) - spare, max(0, base - other) + spare + 1)
