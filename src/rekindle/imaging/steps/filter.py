"""What most steps become once they have seen the whole picture: a function on float tiles, with its margin."""

from collections.abc import Callable
from dataclasses import dataclass

from rekindle.imaging.image import Planes


@dataclass(frozen=True, slots=True)
class Filter:
    """`apply` maps a tile of float RGB (height, width, 3) to one of the same shape. Its outermost `margin` pixels are
    not used, so that tiles fit together without a seam. Tiles begin at multiples of 8 pixels.
    """

    apply: Callable[[Planes], Planes]
    margin: int = 0
