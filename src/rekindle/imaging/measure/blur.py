"""How soft a picture is, and whether the camera moved: how far and which way.

A straight even motion multiplies the spectrum with a sinc, whose stripes of zeros show in the cepstrum, the transform
of the logarithm of the spectrum, as a negative peak as far from the centre as the motion was long (Rom, "On the
cepstrum of two-dimensional functions", IEEE Trans. Information Theory 21, 1975). The logarithm is averaged over many
windows, which leaves what all parts of the picture share and averages out what they show.
"""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from rekindle.imaging.image import Samples
from rekindle.imaging.planes import Plane, gaussian, luma_of, windows

_SIDE, _LARGE_SIDE, _LARGE = 128, 256, 1500
"""Windows of 128 pixels; of 256 where both sides of the picture have 1500 and more."""
_FINE, _COARSE = (0.18, 0.36), (0.03, 0.09)
"""Bands of spatial frequency in cycles per pixel."""
_QUANTISED = 3e-7
"""Power of the rounding to 8 bits, below which a logarithm means nothing."""
_SHORTEST, _LONGEST = 4.0, 0.16
"""The search for motion begins at 4 pixels (nearer the centre any softness shows) and ends at this share of the
window.
"""


@dataclass(frozen=True, slots=True)
class Blur:
    """`softness` 0 (crisp)..1 (nothing fine left); the motion's `length` in pixels and `direction` in degrees (0 =
    horizontal, counter-clockwise, 0..180); `evidence` of motion: below 0.016 for still pictures, above 0.06 for moved
    ones.
    """

    softness: float
    length: float
    direction: float
    evidence: float


def measure_blur(samples: Samples, noise: float = 0.0) -> Blur:
    """Softness and motion from the most structured windows; white noise of standard deviation `noise` is discounted."""
    parts = _structured(samples)
    if parts is None:
        return Blur(0.0, 0.0, 0.0, 0.0)
    power = np.stack([power_of(part) for part in parts])
    mean = np.maximum(power.mean(axis=0) - noise**2, 1e-10)
    logarithm = np.log(power + np.float32(_QUANTISED)).mean(axis=0)
    cepstrum = np.fft.irfft2(logarithm, parts.shape[1:])
    length, direction, evidence = _motion(np.fft.fftshift(cepstrum).astype(np.float32))
    return Blur(_softness(mean), length, direction, evidence)


def _structured(samples: Samples) -> Plane | None:
    """The half of the windows with the most contrast, tapered, shape (n, side, side), or None for a tiny picture."""
    height, width = samples.shape[:2]
    side = _LARGE_SIDE if min(height, width) >= _LARGE else _SIDE
    if min(height, width) < side:
        return None
    weight = np.outer(np.hanning(side), np.hanning(side)).astype(np.float32)
    weight /= np.sqrt(np.sum(weight**2))
    parts: list[Plane] = []
    for window in windows(height, width, side=side, most=40):
        grey = luma_of(samples[window])
        parts.append((grey - grey.mean()) * weight)
    parts.sort(key=lambda part: -float(part.std()))
    return np.stack(parts[: max(4, -(-len(parts) // 2))])


def power_of(part: Plane) -> Plane:
    """The power of the frequencies of a square of even side, (side, side / 2 + 1): the other half is the same."""
    side, half = part.shape[0], part.shape[0] // 2
    packed = cast("Plane", cv2.dft(part))  # as OpenCV packs it: the first and the last column are spectra themselves
    power = np.empty((side, half + 1), np.float32)
    power[:, 1:half] = packed[:, 1:-1:2] ** 2 + packed[:, 2:-1:2] ** 2
    for column, edge in ((0, packed[:, 0]), (half, packed[:, -1])):
        power[[0, half], column] = edge[[0, -1]] ** 2
        power[1:half, column] = edge[1:-1:2] ** 2 + edge[2:-1:2] ** 2
        power[half + 1 :, column] = power[1:half, column][::-1]
    return power


def _softness(power: Plane) -> float:
    """From the power of fine structure over that of coarse structure: natural sharp pictures have about 1 : 30. `power`
    is half a plane.
    """
    side = power.shape[0]
    across = np.fft.rfftfreq(side)
    radius = np.hypot(np.fft.fftfreq(side)[:, None], across[None, :])
    times = np.broadcast_to(np.where((across == 0) | (across == 0.5), 1, 2), power.shape)
    rings = [(radius >= first) & (radius < last) for first, last in (_FINE, _COARSE)]
    fine, coarse = (float(np.average(power[ring], weights=times[ring])) for ring in rings)
    if coarse < 1e-8:
        return 0.0
    return float(np.clip((-1.0 - np.log10(max(fine / coarse, 1e-9))) / 3.0, 0, 1))


def _motion(cepstrum: Plane) -> tuple[float, float, float]:
    """Length, direction and depth of the deepest point around the centre."""
    half = cepstrum.shape[0] // 2
    y, x = np.mgrid[-half:half, -half:half]
    radius = np.hypot(x, y)
    smooth = gaussian(cepstrum, 0.6)
    ring = np.where((radius >= _SHORTEST) & (radius <= _LONGEST * 2 * half), smooth, np.inf)
    row, column = np.unravel_index(int(np.argmin(ring)), ring.shape)
    depth = float(-smooth[row, column])
    near = smooth[row - 2 : row + 3, column - 2 : column + 3]
    weight = np.maximum(0, -near - 0.4 * depth)
    total = float(weight.sum())
    if depth <= 0 or total <= 0:
        return 0.0, 0.0, 0.0
    offset = np.arange(-2, 3)
    dy = row - half + float((weight * offset[:, None]).sum()) / total
    dx = column - half + float((weight * offset[None, :]).sum()) / total
    return float(np.hypot(dx, dy)), float(np.degrees(np.arctan2(-dy, dx)) % 180), depth
