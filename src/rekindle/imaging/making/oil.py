"""A photo as an oil painting: strokes that follow its shapes, and paint that has a relief."""

from typing import cast

import cv2
import numpy as np

from rekindle.imaging.image import Planes
from rekindle.imaging.making.colours import from_lab, from_linear, to_lab, to_linear
from rekindle.imaging.making.made import Bytes
from rekindle.imaging.planes import Plane, floats, gaussian, luma, to_planes

_SECTORS = 8
_SHARP = 8
_STEPS = 9
_RELIEF = 0.24
_FROM_UPPER_LEFT = floats(np.array([[1, 1, 0], [1, 0, -1], [0, -1, -1]], np.float32) / 3)


def oil(picture: Bytes, weight: Plane) -> Planes:
    """Strokes as wide as the picture is large, finer where `weight` (a face) is 1."""
    planes = to_planes(picture)
    unit = max(picture.shape[:2]) / 1000
    broad = _strokes(planes, max(3, round(9 * unit)))
    fine = _strokes(planes, max(2, round(3.5 * unit)))
    soft = gaussian(weight, 2 * unit + 0.5)
    painted = floats(broad + (fine - broad) * soft[..., None])
    lab = to_lab(to_linear(painted))
    lab[..., 1:] *= 1.22
    lab[..., 0] = np.clip((lab[..., 0] - 0.5) * 1.06 + 0.505, 0, 1)
    return _relief(from_linear(from_lab(lab)), painted, unit, soft)


def _strokes(planes: Planes, radius: int) -> Planes:
    """The mean of the calmest of eight sectors around each pixel, softly chosen: G. Papari and others, Artistic edge
    and corner enhancing smoothing (IEEE Transactions on Image Processing 16, 2007).
    """
    tone = luma(planes)
    stacked = np.dstack([planes, tone * tone])
    total, result = np.zeros(tone.shape, np.float32), np.zeros(planes.shape, np.float32)
    for kernel in _kernels(radius):
        mean = cast("Plane", cv2.filter2D(stacked, -1, kernel, borderType=cv2.BORDER_REFLECT_101))
        spread = np.maximum(mean[..., 3] - luma(floats(mean[..., :3])) ** 2, 0)
        calm = 1 / (1 + np.power(255 * np.sqrt(spread), _SHARP / 2))
        total += calm
        result += mean[..., :3] * calm[..., None]
    return floats(result / np.maximum(total, 1e-12)[..., None])


def _kernels(radius: int) -> list[Plane]:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    far, angle = np.hypot(x, y), np.arctan2(y, x)
    inside = np.exp(-0.5 * (far / (0.5 * radius)) ** 2) * (far <= radius + 0.3)
    kernels: list[Plane] = []
    for number in range(_SECTORS):
        away = np.abs((angle - 2 * np.pi * number / _SECTORS + np.pi) % (2 * np.pi) - np.pi)
        kernel = inside * np.where(far < 0.5, 1 / _SECTORS, np.clip(1.5 - away * _SECTORS / (2 * np.pi), 0, 1))
        kernels.append(floats((kernel / kernel.sum()).astype(np.float32)))
    return kernels


def _relief(planes: Planes, painted: Planes, unit: float, weight: Plane) -> Planes:
    """Light from the upper left on bristle marks that run along the shapes."""
    height, width = planes.shape[:2]
    across, down = _directions(painted, 4 * unit + 1)
    marks = _along(_bristles((height, width), unit), across, down, max(1.0, 1.6 * unit))
    tone = luma(painted)
    height_map = floats(marks * 0.6 + 1.4 * (tone - gaussian(tone, 3 * unit + 0.5)))
    slope = floats(cast("Plane", cv2.filter2D(height_map, -1, _FROM_UPPER_LEFT)))
    slope = floats(slope / max(float(slope.std()), 1e-4))
    gain = 1 - _RELIEF * 0.5 * np.tanh(slope) * (1 - 0.6 * weight)
    return floats(planes * gain[..., None])


def _bristles(shape: tuple[int, int], unit: float) -> Plane:
    noise = np.random.default_rng(7).standard_normal(shape).astype(np.float32)
    smoothed = gaussian(noise, max(0.6, 0.9 * unit))
    return floats(smoothed / float(smoothed.std()))


def _directions(planes: Planes, sigma: float) -> tuple[Plane, Plane]:
    """Unit vectors along the edges of a picture, from its smoothed structure tensor."""
    grey = luma(planes)
    x, y = (cast("Plane", cv2.Sobel(grey, -1, *axis)) for axis in ((1, 0), (0, 1)))
    xx, xy, yy = (gaussian(floats(each), sigma) for each in (x * x, x * y, y * y))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    return floats(np.cos(angle)), floats(np.sin(angle))


def _along(noise: Plane, across: Plane, down: Plane, step: float) -> Plane:
    """Noise drawn out along a direction (B. Cabral and L. Leedom, Imaging vector fields using line integral
    convolution, SIGGRAPH 1993).
    """
    height, width = noise.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    total = noise.copy()
    for sign in (1, -1):
        here_x, here_y = x, y
        before = across * sign, down * sign
        for _ in range(_STEPS):
            here_x, here_y = here_x + before[0] * step, here_y + before[1] * step
            total += _at(noise, here_x, here_y)
            one, two = _at(across, here_x, here_y), _at(down, here_x, here_y)
            turn = np.where(one * before[0] + two * before[1] < 0, np.float32(-1), np.float32(1))
            before = one * turn, two * turn
    return floats(total / np.float32((2 * _STEPS + 1) ** 0.5))


def _at(plane: Plane, x: Plane, y: Plane) -> Plane:
    return cast("Plane", cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101))
