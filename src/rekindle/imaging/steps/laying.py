"""Carries colours that were planned on a small copy to the picture, along its luma."""

from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Samples
from rekindle.imaging.planes import LUMA, Plane, box, floats, to_planes, to_samples
from rekindle.imaging.steps.chroma import Differences, coloured

Lines: TypeAlias = NDArray[np.float32]
"""Two straight lines for each pixel, from luma to the colour differences: slopes and offsets, (height, width, 4)."""

_WINDOW = 7
_EVEN = 4e-4
"""Side of the guided filter's window in pixels of the copy, and the variance of luma below which it only averages."""
_STRIPE = 64
_THREADS = 2


def guided(grey: Plane, wanted: Differences) -> Lines:
    """Lines that follow `wanted` around each pixel of the copy (He, Sun, "Fast guided filter", 2015) and give exactly
    `wanted` on the copy itself.
    """
    mean = box(grey, _WINDOW)
    variance = box(grey * grey, _WINDOW) - mean * mean + np.float32(_EVEN)
    means = box(wanted, _WINDOW)
    slopes = box(wanted * grey[..., None], _WINDOW) - means * mean[..., None]
    slopes = box(floats(slopes / variance[..., None]), _WINDOW)
    return floats(np.concatenate((slopes, wanted - slopes * grey[..., None]), axis=-1))


def laid_on(pixels: Samples, lines: Lines) -> Samples:
    """The lines of the copy applied to the luma of the picture, stripe by stripe on two threads."""
    height, width = pixels.shape[:2]
    wide = cast("Lines", cv2.resize(lines, (width, lines.shape[0]), interpolation=cv2.INTER_LINEAR))
    result = np.empty_like(pixels)

    def one(top: int) -> None:
        part = pixels[top : top + _STRIPE]
        grey = cast("Plane", cv2.transform(to_planes(part), LUMA[None])).reshape(part.shape[:2])
        slopes_and_offsets = _between(wide, top, len(part), height)
        found = slopes_and_offsets[..., :2] * grey[..., None] + slopes_and_offsets[..., 2:]
        result[top : top + _STRIPE] = to_samples(coloured(grey, found), pixels)

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(one, range(0, height, _STRIPE)))
    return result


def _between(wide: Lines, top: int, rows: int, height: int) -> Lines:
    """Rows `top`.. of the lines stretched to `height` rows, bilinear."""
    last = wide.shape[0] - 1
    places = np.clip((np.arange(top, top + rows) + 0.5) * (wide.shape[0] / height) - 0.5, 0, last)
    upper = np.minimum(places.astype(np.intp), last)
    share = floats(places - upper)[:, None, None]
    return floats(wide[upper] * (1 - share) + wide[np.minimum(upper + 1, last)] * share)
