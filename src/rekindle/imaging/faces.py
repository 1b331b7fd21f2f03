"""Where the faces in a picture are, and how much each pixel belongs to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.face_cascade import SMALLEST, Small, find
from rekindle.imaging.image import Samples
from rekindle.imaging.planes import Plane, floats, half

_AREA = 640 * 480
"""Pixels of the copy that is looked at. An area, not a side, so that a panorama keeps its small faces."""
_LEAST = 0.05
"""Height of the smallest face that is looked for, as a share of the picture's shorter side."""
_SURE = (0.6, 0.7, 0.9)
"""What each of the three networks must reach (0..1). The first two are those of the paper; with 0.9 at the end nearly
all that is left is faces (measured by `benchmarks/faces.py`).
"""
_FADED, _RANGE = 190, 48
"""Where the luma spans less than the first, the channels are stretched before looking; never more than from the second
(levels of 255).
"""
_GREY = 6
"""Where the channels differ by less on average (levels of 255), a picture is taken for black and white."""
_WARM = np.round(255 * (np.arange(256)[:, None] / 255) ** np.array([0.8, 1.2, 1.5])).astype(np.uint8)
"""Red, green and blue for each level of grey. Measured to find more faces than grey itself, with no more wrong ones."""
_FULL, _EDGE = 0.55, 0.9
"""A face counts fully in an oval of the first times its box, and not at all outside the second: hair and chin are in,
and there is no visible edge.
"""
_ROWS = 256
"""So many rows are worked on at a time, so that a large picture needs little memory beside the result."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face: its upper left corner, width and height in 0..1 of the picture's, and how sure that is, 0..1."""

    x: float
    y: float
    width: float
    height: float
    score: float


def find_faces(samples: Samples) -> tuple[Face, ...]:
    """The upright faces in RGB samples (height, width, 3), uint8 or uint16, largest first. Looks at a small copy, so
    the time hardly depends on the size of the picture. The same samples always give the same faces.
    """
    picture = _fresh(_small(samples))
    height, width = picture.shape[:2]
    if min(height, width) < SMALLEST:
        return ()
    found = find(picture, smallest=_LEAST * min(height, width), sure=_SURE)
    edges = np.clip(found.edges / floats(np.array([width, height] * 2)), 0, 1).astype(np.float64)
    faces = [
        Face(float(x), float(y), float(right - x), float(bottom - y), float(score))
        for (x, y, right, bottom), score in zip(edges, found.scores, strict=True)
        if right > x and bottom > y
    ]
    return tuple(sorted(faces, key=lambda face: face.width * face.height, reverse=True))


def _small(samples: Samples) -> Small:
    """A copy of at most `_AREA` pixels in 8 bits."""
    small = samples
    while small.shape[0] * small.shape[1] >= 4 * _AREA:
        small = half(small)
    height, width = small.shape[:2]
    scale = (_AREA / (height * width)) ** 0.5
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cast("Samples", cv2.resize(small, size, interpolation=cv2.INTER_AREA))
    return (small // 257 if small.dtype == np.uint16 else small).astype(np.uint8, copy=False)


def _fresh(picture: Small) -> Small:
    """The picture nearer to what the networks have learned from: each channel of a faded one stretched over the full
    range, a grey one stretched and in the colours of skin. Any other as it is.
    """
    points = picture[::4, ::4].reshape(-1, 3)
    darkest, lightest = np.percentile(points.mean(1), (1, 99))
    grey = np.ptp(points, axis=1).mean() < _GREY
    if lightest - darkest < _FADED or grey:
        low, high = np.percentile(points, (1, 99), axis=0)
        stretched = (picture - floats(low)) * floats(255 / np.maximum(high - low, _RANGE))
        picture = np.clip(stretched, 0, 255).astype(np.uint8)
        grey = np.ptp(picture[::4, ::4], axis=2).mean() < _GREY
    return _WARM[picture[..., 1]] if grey else picture


def focus_of(faces: Sequence[Face]) -> tuple[float, float] | None:
    """The middle of the faces in 0..1 of width and height, each weighing as much as its area; None without a face."""
    weights = [face.width * face.height for face in faces]
    total = sum(weights)
    if not total:
        return None
    x = sum(weight * (face.x + face.width / 2) for face, weight in zip(faces, weights, strict=True))
    y = sum(weight * (face.y + face.height / 2) for face, weight in zip(faces, weights, strict=True))
    return x / total, y / total


def weight_of(faces: Sequence[Face], shape: tuple[int, int], part: tuple[slice, slice] | None = None) -> Plane:
    """How much each pixel of a picture of (height, width) belongs to a face: 1 in the middle, falling smoothly to 0
    around an oval. With `part`, only that rectangle of it, so that tiles fit together exactly.
    """
    rows, columns = part or (slice(None), slice(None))
    top, bottom, _ = rows.indices(shape[0])
    left, right, _ = columns.indices(shape[1])
    weight = np.zeros((bottom - top, right - left), np.float32)
    for face in faces:
        _add_oval(weight, face, shape, (top, left))
    return weight


def _add_oval(weight: Plane, face: Face, shape: tuple[int, int], corner: tuple[int, int]) -> None:
    """Raise `weight` to the oval of one face where that is higher. `corner` is where `weight` begins in the picture."""
    down, first_row = _distances(face.y, face.height, shape[0], corner[0], weight.shape[0])
    across, first_column = _distances(face.x, face.width, shape[1], corner[1], weight.shape[1])
    columns = slice(first_column, first_column + len(across))
    for start in range(0, len(down), _ROWS):
        some = down[start : start + _ROWS]
        distance = np.sqrt(some[:, None] ** 2 + across[None, :] ** 2)
        ramp = np.clip((np.float32(_EDGE) - distance) * np.float32(1 / (_EDGE - _FULL)), 0, 1)
        oval = ramp * ramp * (3 - 2 * ramp)
        target = weight[first_row + start : first_row + start + len(some), columns]
        np.maximum(target, oval, out=target)


def _distances(begin: float, size: float, pixels: int, first: int, count: int) -> tuple[NDArray[np.float32], int]:
    """How far the pixels of one side are from the middle of a face, 1 = one size of its box, where that is within the
    oval, and the index of the first of them. `first` and `count` say which pixels of the picture's `pixels` there are.
    """
    places = (np.arange(first, first + count) + 0.5) / pixels
    distance = floats((places - (begin + size / 2)) / max(size, 1e-6))
    within = np.flatnonzero(np.abs(distance) < _EDGE)
    if not len(within):
        return distance[:0], 0
    return distance[within[0] : within[-1] + 1], int(within[0])
