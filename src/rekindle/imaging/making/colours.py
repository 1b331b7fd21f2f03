"""OKLab, in which lightness, hue and strength of colours can be changed apart.

B. Ottosson, A perceptual color space for image processing (2020); the transfer function is that of IEC 61966-2-1.
"""

import numpy as np

from rekindle.imaging.image import Planes
from rekindle.imaging.planes import floats

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
_FROM_CONES = np.linalg.inv(_TO_CONES.astype(np.float64)).astype(np.float32)
_FROM_LAB = np.linalg.inv(_TO_LAB.astype(np.float64)).astype(np.float32)

_STEPS = 4096
_CODES = np.linspace(0, 1, _STEPS)
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_linear(planes: Planes) -> Planes:
    """Gamma-encoded RGB, 0..1, as light."""
    return floats(_LINEAR[np.round(np.clip(planes, 0, 1) * (_STEPS - 1)).astype(np.int32)])


def from_linear(light: Planes) -> Planes:
    """Light as gamma-encoded RGB; below 0 counts as 0."""
    light = np.maximum(light, 0)
    return floats(np.where(light <= 0.0031308, light * 12.92, 1.055 * np.power(light, 1 / 2.4) - 0.055))


def to_lab(light: Planes) -> Planes:
    """Light as lightness 0..1 and two colour axes, about -0.4..0.4: green to red, and blue to yellow."""
    return floats(np.cbrt(light @ _TO_CONES.T) @ _TO_LAB.T)


def from_lab(lab: Planes) -> Planes:
    """And back to light, which may lie outside 0..1."""
    cones = lab @ _FROM_LAB.T
    return floats((cones * cones * cones) @ _FROM_CONES.T)
