"""How strong the noise is in each frequency of each colour channel, from the flattest blocks of a picture.

After Ponomarenko et al., "An automatic approach to lossy compression of AVIRIS images" (IGARSS 2007), and Lebrun, Colom
and Morel, "The Noise Clinic" (IPOL 2015): blocks with the least structure hold noise alone, and a level per frequency
describes grain that was blurred or compressed as well as fresh noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.measure.dct import ORDER, SIDE, SIZE, cut_up, forward
from rekindle.imaging.planes import Plane, box, floats, peak, windows

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
    return cast("Planes", cv2.transform(planes, OPPONENT))


def from_opponent(planes: Planes) -> Planes:
    """The inverse of `opponent`."""
    return cast("Planes", cv2.transform(planes, OPPONENT.T))


def measure_noise(samples: Samples, *, side: int = 256, most: int = 16) -> Noise:
    """The noise of a picture from up to `most` windows of `side` pixels at full size."""
    height, width = samples.shape[:2]
    parts = [samples[window] for window in windows(height, width, side=side, most=most)]
    usable = [_split(part) for part in parts if min(part.shape[:2]) >= 2 * SIDE]
    if not usable:
        return Noise(np.zeros((3, SIZE), np.float32))
    channels = [_blocks(planes) for planes in zip(*usable, strict=True)]
    means = [_mean(channel) for channel in channels]
    open_blocks = np.flatnonzero((means[0] > _CLIPPED[0] * 3**0.5) & (means[0] < _CLIPPED[1] * 3**0.5))
    if len(open_blocks) < _FEWEST:
        return Noise(np.zeros((3, SIZE), np.float32))
    energies = [_energy(channel, mean)[open_blocks] for channel, mean in zip(channels, means, strict=True)]
    levels = [
        _flat_levels(channel[open_blocks[_flattest(energy)]])
        for channel, energy in zip(channels, energies, strict=True)
    ]
    return Noise(np.stack(levels).astype(np.float32), floor=_floor(energies[0] / np.float32(SIZE - 1)))


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


def _split(samples: Samples) -> Sequence[Plane]:
    """Lightness and the two colour differences of samples, 0..1."""
    axes = OPPONENT / np.float32(peak(samples))
    return cast("Sequence[Plane]", cv2.split(cv2.transform(samples.astype(np.float32), axes)))


def _blocks(planes: Sequence[Plane]) -> Plane:
    """The blocks of planes (n, 64), off the grid of 8, where JPEG hides what it has done."""
    cuts = [cut_up(plane, y, x) for plane in planes for y, x in ((3, 5), (6, 2))]
    blocks = np.empty((sum(cut.size for cut in cuts) // SIZE, SIZE), np.float32)
    first = 0
    for cut in cuts:
        last = first + cut.size // SIZE
        blocks[first:last].reshape(cut.shape)[...] = cut
        first = last
    return blocks


def _mean(blocks: Plane) -> Plane:
    return blocks @ np.full(SIZE, 1 / SIZE, np.float32)


def _energy(blocks: Plane, mean: Plane) -> Plane:
    """The sum of the squares of all coefficients of each block but its mean: the same as that of its pixels without it
    (Parseval), and so needs no transform.
    """
    centred = blocks - mean[:, None]
    return floats(np.einsum("ij,ij->i", centred, centred))


def _flattest(energy: Plane) -> NDArray[np.intp]:
    count = max(16, int(len(energy) * _FLATTEST))
    return np.argpartition(energy, min(count, len(energy) - 1))[:count]


def _flat_levels(blocks: Plane) -> Plane:
    """Root mean square of each frequency over flat blocks, made smooth so that low frequencies are not underrated."""
    levels = floats(np.sqrt(np.mean(forward(blocks) ** 2, axis=0)))
    levels[0] = np.sqrt(np.mean(levels[ORDER == 1] ** 2))
    grid = levels.reshape(SIDE, SIDE)
    around = box(floats(grid**2), 3)
    return floats(np.maximum(grid, np.sqrt(around))).reshape(-1)
