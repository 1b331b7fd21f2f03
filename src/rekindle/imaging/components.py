"""The connected parts of a mask: which pixel belongs to which, and how long each is."""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.planes import Mask

LONG = 24
"""Pixels from which a part is a line or an area, and no speck."""


@dataclass(frozen=True, slots=True)
class Components:
    """`labels` (height, width): 0 where the mask has nothing. `lengths` (parts,): the longer side, in pixels, of the
    upright rectangle around the part of each label.
    """

    labels: NDArray[np.intp]
    lengths: NDArray[np.int32]

    @classmethod
    def of(cls, mask: Mask) -> Self:
        """Those of a mask; pixels that touch at a corner belong together."""
        _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
        sides = np.asarray(stats, np.int32)[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
        return cls(np.asarray(labels, np.intp), sides.max(axis=1))
