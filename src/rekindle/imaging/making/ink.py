"""Ink lines along the edges of a picture."""

from typing import cast

import cv2
import numpy as np

from rekindle.imaging.making.made import Bytes
from rekindle.imaging.planes import Plane, floats, gaussian, luma


def ink(planes: Plane, width: float, *, bold: float) -> Plane:
    """Where ink is, 1 on a line and 0 off it, for lines about `width` pixels wide; more of them the larger `bold`.

    H. Winnemoeller and others, XDoG: an extended difference-of-Gaussians compendium (Computers & Graphics 36, 2012).
    """
    grey = luma(planes)
    wide = gaussian(grey, 1.6 * width)
    response = (gaussian(grey, width) - 0.985 * wide) / (0.25 + wide)
    lines = 1 - np.clip(1 + np.tanh(28 * bold * (response + 0.002 - 0.008 * bold)), 0, 1)
    return _without_specks(floats(lines), max(6, round(14 * width * width)))


def _without_specks(lines: Plane, least: int) -> Plane:
    """Lines of fewer pixels than `least` are grain, not drawing."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((lines > 0.25).astype(np.uint8))
    large = np.asarray(stats)[:, cv2.CC_STAT_AREA] >= least
    large[0] = False
    kept = np.isin(np.asarray(labels), np.flatnonzero(large)).astype(np.uint8)
    around = cast("Bytes", cv2.dilate(kept, np.ones((3, 3), np.uint8)))
    return floats(lines * around)
