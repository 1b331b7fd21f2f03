"""The one image type of the engine, and what a file says about a photo beside its pixels."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]
"""Gamma-encoded samples: uint8 in 0..255 or uint16 in 0..65535."""

Planes: TypeAlias = NDArray[np.float32]
"""Gamma-encoded RGB in float32, 0..1, shape (height, width, 3): what steps work on."""


class Space(StrEnum):
    """The working spaces. Their pixels go through the engine as they are; others are converted to P3 and back."""

    SRGB = "srgb"
    DISPLAY_P3 = "display-p3"


@dataclass(frozen=True, slots=True)
class Image:
    """An upright picture in memory.

    `pixels` has the shape (height, width, 3); `alpha`, where there is one, has (height, width) and the same dtype.
    `grey` says that the file had a single channel, so that the result can have one as well.
    """

    pixels: Samples
    space: Space = Space.SRGB
    alpha: Samples | None = None
    grey: bool = False

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file carries beside its pixels, as the raw blocks that it came in, so that a result can carry the same.

    `icc` is the embedded profile, `dpi` the horizontal and vertical resolution in dots per inch.
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    icc: bytes | None = None
    dpi: tuple[float, float] | None = None
