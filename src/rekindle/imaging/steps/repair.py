"""Fills scratches, cracks and specks from what surrounds them, and touches nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Self, cast

import cv2
import numpy as np

from rekindle.imaging.image import Samples
from rekindle.imaging.measure.scratches import find_scratches
from rekindle.imaging.planes import Mask

MaskFinder = Callable[[Samples], Mask]
"""Finds the damaged pixels of a picture of shape (height, width, 3): (height, width)."""

_REACH = 4.0
"""How far, in pixels, the filling looks (Telea 2004: a small radius keeps lines sharp)."""

_STRIPE = 512


@dataclass(frozen=True, slots=True)
class Repair:
    """`grow` pixels are added around what was found, because the rim of a scratch is mixed with it."""

    name: ClassVar[str] = "repair"
    title: ClassVar[str] = "Filled scratches and cracks"
    grow: int = 1

    def softened(self) -> Self:
        """The careful variant."""
        return replace(self, grow=min(self.grow, 1))


def repair(pixels: Samples, options: Repair, find: MaskFinder = find_scratches) -> tuple[Samples, Mask]:
    """The picture with its damage filled, and where. Without damage it is the same array."""
    mask = find(pixels)
    if options.grow:
        side = 2 * options.grow + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        mask = cast("np.ndarray", cv2.dilate(mask.astype(np.uint8), kernel)).astype(np.bool_)
    if not mask.any():
        return pixels, mask
    return fill(pixels, mask), mask


def fill(pixels: Samples, mask: Mask) -> Samples:
    """Inpainting after Telea, "An image inpainting technique based on the fast marching method" (2004), stripe by
    stripe.
    """
    result = pixels.copy()
    height = pixels.shape[0]
    margin = 32
    for top in range(0, height, _STRIPE):
        bottom = min(height, top + _STRIPE)
        outer = slice(max(0, top - margin), min(height, bottom + margin))
        part = mask[outer].astype(np.uint8)
        if not part[top - outer.start : bottom - outer.start].any():
            continue
        filled = _inpaint(pixels[outer], part)[top - outer.start : bottom - outer.start]
        chosen = mask[top:bottom]
        result[top:bottom][chosen] = filled[chosen]
    return result


def _inpaint(pixels: Samples, mask: np.ndarray) -> Samples:
    if pixels.dtype == np.uint8:
        return cast("Samples", cv2.inpaint(pixels, mask, _REACH, cv2.INPAINT_TELEA))
    channels = [cv2.inpaint(np.ascontiguousarray(pixels[..., c]), mask, _REACH, cv2.INPAINT_TELEA) for c in range(3)]
    return cast("Samples", np.stack(channels, axis=-1))
