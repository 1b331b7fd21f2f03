"""Makes a picture two or four times as large, tile by tile."""

from dataclasses import dataclass
from typing import ClassVar, Literal, Self, cast

import cv2
import numpy as np

from rekindle.imaging.image import Samples
from rekindle.imaging.planes import gaussian, tiles

_MOST_PIXELS = 100_000_000
_MARGIN = 16
_SIDE = 512


@dataclass(frozen=True, slots=True)
class Enlarge:
    """`factor` times in each direction, less where the result would pass 100 megapixels; `sharpen` 0..1 of an unsharp
    mask.
    """

    name: ClassVar[str] = "enlarge"
    title: ClassVar[str] = "Enlarged"
    factor: Literal[2, 4] = 2
    sharpen: float = 0.3

    def softened(self) -> Self:
        """What size is wished is no matter of strength."""
        return self


def enlarge(samples: Samples, options: Enlarge) -> Samples:
    """Lanczos interpolation (8 taps) and a mild unsharp mask; samples of shape (height, width[, 3])."""
    factor = allowed_factor(samples.shape[0], samples.shape[1], options.factor)
    if factor == 1:
        return samples
    height, width = samples.shape[:2]
    result = np.empty((height * factor, width * factor, *samples.shape[2:]), samples.dtype)
    for tile in tiles(height, width, side=_SIDE, margin=_MARGIN):
        part = cv2.resize(samples[tile.outer], None, fx=factor, fy=factor, interpolation=cv2.INTER_LANCZOS4)
        result[_scaled(tile.target, factor)] = _unsharp(cast("Samples", part), options.sharpen)[
            _scaled(tile.inner, factor)
        ]
    return cast("Samples", result)


def allowed_factor(height: int, width: int, wished: int) -> int:
    """The largest of 1, 2, 4 up to the wished factor that keeps the result within 100 megapixels."""
    fitting = [factor for factor in (1, 2, 4) if factor <= wished and height * width * factor**2 <= _MOST_PIXELS]
    return max(fitting, default=1)


def _unsharp(samples: Samples, amount: float) -> Samples:
    if amount <= 0:
        return samples
    blurred = gaussian(cast("np.ndarray", samples), 1.5)
    return cast("Samples", cv2.addWeighted(samples, 1 + amount, blurred, -amount, 0))


def _scaled(area: tuple[slice, slice], factor: int) -> tuple[slice, slice]:
    rows, columns = area
    return slice(rows.start * factor, rows.stop * factor), slice(columns.start * factor, columns.stop * factor)
