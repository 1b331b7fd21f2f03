"""A photo as pixel art: few large squares in few colours."""

from typing import cast

import cv2
import numpy as np

from rekindle.imaging.image import Planes
from rekindle.imaging.making.colours import from_lab, from_linear, to_lab, to_linear
from rekindle.imaging.making.made import Bytes, grown
from rekindle.imaging.planes import Plane, floats, to_planes

_FINEST, _COARSEST = 176, 84
"""Squares along the longer side for an amount of 0 and of 1."""
_COLOURS = 28
_DITHER = 0.011
_AXES = floats(np.array([1.0, 1.6, 1.6], np.float32))
"""How much lightness and the two axes of colour count."""
_BAYER = (np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16 - 15 / 32).astype(np.float32)
"""Thresholds of an ordered dither: B. Bayer, An optimum method for two-level rendition (ICC 1973)."""


def pixels(picture: Bytes, amount: float) -> Planes:
    """Squares of one size over the whole picture, whose size stays."""
    height, width = picture.shape[:2]
    longest = round(_FINEST + (_COARSEST - _FINEST) * amount)
    block = max(1, round(max(height, width) / longest))
    size = -(-width // block), -(-height // block)
    filled = cv2.copyMakeBorder(picture, 0, size[1] * block - height, 0, size[0] * block - width, cv2.BORDER_REPLICATE)
    small = grown(cast("Bytes", filled), size)
    crisp = cast("Bytes", cv2.addWeighted(small, 1.5, cv2.GaussianBlur(small, (0, 0), 1.0), -0.5, 0))
    lab = to_lab(to_linear(to_planes(crisp)))
    lab[..., 0] = np.clip((lab[..., 0] - 0.55) * 1.12 + 0.56, 0, 1)
    lab[..., 1:] *= 1.3
    palette = _palette(lab)
    rows, columns = lab.shape[:2]
    pattern = np.tile(_BAYER, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns]
    wanted = lab.copy()
    wanted[..., 0] += pattern * _DITHER * 2
    colours = palette[_nearest(wanted, palette)]
    art = from_linear(from_lab(floats(colours)))
    return floats(art.repeat(block, axis=0).repeat(block, axis=1)[:height, :width])


def _palette(lab: Planes) -> Plane:
    """The colours that stand for all best, by k-means from a fixed start."""
    points = floats(lab.reshape(-1, 3)) * _AXES
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 24, 1e-4)
    count = min(_COLOURS, len(points))
    labels = np.zeros((len(points), 1), np.int32)
    found = cast("tuple[float, Plane, Plane]", cv2.kmeans(points, count, labels, criteria, 2, cv2.KMEANS_PP_CENTERS))
    return floats(found[2] / _AXES)


def _nearest(lab: Planes, palette: Plane) -> np.ndarray[tuple[int, int], np.dtype[np.intp]]:
    distances = [np.square((lab - colour) * _AXES).sum(axis=2) for colour in palette]
    return np.argmin(np.stack(distances), axis=0)
