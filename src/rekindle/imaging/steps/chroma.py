"""Colour beside a fixed luma: CIELAB's a*b* to plan in, two colour differences to apply, and what fits the gamut.

Planning is done in CIELAB, where equal distances look about equal. Applying is done with R' - Y' and B' - Y', because
adding those to Y' cannot change it (ITU-R BT.601, gamma-encoded), whatever they are.
"""

from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Planes, Space
from rekindle.imaging.planes import LUMA, Plane, floats

Chroma: TypeAlias = NDArray[np.float32]
"""a* and b* of CIELAB (D65), shape (height, width, 2)."""

Differences: TypeAlias = NDArray[np.float32]
"""R' - Y' and B' - Y', shape (height, width, 2)."""

_WHITE = np.array([0.95047, 1.0, 1.08883])
_TO_XYZ = {
    Space.SRGB: np.array(
        [[0.4123908, 0.3575843, 0.1804808], [0.2126390, 0.7151687, 0.0721923], [0.0193308, 0.1191948, 0.9505322]]
    ),
    Space.DISPLAY_P3: np.array(
        [[0.4865709, 0.2656677, 0.1982173], [0.2289746, 0.6917385, 0.0792869], [0.0, 0.0451134, 1.0439444]]
    ),
}
"""IEC 61966-2-1 and SMPTE EG 432-1 with the D65 white; both use the transfer curve of sRGB."""

_AROUND, _ROUNDS = 45.0, 10
_EPSILON = 216 / 24389
_KAPPA = 24389 / 27


def chroma_of(planes: Planes) -> Chroma:
    """a*b* of float sRGB (height, width, 3) in 0..1."""
    lab = cast("Planes", cv2.cvtColor(np.ascontiguousarray(planes), cv2.COLOR_RGB2Lab))
    return np.ascontiguousarray(lab[..., 1:])


def chroma_of_colour(colour: tuple[int, int, int]) -> tuple[float, float]:
    """a*b* of one sRGB colour, 0..255 each."""
    one = chroma_of(floats(np.array(colour).reshape(1, 1, 3) / 255))[0, 0]
    return float(one[0]), float(one[1])


def differences(grey: Plane, chroma: Chroma, space: Space = Space.SRGB) -> Differences:
    """The colour differences that give each pixel this a*b* at this luma (0..1), as far as the gamut reaches.

    The lightness that goes with a luma and a*b* is found by bisection around that of grey; it is at most 26 away within
    the gamut of sRGB.
    """
    light, step = _lightness(grey), np.float32(_AROUND / 2)
    for _ in range(_ROUNDS):
        planes = _encoded(light, chroma, space)
        light += np.copysign(step, grey - planes @ LUMA)
        step /= 2
    planes = _encoded(light, chroma, space)
    exact = planes @ LUMA
    found = floats(np.stack((planes[..., 0] - exact, planes[..., 2] - exact), axis=-1))
    return found * fitting(grey, found)[..., None]


def fitting(grey: Plane, found: Differences) -> Plane:
    """The largest factor 0..1 for the differences that keeps red, green and blue within 0..1."""
    red, blue = found[..., 0], found[..., 1]
    green = -(LUMA[0] * red + LUMA[2] * blue) / LUMA[1]
    highest = np.maximum(np.maximum(red, green), blue)
    lowest = np.minimum(np.minimum(red, green), blue)
    tiny = np.float32(1e-6)
    factor = np.minimum((1 - grey) / np.maximum(highest, tiny), grey / np.maximum(-lowest, tiny))
    return floats(np.clip(factor, 0, 1))


def coloured(grey: Plane, found: Differences) -> Planes:
    """RGB 0..1 of exactly this luma; differences that do not fit the gamut are drawn towards grey."""
    factor = fitting(grey, found)
    red, blue = found[..., 0] * factor, found[..., 1] * factor
    planes = np.empty((*grey.shape, 3), np.float32)
    np.add(grey, red, out=planes[..., 0])
    np.subtract(grey, (LUMA[0] * red + LUMA[2] * blue) / LUMA[1], out=planes[..., 1])
    np.add(grey, blue, out=planes[..., 2])
    return planes


def _lightness(grey: Plane) -> Plane:
    linear = np.where(grey <= 0.04045, grey / 12.92, ((np.maximum(grey, 0) + 0.055) / 1.055) ** 2.4)
    return floats(np.where(linear > _EPSILON, 116 * np.cbrt(linear) - 16, _KAPPA * linear))


def _encoded(light: Plane, chroma: Chroma, space: Space) -> Planes:
    """Gamma-encoded RGB of Lab; below zero the straight part of the curve goes on."""
    root = (light + 16) / 116
    roots = np.stack((root + chroma[..., 0] / 500, root, root - chroma[..., 1] / 200), axis=-1)
    xyz = np.where(roots**3 > _EPSILON, roots**3, (116 * roots - 16) / _KAPPA) * floats(_WHITE)
    linear = floats(xyz) @ floats(np.linalg.inv(_TO_XYZ[space]).T)
    return floats(
        np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055)
    )
