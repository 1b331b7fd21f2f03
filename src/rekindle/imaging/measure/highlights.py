"""Blown spots with a soft glow around them, as reflections on glossy prints and glass leave them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Planes
from rekindle.imaging.planes import Plane, gaussian, luma

_BLOWN = 0.975
_LARGEST, _SMALLEST = 0.12, 0.0015
"""Share of the picture that one spot may cover: larger ones are skies and paper, smaller ones lamps and eyes."""


def measure_highlights(planes: Planes) -> float:
    """Share of a small copy (about 512 pixels a side) that glowing blown spots away from the border cover, 0..1."""
    height, width = planes.shape[:2]
    blown = (np.minimum.reduce([planes[..., channel] for channel in range(3)]) > _BLOWN).astype(np.uint8)
    count, labels, stats = _spots(blown)
    glow: Plane | None = None
    total = 0.0
    for index in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[index])
        inside = x > 0 and y > 0 and x + w < width and y + h < height
        share = area / (height * width)
        if not inside or not _SMALLEST < share < _LARGEST or area < 0.5 * w * h:
            continue
        spot = (labels == index).astype(np.uint8)
        glow = gaussian(luma(planes), 3.0) if glow is None else glow
        near = np.asarray(cv2.dilate(spot, np.ones((13, 13), np.uint8))) > spot
        if float(np.mean(glow[near])) > 0.8:
            total += share
    return total


def _spots(blown: NDArray[np.uint8]) -> tuple[int, NDArray[np.int32], NDArray[np.int32]]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(blown)
    return int(count), np.asarray(labels, np.int32), np.asarray(stats, np.int32)
