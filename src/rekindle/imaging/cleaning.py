"""Two opinions on what is noise, and their mean: the network's, and that of shrunk cosine coefficients.

The network knows what pictures look like, the shrinkage measures the very noise of this one. Their errors differ, so
the mean of both is better than either (measured on photographs that the network was not trained on).

The shrinkage: thresholds follow the noise measured in each frequency and channel, so grain that was blurred or
compressed is met as well as fresh noise. Two passes as in Dabov et al., "Image denoising by sparse 3-D
transform-domain collaborative filtering" (2007), without block matching: a hard threshold (Yu and Sapiro, "DCT image
denoising", IPOL 2011), then for lightness a Wiener filter whose signal estimate is the first pass.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import cv2
import numpy as np

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.measure.dct import SIDE, block_sums, forward_strips, inverse_strips
from rekindle.imaging.measure.noise import Noise, from_opponent, measure_noise, opponent
from rekindle.imaging.nets.restorer import Seen, shrunk
from rekindle.imaging.planes import Plane, Tile, floats, tiles, to_planes

_NETWORK = np.float32(0.65)
"""The network's share in the mean: for compressed and softened pictures 0.7 to 0.8 measured best, for noise alone 0.5.
"""

_HARD = 3.0
"""Threshold of the first pass in standard deviations (2.7 in Dabov et al.; 3 measured best with levels per
frequency).
"""

_LUMA, _CHROMA = 1.3, 2.3
"""How much stronger the noise is than in the flattest blocks, which were chosen for having little of it (measured)."""

Shifts = tuple[tuple[int, int], ...]
"""The grids of blocks, each by where it begins."""

_EVERY_FOURTH: Shifts = tuple((y, (x + y) % SIDE) for y in range(0, SIDE, 2) for x in (0, 4))
_FEW: Shifts = ((0, 0), (2, 4), (4, 2), (6, 6))

_TILE, _MARGIN, _THREADS = 256, 2 * SIDE, 2


def both(pixels: Samples, seen: Seen) -> Seen:
    """What was seen, with the mean of both opinions as its change."""
    small = shrunk(pixels, seen.shrink)
    noise = assumed(small)
    change = np.empty_like(seen.change)

    def one(tile: Tile) -> None:
        planes = to_planes(small[tile.outer])
        classical = shrink(planes, noise, quick=seen.shrink > 1)
        network = floats(planes + seen.change[tile.outer])
        mean = _NETWORK * network + (1 - _NETWORK) * classical
        change[tile.target] = (mean - planes)[tile.inner]

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(one, tiles(*small.shape[:2], side=_TILE, margin=_MARGIN)))
    return Seen(seen.shrink, change)


def assumed(pixels: Samples) -> Noise:
    """The noise of a picture, as strong as the shrinkage assumes it."""
    return Noise(measure_noise(pixels).table * np.array([[_LUMA], [_CHROMA], [_CHROMA]], np.float32))


def shrink(planes: Planes, noise: Noise, *, quick: bool = False) -> Planes:
    """All passes on one tile of float RGB. `quick` leaves the second one and most shifts out, for half the time and 0.1
    dB less.
    """
    axes = opponent(planes)
    for channel in range(3):
        levels = noise.table[channel]
        if levels.max() > 1e-4:
            plane = np.ascontiguousarray(axes[..., channel])
            axes[..., channel] = _passes(plane, levels, thorough=channel == 0 and not quick)
    return from_opponent(axes)


def _passes(plane: Plane, levels: Plane, *, thorough: bool) -> Plane:
    across = levels.reshape(SIDE, SIDE)
    threshold = across * np.float32(_HARD)
    threshold[0, 0] = 0

    def hard(strips: Plane, _: Plane) -> tuple[Plane, Plane]:
        coefficients = forward_strips(strips)
        kept = (np.abs(coefficients) > _repeated(threshold, strips)).astype(np.float32)
        coefficients *= kept
        return inverse_strips(coefficients), floats(1 / (1 + block_sums(kept)))

    def wiener(strips: Plane, pilot: Plane) -> tuple[Plane, Plane]:
        power = forward_strips(pilot) ** 2
        gain = floats(power / (power + _repeated(across**2, strips)))
        gain[:, 0, ::SIDE] = 1
        return inverse_strips(forward_strips(strips) * gain), floats(1 / (1 + block_sums(gain**2)))

    shifts = _EVERY_FOURTH if thorough else _FEW
    first = _overlapped(plane, plane, hard, shifts)
    return _overlapped(plane, first, wiener, shifts) if thorough else first


def _repeated(block: Plane, strips: Plane) -> Plane:
    """The same block (8, 8) over the whole width of strips (n, 8, width)."""
    return np.tile(block, (1, strips.shape[2] // SIDE))


def _overlapped(
    plane: Plane,
    pilot: Plane,
    mend: Callable[[Plane, Plane], tuple[Plane, Plane]],
    shifts: Shifts,
) -> Plane:
    """The weighted mean of what `mend` makes of strips of blocks (n, 8, width) at each of the shifts, and how much it
    trusts each block (n, width / 8).
    """
    height, width = plane.shape
    padded = _padded(plane)
    guide = padded if pilot is plane else _padded(pilot)
    total, weights = np.zeros_like(padded), np.zeros_like(padded)
    for y, x in shifts:
        rows, columns = (padded.shape[0] - y) // SIDE, (padded.shape[1] - x) // SIDE
        area = (slice(y, y + rows * SIDE), slice(x, x + columns * SIDE))
        shape = (rows, SIDE, columns * SIDE)
        mended, weight = mend(*(np.ascontiguousarray(each[area]).reshape(shape) for each in (padded, guide)))
        wide = np.repeat(weight, SIDE, axis=1)[:, None]
        mended *= wide
        total[area].reshape(shape)[...] += mended
        weights[area].reshape(shape)[...] += wide
    inner = (slice(SIDE, SIDE + height), slice(SIDE, SIDE + width))
    return total[inner] / weights[inner]


def _padded(plane: Plane) -> Plane:
    """A plane with a block more on each side, and up to whole blocks."""
    bottom, right = (SIDE + -size % SIDE for size in plane.shape)
    return cast("Plane", cv2.copyMakeBorder(plane, SIDE, bottom, SIDE, right, cv2.BORDER_REFLECT_101))
