"""Gives soft edges back a little of their contrast, without going beyond the values that are already around them."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self, cast

import cv2
import numpy as np

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.planes import floats, gaussian, luma
from rekindle.imaging.steps.filter import Filter


@dataclass(frozen=True, slots=True)
class Sharpen:
    """Unsharp mask on lightness: `amount` of the difference to a blur of `radius` pixels is added; `overshoot` (0..1)
    is how far beyond the lightest and darkest neighbour an edge may go.
    """

    name: ClassVar[str] = "sharpen"
    title: ClassVar[str] = "Sharpened gently"
    amount: float = 0.3
    radius: float = 1.5
    overshoot: float = 0.0

    def softened(self) -> Self:
        """The careful variant."""
        return replace(self, amount=self.amount * 0.5)


def prepare_sharpen(_: Samples, options: Sharpen) -> Filter:
    """An unsharp mask that is held between the local minimum and maximum, so that no halos appear."""
    kernel = np.ones((3, 3), np.uint8)

    def apply(planes: Planes) -> Planes:
        grey = luma(planes)
        sharp = grey + np.float32(options.amount) * (grey - gaussian(grey, options.radius))
        low, high = cast("np.ndarray", cv2.erode(grey, kernel)), cast("np.ndarray", cv2.dilate(grey, kernel))
        np.clip(sharp, low - np.float32(options.overshoot), high + np.float32(options.overshoot), out=sharp)
        return floats(planes + (sharp - grey)[..., None])

    return Filter(apply, margin=max(2, round(options.radius * 4) + 1))
