"""Puts back on faces a part of the fine detail that the steps took away or made up."""

import numpy as np

from rekindle.imaging.image import Planes
from rekindle.imaging.planes import Plane, floats, gaussian, luma

_SIGMA = 2.0
"""Detail is what a Gaussian blur of so many pixels removes."""

KEEP = 0.1
"""How much is kept by default: a trace, so that skin stays skin. That is taste: measured on faces by
`benchmarks/faces.py`, every share costs PSNR. This one costs 0.05 of the 2.3 dB that the steps gain on noise, and 0.2
of the 5.5 dB that undoing motion blur gains, so it is better left out there.
"""

MARGIN = 8
"""How far around itself a pixel looks: a tile needs so many pixels more on each side."""


def gentle(before: Planes, after: Planes, weight: Plane, *, keep: float) -> Planes:
    """`after` with the share `keep` * `weight` (0..1) of the luma detail of `before` in place of its own. Tone and
    colour stay those of `after`, and so do all pixels whose weight is 0. Pictures are float RGB (height, width, 3).

    `before` must be free of the marks that a repair has filled, or they come back.
    """
    if keep <= 0 or not weight.any():
        return after
    change = luma(before) - luma(after)
    detail = change - gaussian(change, _SIGMA)
    detail *= weight
    return floats(after + np.float32(keep) * detail[..., None])
