"""Photos as drawings: a cartoon, a page of an action comic, a storybook in watercolour."""

from typing import cast

import cv2
import numpy as np

from rekindle.imaging.image import Planes
from rekindle.imaging.making.colours import from_lab, from_linear, to_lab, to_linear
from rekindle.imaging.making.flat import flattened, stepped
from rekindle.imaging.making.ink import ink
from rekindle.imaging.making.made import Bytes, mixed, smooth
from rekindle.imaging.planes import Plane, floats, gaussian, luma, to_planes

_INK = floats(np.array([0.09, 0.07, 0.08], np.float32))
_SEPIA = floats(np.array([0.23, 0.17, 0.15], np.float32))
_PAPER = floats(np.array([0.985, 0.97, 0.94], np.float32))


def cartoon(picture: Bytes) -> Planes:
    """Even areas, clear colours, thin dark outlines."""
    unit = _unit(picture)
    areas = to_planes(flattened(picture, 3, strength=26))
    lab = to_lab(to_linear(areas))
    lab[..., 0] = stepped(_lifted(floats(lab[..., 0]), 0.06), 9, hardness=0.35)
    lab[..., 1:] *= _vivid(lab, 1.35)
    lines = ink(areas, 1.05 * unit, bold=1.1)
    return _inked(from_linear(from_lab(lab)), lines, _INK, 0.92)


def action(picture: Bytes) -> Planes:
    """Few hard tones, strong colours, bold ink, and a rim of light."""
    unit = _unit(picture)
    areas = to_planes(flattened(picture, 4, strength=34))
    lab = to_lab(to_linear(areas))
    tone = floats(np.clip((lab[..., 0] - 0.5) * 1.18 + 0.54, 0, 1))
    lab[..., 0] = mixed(stepped(tone, 5, hardness=0.8), tone, 0.15)
    lab[..., 1:] *= _vivid(lab, 1.75)
    # Shadows cooler and lights warmer, as cels are painted.
    lab[..., 2] += np.where(lab[..., 0] < 0.45, -0.02, 0.012) * np.clip(8 * lab[..., 0], 0, 1)
    lines = np.maximum(ink(areas, 1.5 * unit, bold=1.25), 0.8 * ink(to_planes(picture), 0.8 * unit, bold=0.9))
    return _inked(from_linear(from_lab(lab)), floats(lines), _INK, 1.0)


def storybook(picture: Bytes) -> Planes:
    """Watercolour: light washes that gather at their rims, on paper, with a fine brown line."""
    unit = _unit(picture)
    areas = to_planes(flattened(picture, 3, strength=30))
    washed = _washed(areas, unit)
    lab = to_lab(to_linear(washed))
    lab[..., 0] = _lifted(stepped(floats(lab[..., 0]), 7, hardness=0.22), 0.2)
    lab[..., 1:] *= _vivid(lab, 1.25)
    lab[..., 2] += 0.008
    paint = from_linear(from_lab(lab))
    height, width = paint.shape[:2]
    rims = smooth(_steepness(washed, 1.2 * unit), 0.02, 0.16)
    pooled = _noise((height, width), 26 * unit, 1) * 0.07 + _noise((height, width), 7 * unit, 2) * 0.035
    grain = _noise((height, width), 1.1 * unit, 3) * 0.03
    density = 1 + 0.4 * rims + (pooled + grain) * np.clip(2 * luma(paint), 0.15, 1)
    paint = floats(_PAPER * np.power(np.clip(paint / _PAPER, 0.004, 1), density[..., None]))
    return _inked(paint, ink(areas, 0.95 * unit, bold=1.15), _SEPIA, 0.82)


def _unit(picture: Bytes) -> float:
    """The width of a pen's line, in pixels."""
    return max(0.8, max(picture.shape[:2]) / 1000)


def _vivid(lab: Planes, factor: float) -> Plane:
    """Stronger colours, the pale ones most."""
    strength = np.hypot(lab[..., 1], lab[..., 2])
    return floats(1 + (factor - 1) * np.clip(1 - strength / 0.3, 0, 1) * np.clip(strength / 0.03, 0, 1))[..., None]


def _lifted(tone: Plane, by: float) -> Plane:
    return floats(by + tone * (1 - by))


def _inked(planes: Planes, lines: Plane, colour: Plane, strength: float) -> Planes:
    return mixed(planes, colour, floats(strength * lines)[..., None])


def _steepness(planes: Planes, sigma: float) -> Plane:
    """How steep tones are, per pixel of a pen's line."""
    grey = gaussian(luma(planes), sigma)
    across, down = (cast("Plane", cv2.Sobel(grey, -1, *axis)) for axis in ((1, 0), (0, 1)))
    return floats(np.hypot(across, down) * sigma / 4)


def _washed(planes: Planes, unit: float) -> Planes:
    """Edges that waver a little, as water carries them."""
    height, width = planes.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    across, down = (floats(_noise((height, width), 18 * unit, seed) * 1.3 * unit) for seed in (4, 5))
    return cast("Planes", cv2.remap(planes, x + across, y + down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101))


def _noise(shape: tuple[int, int], size: float, seed: int) -> Plane:
    """Smooth noise of spread 1 whose spots are about `size` pixels large; the same for the same seed."""
    small = max(2, round(shape[0] / size) + 1), max(2, round(shape[1] / size) + 1)
    values = np.random.default_rng(seed).standard_normal(small).astype(np.float32)
    return floats(cast("Plane", cv2.resize(values, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)))
