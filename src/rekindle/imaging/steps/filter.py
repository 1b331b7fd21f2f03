"""What most steps become once they have seen the whole picture: a function on float tiles, with its margin."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from rekindle.imaging.image import Planes

Area: TypeAlias = tuple[slice, slice]
"""Rows and columns of a tile in the picture, its margin included. Both begin at multiples of 8."""


@dataclass(frozen=True, slots=True)
class Filter:
    """`apply` maps a tile of float RGB (height, width, 3) to one of the same shape. Its outermost `margin` pixels are
    not used, so that tiles fit together without a seam. Tiles begin at multiples of 8 pixels.
    """

    apply: Callable[[Planes], Planes]
    margin: int = 0

    def at(self, planes: Planes, _: Area) -> Planes:
        """The same wherever the tile lies."""
        return self.apply(planes)


@dataclass(frozen=True, slots=True)
class PlacedFilter:
    """A filter that must know where its tile lies, because it looks something up there."""

    apply: Callable[[Planes, Area], Planes]
    margin: int = 0

    def at(self, planes: Planes, area: Area) -> Planes:
        """What the filter does to the tile at `area`."""
        return self.apply(planes, area)


AnyFilter: TypeAlias = Filter | PlacedFilter
