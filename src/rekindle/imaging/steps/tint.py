"""What a network is shown of a photo to guess its colours: luma on a small grid, and the dabs that are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.planes import Plane, floats

Stack: TypeAlias = NDArray[np.float32]
"""Planes as a network takes them: (1, planes, height, width)."""

UNIT = 50.0
"""One of the network's units in a*b*."""

USUAL = (3.47, 5.31)
"""The a*b* with the least mean square error over the photographs that are trained on, the same for every pixel of
every photo (`python -m training.colour_constant`): the tint to beat.
"""

STRIDE = 32
"""Height and width of its input are multiples of this."""

_AREA = 160.0
_LONGEST = 512
_PERCENTILES = (1, 99)


@dataclass(frozen=True, slots=True)
class Dab:
    """A known colour: the middle and the radius in pixels of some grid, and a*b*."""

    x: float
    y: float
    radius: float
    chroma: tuple[float, float]


def grid(height: int, width: int) -> tuple[int, int]:
    """Height and width of the network's input for a picture: about 160 x 160 pixels in all, in its proportions."""
    scale = _AREA / (height * width) ** 0.5
    rows, columns = (min(_LONGEST, max(STRIDE, round(side * scale / STRIDE) * STRIDE)) for side in (height, width))
    return rows, columns


def normalized(grey: Plane) -> Plane:
    """Luma stretched so that faded prints and fresh ones look alike: its 1st and 99th percentiles become 0 and 1."""
    low, high = (float(value) for value in np.percentile(grey[::2, ::2], _PERCENTILES))
    return floats(np.clip((grey - low) / max(high - low, 0.05), -0.25, 1.25))


def stacked(grey: Plane, dabs: Sequence[Dab]) -> Stack:
    """The network's input: luma, then a*, b* and presence of the dabs, which are drawn in their order."""
    height, width = grey.shape
    stack = np.zeros((1, 4, height, width), np.float32)
    stack[0, 0] = normalized(grey)
    for dab in dabs:
        rows, columns, inside = disc(dab.y, dab.x, max(dab.radius, 1.0), (height, width))
        for plane, value in zip((1, 2, 3), (dab.chroma[0] / UNIT, dab.chroma[1] / UNIT, 1.0), strict=True):
            stack[0, plane, rows, columns][inside] = value
    return stack


def disc(y: float, x: float, radius: float, shape: tuple[int, int]) -> tuple[slice, slice, NDArray[np.bool_]]:
    """The rows and columns that a disc touches, and which of their pixels are in it; at least the one at its middle."""
    middle_y, middle_x = min(shape[0] - 1, max(0, int(y))), min(shape[1] - 1, max(0, int(x)))
    reach = int(np.ceil(radius))
    rows = slice(max(0, middle_y - reach), min(shape[0], middle_y + reach + 1))
    columns = slice(max(0, middle_x - reach), min(shape[1], middle_x + reach + 1))
    down, along = np.ogrid[rows, columns]
    inside = (down - middle_y) ** 2 + (along - middle_x) ** 2 <= radius**2
    return rows, columns, inside
