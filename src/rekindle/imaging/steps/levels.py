"""Brings back the range and the colour of faded photos: levels per channel, then saturation."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.planes import LUMA, floats, reduced
from rekindle.imaging.steps.filter import Filter

_PERCENTILES = (0.5, 99.5)
_SMALL = 768


@dataclass(frozen=True, slots=True)
class Levels:
    """`amount` 0..1 of the way to full range; no channel's contrast grows more than `max_gain` times; `saturation`
    multiplies the colour afterwards; `keep_tone` stretches all channels alike, so that a sepia print stays sepia.
    """

    name: ClassVar[str] = "levels"
    title: ClassVar[str] = "Restored contrast and colour"
    amount: float = 1.0
    max_gain: float = 3.0
    saturation: float = 1.0
    keep_tone: bool = False

    def softened(self) -> Self:
        """The careful variant."""
        return replace(self, amount=self.amount * 0.6, saturation=1 + (self.saturation - 1) * 0.5)


def prepare_levels(pixels: Samples, options: Levels) -> Filter:
    """Read black and white points from a small copy; the filter is one line per channel and a mix with grey."""
    small = reduced(pixels, _SMALL).reshape(-1, 3)
    low, high = np.percentile(small, _PERCENTILES, axis=0)
    if options.keep_tone:
        low, high = np.full(3, low.min()), np.full(3, high.max())
    gain = np.clip(1 / np.maximum(high - low, 1e-3), 1.0, options.max_gain)
    centre = (low + high) / 2
    low = np.where(gain < options.max_gain, low, np.maximum(0, centre - 0.5 / gain))
    gain = (1 + (gain - 1) * options.amount).astype(np.float32)
    shift = (low * options.amount).astype(np.float32)

    def apply(planes: Planes) -> Planes:
        stretched = np.clip((planes - shift) * gain, 0, 1)
        return saturate(stretched, options.saturation)

    return Filter(apply)


def saturate(planes: Planes, factor: float) -> Planes:
    """Colour differences multiplied by a factor, lightness kept."""
    if factor == 1:
        return planes
    grey = (planes @ LUMA)[..., None]
    return floats(grey + (planes - grey) * np.float32(factor))
