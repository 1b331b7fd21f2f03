"""Undoes a straight camera motion of known length and direction.

A Wiener filter for a uniform line (Gonzalez and Woods, "Digital Image Processing", ch. 5), brought into a small
kernel, so that each pixel depends on its neighbourhood only and tiles fit.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Self, cast

import cv2
import numpy as np

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.planes import Plane
from rekindle.imaging.steps.filter import Filter


@dataclass(frozen=True, slots=True)
class Deblur:
    """`length` of the motion in pixels, `direction` in degrees (0 = horizontal, counter-clockwise), and `caution`,
    the noise to signal ratio that is assumed: larger means milder.
    """

    name: ClassVar[str] = "deblur"
    title: ClassVar[str] = "Undid camera shake"
    length: float
    direction: float
    caution: float = 0.005

    def softened(self) -> Self:
        """The careful variant."""
        return replace(self, caution=self.caution * 4)


def prepare_deblur(_: Samples, options: Deblur) -> Filter:
    """One convolution; the kernel reaches four lengths to each side, as the echoes of a line repeat at each length."""
    kernel = inverse_kernel(options)

    def apply(planes: Planes) -> Planes:
        return cast("Planes", cv2.filter2D(planes, -1, kernel, borderType=cv2.BORDER_REFLECT_101))

    return Filter(apply, margin=kernel.shape[0] // 2)


def inverse_kernel(options: Deblur) -> Plane:
    """The (2 r + 1, 2 r + 1) kernel whose sum is 1."""
    reach = int(np.clip(round(4.5 * options.length), 16, 96))
    side = 4 * reach
    frequency = np.fft.fftfreq(side)
    angle = np.radians(options.direction)
    along = frequency[None, :] * np.cos(angle) - frequency[:, None] * np.sin(angle)
    line = np.sinc(options.length * along)
    wiener = line / (line**2 + options.caution)
    kernel = np.fft.fftshift(np.fft.ifft2(wiener).real)
    centre = side // 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    taper = 0.5 + 0.5 * np.cos(np.pi * np.minimum(np.hypot(x, y) / reach, 1))
    cut = kernel[centre - reach : centre + reach + 1, centre - reach : centre + reach + 1] * taper
    return (cut / cut.sum()).astype(np.float32)
