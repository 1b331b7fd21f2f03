"""Takes noise, grain and JPEG blocks away by shrinking the cosine coefficients of overlapping blocks.

Thresholds follow the noise measured in each frequency and channel, so grain that was blurred or compressed is met as
well as fresh noise. Two passes as in Dabov et al., "Image denoising by sparse 3-D transform-domain collaborative
filtering" (2007), without block matching: a hard threshold (Yu and Sapiro, "DCT image denoising", IPOL 2011), then a
Wiener filter whose signal estimate is the first pass.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Self, cast

import cv2
import numpy as np

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.measure.dct import SIDE, blocks_of, forward, inverse
from rekindle.imaging.measure.noise import Noise, from_opponent, measure_noise, opponent
from rekindle.imaging.planes import Plane, floats
from rekindle.imaging.steps.filter import Filter

_HARD = 3.0
"""Threshold of the first pass in standard deviations (2.7 in Dabov et al.; 3 measured best with levels per
frequency).
"""

_LUMA, _CHROMA = 1.3, 2.3
"""How much stronger the noise is than in the flattest blocks, which were chosen for having little of it (measured)."""

Shifts = tuple[tuple[int, int], ...]
"""The grids of blocks, each by where it begins."""

_EVERY_SECOND: Shifts = tuple((y, x) for y in range(0, SIDE, 2) for x in range(0, SIDE, 2))
_EVERY_FOURTH: Shifts = tuple((y, (x + y) % SIDE) for y in range(0, SIDE, 2) for x in (0, 4))
_FEW: Shifts = ((0, 0), (2, 4), (4, 2), (6, 6))
_LARGE = 4_000_000
"""Pixels above which fewer overlaps are used, and one pass for colour, to keep within the time."""


@dataclass(frozen=True, slots=True)
class Denoise:
    """How much of the measured noise is assumed: 1 = all of it, 0 = none, for lightness and for colour."""

    name: ClassVar[str] = "denoise"
    title: ClassVar[str] = "Removed noise and compression blocks"
    luma: float = 1.0
    chroma: float = 1.0

    def softened(self) -> Self:
        """The careful variant."""
        return replace(self, luma=self.luma * 0.6, chroma=self.chroma * 0.8)


Denoiser = Callable[[Samples, Denoise], Filter]
"""Looks at a whole picture once and returns what to do to its tiles: the place of a trained network."""


def prepare_denoise(pixels: Samples, options: Denoise) -> Filter:
    """Measure the noise, and shrink it wherever it is."""
    noise = measure_noise(pixels)
    quick = pixels.shape[0] * pixels.shape[1] > _LARGE
    scaled = Noise(
        noise.table
        * np.array([[_LUMA * options.luma], [_CHROMA * options.chroma], [_CHROMA * options.chroma]], np.float32)
    )

    def apply(planes: Planes) -> Planes:
        return shrink(planes, scaled, quick=quick)

    return Filter(apply, margin=2 * SIDE)


def shrink(planes: Planes, noise: Noise, *, quick: bool = False) -> Planes:
    """All passes on one tile of float RGB; `quick` takes half the time and gives a little less."""
    axes = opponent(planes)
    for channel in range(3):
        levels = noise.table[channel]
        if levels.max() > 1e-4:
            shifts = _EVERY_SECOND if not quick else _EVERY_FOURTH if channel == 0 else _FEW
            plane = np.ascontiguousarray(axes[..., channel])
            axes[..., channel] = _passes(plane, levels, shifts, once=quick and channel > 0)
    return from_opponent(axes)


def _passes(plane: Plane, levels: Plane, shifts: Shifts, *, once: bool) -> Plane:
    threshold = levels * np.float32(_HARD)
    variance = levels**2
    threshold[0] = 0

    def hard(blocks: Plane, _: Plane) -> tuple[Plane, Plane]:
        coefficients = forward(blocks)
        kept = np.abs(coefficients) > threshold
        coefficients *= kept
        return inverse(coefficients), 1 / (1 + kept.sum(axis=1, dtype=np.float32))

    def wiener(blocks: Plane, pilot: Plane) -> tuple[Plane, Plane]:
        power = forward(pilot) ** 2
        gain = floats(power / (power + variance))
        gain[:, 0] = 1
        return inverse(forward(blocks) * gain), floats(1 / (1 + np.sum(gain**2, axis=1)))

    first = _overlapped(plane, plane, hard, shifts)
    return first if once else _overlapped(plane, first, wiener, shifts)


def _overlapped(
    plane: Plane,
    pilot: Plane,
    mend: Callable[[Plane, Plane], tuple[Plane, Plane]],
    shifts: Shifts,
) -> Plane:
    """The weighted mean of what `mend` makes of the blocks at each of the shifts."""
    height, width = plane.shape
    bottom, right = SIDE + (-height) % SIDE, SIDE + (-width) % SIDE
    padded, guide = (
        cast("Plane", cv2.copyMakeBorder(p, SIDE, bottom, SIDE, right, cv2.BORDER_REFLECT_101)) for p in (plane, pilot)
    )
    total, weights = np.zeros_like(padded), np.zeros_like(padded)
    for y, x in shifts:
        blocks, weight = mend(blocks_of(padded, y, x), blocks_of(guide, y, x))
        rows, columns = (padded.shape[0] - y) // SIDE, (padded.shape[1] - x) // SIDE
        area = (slice(y, y + rows * SIDE), slice(x, x + columns * SIDE))
        view = total[area].reshape(rows, SIDE, columns, SIDE)
        view += (blocks * weight[:, None]).reshape(rows, columns, SIDE, SIDE).transpose(0, 2, 1, 3)
        weights[area].reshape(rows, SIDE, columns, SIDE)[...] += weight.reshape(rows, 1, columns, 1)
    inner = (slice(SIDE, SIDE + height), slice(SIDE, SIDE + width))
    return total[inner] / weights[inner]
