"""How strong the noise is in each frequency of each colour channel, from the flattest blocks of a picture.

After Ponomarenko et al., "An automatic approach to lossy compression of AVIRIS images" (IGARSS 2007), and Lebrun, Colom
and Morel, "The Noise Clinic" (IPOL 2015): blocks with the least structure hold noise alone, and a level per frequency
describes grain that was blurred or compressed as well as fresh noise.
"""

from dataclasses import dataclass

import numpy as np

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.measure.dct import ORDER, SIDE, SIZE, blocks_of, forward
from rekindle.imaging.planes import Plane, box, floats, to_planes, windows

OPPONENT = np.array([[1 / 3**0.5] * 3, [1 / 2**0.5, 0, -1 / 2**0.5], [1 / 6**0.5, -2 / 6**0.5, 1 / 6**0.5]], np.float32)
"""Orthonormal opponent axes: lightness, red against blue, green against magenta. White noise stays white in them."""

_FLATTEST = 0.08
"""Share of the blocks that count as flat."""

_FEWEST = 32
"""Blocks below which nothing can be said."""

_CLIPPED = (0.02, 0.97)
"""Blocks whose mean lies outside hold no noise because it was cut off, and say nothing."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations per opponent channel and DCT frequency: `table` has the shape (3, 64), units of 0..1.

    `floor` is the standard deviation, as it would be on one grey channel, that 99 of 100 blocks exceed. The table is
    what noise there would be if there is noise; the floor tells whether there is, because texture spares some blocks
    and noise none.
    """

    table: Plane
    floor: float = 0.0

    @property
    def luma(self) -> float:
        """Standard deviation of the lightness noise as it would be on one grey channel, 0..1."""
        return float(np.sqrt(np.mean(self.table[0, 1:] ** 2)) / 3**0.5)

    @property
    def chroma(self) -> float:
        """Root mean square of the two colour channels, 0..1."""
        return float(np.sqrt(np.mean(self.table[1:, 1:] ** 2)))


def opponent(planes: Planes) -> Planes:
    """RGB to lightness and two colour differences, an orthonormal change of axes."""
    return planes @ OPPONENT.T


def from_opponent(planes: Planes) -> Planes:
    """The inverse of `opponent`."""
    return planes @ OPPONENT


def measure_noise(samples: Samples, *, side: int = 256, most: int = 16) -> Noise:
    """The noise of a picture from up to `most` windows of `side` pixels at full size."""
    height, width = samples.shape[:2]
    parts = [opponent(to_planes(samples[window])) for window in windows(height, width, side=side, most=most)]
    usable = [part for part in parts if min(part.shape[:2]) >= 2 * SIDE]
    if not usable:
        return Noise(np.zeros((3, SIZE), np.float32))
    channels = [np.concatenate([_coefficients(part[..., c]) for part in usable]) for c in range(3)]
    mean = channels[0][:, 0] / (SIDE * 3**0.5)
    open_blocks = (mean > _CLIPPED[0]) & (mean < _CLIPPED[1])
    if np.count_nonzero(open_blocks) < _FEWEST:
        return Noise(np.zeros((3, SIZE), np.float32))
    channels = [channel[open_blocks] for channel in channels]
    energy = np.mean(channels[0][:, 1:] ** 2, axis=1)
    table = np.stack([_flat_levels(channel) for channel in channels]).astype(np.float32)
    return Noise(table, floor=_floor(energy))


def _floor(energy: Plane) -> float:
    """The level of the quietest blocks, discounted where they are so unlike one another that it must be texture.

    The energies of blocks of pure noise are alike: the 8th percentile (amplitude) was at most 1.55 times the first in
    noisy photos. Grass and gravel, which leave no block in peace, look like very strong noise and also differ more
    among themselves.
    """
    first, eighth, half = (float(v) for v in np.sqrt(np.percentile(energy, (1, 8, 50)) / 3))
    if first <= 0:
        return 0.0
    uneven = np.interp(eighth / first, (1.55, 1.85), (0, 1))
    grassy = np.interp(first, (0.04, 0.05), (0, 1)) * np.interp(half / first, (1.8, 2.1), (0, 1))
    return float(first * (1 - uneven) * (1 - grassy))


def _coefficients(plane: Plane) -> Plane:
    shifts = ((3, 5), (6, 2))  # off the grid of 8, where JPEG hides what it has done
    return np.concatenate([forward(blocks_of(plane, y, x)) for y, x in shifts])


def _flat_levels(coefficients: Plane) -> Plane:
    """Root mean square of each frequency over the flattest blocks, made smooth so that low frequencies are not
    underrated.
    """
    energy = np.sum(coefficients[:, 1:] ** 2, axis=1)
    count = max(16, int(len(energy) * _FLATTEST))
    flat = coefficients[np.argpartition(energy, min(count, len(energy) - 1))[:count]]
    levels = floats(np.sqrt(np.mean(flat**2, axis=0)))
    levels[0] = np.sqrt(np.mean(levels[ORDER == 1] ** 2))
    grid = levels.reshape(SIDE, SIDE)
    around = box(floats(grid**2), 3)
    return floats(np.maximum(grid, np.sqrt(around))).reshape(-1)
