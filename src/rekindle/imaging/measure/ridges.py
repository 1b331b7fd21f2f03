"""Where a picture has thin lines: pixels whose short segment is brighter, or darker, than both of its sides."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.planes import Plane

ORIENTATIONS = 12
_LENGTH = 15
"""Pixels that a segment is averaged over: what is no line fades, what is one stays."""
_DISTANCES = (3, 6)
"""How far the sides are looked at: for lines up to about 4 and up to about 9 pixels wide."""
_PAD = 8


@dataclass(frozen=True, slots=True)
class Ridges:
    """Maps of shape (height, width). `response` 0..1: how far the line stands out; `centre`, `ground`: levels of the
    line and of its sides; `sides`: how much the two sides differ; `orientation`: 0..11, steps of 15 degrees from
    horizontal.
    """

    response: Plane
    centre: Plane
    ground: Plane
    sides: Plane
    orientation: NDArray[np.uint8]


def find_ridges(grey: Plane) -> tuple[Ridges, Ridges]:
    """The strongest orientation and distance at each pixel: for lines brighter than both sides, and for darker ones.

    Levels of the dark ones are those of the negative.
    """
    means = [_padded_mean(grey, kernel) for kernel in _KERNELS]
    with ThreadPoolExecutor(2) as pool:
        dark = pool.submit(_strongest, [1 - mean for mean in means])
        return _strongest(means), dark.result()


def _padded_mean(grey: Plane, kernel: Plane) -> Plane:
    mean = cv2.filter2D(grey, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    return cast("Plane", cv2.copyMakeBorder(mean, _PAD, _PAD, _PAD, _PAD, cv2.BORDER_REFLECT_101))


def _strongest(means: list[Plane]) -> Ridges:
    height, width = means[0].shape[0] - 2 * _PAD, means[0].shape[1] - 2 * _PAD
    best, centre, ground, sides = (np.zeros((height, width), np.float32) for _ in range(4))
    orientation = np.zeros((height, width), np.uint8)
    for index, padded in enumerate(means):
        mean = padded[_PAD : _PAD + height, _PAD : _PAD + width]
        angle = np.pi * index / ORIENTATIONS
        for distance in _DISTANCES:
            dx, dy = round(distance * np.sin(angle)), round(distance * np.cos(angle))
            one = padded[_PAD + dy : _PAD + dy + height, _PAD + dx : _PAD + dx + width]
            other = padded[_PAD - dy : _PAD - dy + height, _PAD - dx : _PAD - dx + width]
            response = mean - np.maximum(one, other)
            better = response > best
            np.copyto(best, response, where=better)
            np.copyto(centre, mean, where=better)
            np.copyto(ground, (one + other) / 2, where=better)
            np.copyto(sides, np.abs(one - other), where=better)
            orientation[better] = index
    return Ridges(best, centre, ground, sides, orientation)


def _kernel(angle: float) -> Plane:
    """A line of one pixel's width through the centre, spread over neighbouring pixels by bilinear weights."""
    kernel = np.zeros((_LENGTH, _LENGTH), np.float32)
    half = _LENGTH // 2
    for t in np.linspace(-half, half, 8 * _LENGTH):
        x, y = half + t * np.cos(angle), half - t * np.sin(angle)
        left, top = int(np.floor(x)), int(np.floor(y))
        for row, column in ((top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)):
            if 0 <= row < _LENGTH and 0 <= column < _LENGTH:
                kernel[row, column] += (1 - abs(x - column)) * (1 - abs(y - row))
    return kernel / kernel.sum()


_KERNELS = [_kernel(np.pi * index / ORIENTATIONS) for index in range(ORIENTATIONS)]
