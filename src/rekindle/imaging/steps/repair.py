"""Fills scratches, cracks, creases and specks from what surrounds them, and touches nothing else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import ClassVar, Self, TypeAlias, cast

import cv2
import numpy as np

from rekindle.imaging.image import Samples
from rekindle.imaging.planes import Mask, Plane, Tile, floats, peak, tiles
from rekindle.imaging.steps.filter import Area
from rekindle.imaging.steps.trust import Strengths

_REACH = 4.0
"""How far, in pixels, the filling looks (Telea 2004: a small radius keeps lines sharp)."""

_WIDE = 6
"""Half a width in pixels above which a place is filled on smaller copies first."""

_BLOCK, _MARGIN, _THREADS = 512, 64, 2
"""A large picture with few marks is worked on only in the blocks that hold any."""

_FEATHER = 2
"""Pixels over which the filling fades into the picture."""

Opinion: TypeAlias = Callable[[Area], Samples]
"""Another version of an area of the picture, whose edges begin at multiples of 8."""


@dataclass(frozen=True, slots=True)
class Repair:
    """`grow` pixels around each mark are filled too, fading into the picture."""

    name: ClassVar[str] = "repair"
    title: ClassVar[str] = "Filled scratches and cracks"
    grow: int = 0

    def softened(self) -> Self:
        """The careful variant."""
        return replace(self, grow=min(self.grow, 1))


def grown(mask: Mask, by: int) -> Mask:
    """A mask with `by` pixels more on each side."""
    if not by:
        return mask
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1, 2 * by + 1))
    return cast("np.ndarray", cv2.dilate(mask.astype(np.uint8), kernel)).astype(np.bool_)


def fill(
    pixels: Samples,
    mask: Mask,
    rim: int = 0,
    *,
    opinion: Opinion | None = None,
    strength: Strengths | None = None,
    fine: bool = True,
) -> Samples:
    """The picture (height, width, 3) with the masked places and `rim` pixels around them filled; the rim fades into
    the picture. Every other sample stays exactly as it is. Without a mask it is the same array.

    `opinion`, asked for each block that holds marks, is what is filled in; without one it is what the surroundings
    say. `strength` (height, width) is how strongly each pixel of the mask is filled. What is not `fine`, because it is
    scanned finer than it is sharp, is filled on a copy of half the size.
    """
    if not mask.any():
        return pixels
    holes = grown(mask, rim)
    result = pixels.copy()

    def one(tile: Tile) -> None:
        here = holes[tile.target]
        if not here.any():
            return
        if opinion is not None:
            filled = opinion(tile.target)[here]
        else:
            around = cast("Samples", np.ascontiguousarray(pixels[tile.outer]))
            way = _coarse_to_fine if fine else _coarse
            filled = way(around, holes[tile.outer])[tile.inner][here]
        weight = _fading(mask[tile.outer], rim)[tile.inner][here][:, None]
        if strength is not None:
            weight = weight * (strength[tile.target][here][:, None] / np.float32(255))
        result[tile.target][here] = np.round(pixels[tile.target][here] * (1 - weight) + filled * weight)

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(one, tiles(*mask.shape, side=_BLOCK, margin=_MARGIN)))
    return result


def _fading(mask: Mask, rim: int) -> Plane:
    """1 on the mask, falling to 0 over the last pixels of its rim."""
    away = np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3), np.float32)
    return floats(np.clip((rim + 1 - away) / _FEATHER, 0, 1)) if rim else mask.astype(np.float32)


def _coarse_to_fine(pixels: Samples, mask: Mask) -> Samples:
    """Wide places get their middle from the same filling at half the size, so that only a rim is left for this one."""
    depth = float(np.max(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)))
    if depth <= _WIDE or min(mask.shape) < 32:
        return _inpaint(pixels, mask)
    inside = np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)) > _WIDE / 2
    return _inpaint(np.where(inside[..., None], _coarse(pixels, mask), pixels), mask & ~inside)


def _coarse(pixels: Samples, mask: Mask) -> Samples:
    """What masked places are filled with at half the size, enlarged again; elsewhere it is only like the picture."""
    height, width = mask.shape
    known = (~mask).astype(np.float32)
    size = (-(-width // 2), -(-height // 2))
    weight = np.asarray(cv2.resize(known, size, interpolation=cv2.INTER_AREA))
    total = np.asarray(cv2.resize(pixels * known[..., None], size, interpolation=cv2.INTER_AREA))
    small = cast("Samples", np.round(total / np.maximum(weight, 1e-6)[..., None]).astype(pixels.dtype))
    filled = _coarse_to_fine(small, weight < 0.25)
    return cast("Samples", cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC))


def _inpaint(pixels: Samples, mask: Mask) -> Samples:
    """Telea, "An image inpainting technique based on the fast marching method" (2004)."""
    holes = mask.astype(np.uint8)
    if peak(pixels) == 255:
        return cast("Samples", cv2.inpaint(pixels, holes, _REACH, cv2.INPAINT_TELEA))
    channels = [cv2.inpaint(np.ascontiguousarray(pixels[..., c]), holes, _REACH, cv2.INPAINT_TELEA) for c in range(3)]
    return cast("Samples", np.stack(channels, axis=-1))
