"""How much of a picture's fine structure sits on a grid of eight pixels, as JPEG leaves it.

After Wang, Sheikh and Bovik, "No-reference perceptual quality assessment of JPEG compressed images" (ICIP 2002), with
large steps left out (they are edges of things) and the grid's phase searched, because pictures get cropped.
"""

import numpy as np

from rekindle.imaging.image import Samples
from rekindle.imaging.measure.dct import SIDE
from rekindle.imaging.planes import Plane, luma_of, windows

_EDGE = 0.12
"""Steps above this are edges of things (0..1)."""


def measure_blockiness(samples: Samples) -> float:
    """The extra step at block borders in units of 0..1: about 0.000–0.002 for good photos, 0.01 and more for visible
    blocks.
    """
    height, width = samples.shape[:2]
    rows: list[float] = []
    for window in windows(height, width, side=256, most=12):
        grey = luma_of(samples[window])
        if min(grey.shape) >= 4 * SIDE:
            rows.append((_along(grey) + _along(np.ascontiguousarray(grey.T))) / 2)
    return float(np.median(rows)) if rows else 0.0


def _along(grey: Plane) -> float:
    """The strongest of the eight column phases against the mean of the others."""
    step = np.abs(np.diff(grey, axis=1))
    extra = step[:, 1:-1] - (step[:, :-2] + step[:, 2:]) / 2
    largest = np.maximum(step[:, 1:-1], np.maximum(step[:, :-2], step[:, 2:]))  # an edge next door counts as well
    profile = np.where(largest < _EDGE, extra, 0).mean(axis=0)
    usable = len(profile) // SIDE * SIDE
    phases = profile[:usable].reshape(-1, SIDE).mean(axis=0)
    best = int(np.argmax(phases))
    return float(max(0.0, phases[best] - np.delete(phases, best).mean()))
