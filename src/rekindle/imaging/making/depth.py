"""A background out of focus behind people, as a large lens draws it."""

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np

from rekindle.imaging.faces import Face
from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.making.colours import from_linear, to_linear
from rekindle.imaging.making.made import by_stripes, mixed, plane_in, sized, smooth
from rekindle.imaging.making.people import people
from rekindle.imaging.planes import Plane, floats, to_planes

_LONGEST = 1024
"""Pixels of the copy that is blurred: nothing finer is left of it."""
_NEAR, _FAR = 0.006, 0.018
"""Radius of the blur next to people and far from them, as a share of the longer side, for an amount of 1."""


def behind(samples: Samples, faces: Sequence[Face], amount: float) -> Samples:
    """The picture with what is not people out of focus, more so farther from them. `faces` are at least one."""
    size = samples.shape[1], samples.shape[0]
    mask = people(samples, faces)
    small = to_planes(sized(samples, _LONGEST))
    low = small.shape[1], small.shape[0]
    weight = plane_in(mask, low)
    near, far = (_blurred(small, weight, share * amount) for share in (_NEAR, _FAR))
    depth = _distance(weight)
    soft = plane_in(mixed(near, far, depth[..., None]), size)
    keep = plane_in(smooth(weight, 0.25, 0.85), size)
    gone = plane_in(smooth(depth, 0.0, 0.25), size)

    def change(planes: Planes, rows: slice) -> Planes:
        away = (1 - keep[rows]) * (0.35 + 0.65 * gone[rows])
        return mixed(planes, soft[rows], floats(away)[..., None])

    return by_stripes(samples, change)


def _distance(weight: Plane) -> Plane:
    """How far from people, 0..1."""
    away = (weight < 0.5).astype(np.uint8)
    distance = cast("Plane", cv2.distanceTransform(away, cv2.DIST_L2, 5))
    return smooth(floats(distance / (0.3 * max(weight.shape))), 0.0, 1.0)


def _blurred(planes: Planes, weight: Plane, share: float) -> Planes:
    """Blurred by a round opening in light, not in tones, without people bleeding into what is behind them."""
    radius = max(1, round(share * max(planes.shape[:2])))
    kernel = _disc(radius)
    behind_them = floats(np.clip(1 - weight, 0.0, 1.0) + 1e-3)[..., None]
    light = to_linear(planes)
    light = light * (1 + 3 * smooth(floats(light.max(axis=2)), 0.7, 1.0))[..., None]
    summed = cast("Plane", cv2.filter2D(floats(light * behind_them), -1, kernel, borderType=cv2.BORDER_REFLECT_101))
    total = cast("Plane", cv2.filter2D(behind_them[..., 0], -1, kernel, borderType=cv2.BORDER_REFLECT_101))
    return from_linear(floats(np.minimum(summed / total[..., None], 1)))


def _disc(radius: int) -> Plane:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return floats((kernel / kernel.sum()).astype(np.float32))
