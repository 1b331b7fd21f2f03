"""Finds which photos show one scene, and lays those on one another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Samples
from rekindle.imaging.making.made import Bytes, sized
from rekindle.imaging.planes import Mask

Matrix = NDArray[np.float64]

_LOOKED_AT = 1000
"""Longest side, in pixels, of the copies in which points are looked for."""
_POINTS = 3000
_CLEARLY = 0.78
"""A point is found again where the next best is so much farther."""
_TOLERANCE = 3.0
_LEAST, _LEAST_SHARE = 25, 0.3
"""Points, and their share of those found again, that must agree on one movement."""
_MOST_TURN, _MOST_SCALE = 0.5, 2.5


class _Point(Protocol):
    """A point of a picture that can be found again."""

    @property
    def pt(self) -> tuple[float, float]: ...


class _Finder(Protocol):
    """Finds such points: D. Lowe, Distinctive image features from scale-invariant keypoints (IJCV 60, 2004)."""

    def detectAndCompute(  # noqa: N802
        self, image: Bytes, mask: None
    ) -> tuple[Sequence[_Point], NDArray[np.float32] | None]: ...


@dataclass(frozen=True, slots=True)
class Laid:
    """A photo laid on the first one: its samples there, and where it covers that."""

    pixels: Samples
    covered: Mask


def lay(base: Samples, other: Samples) -> Laid | None:
    """The other photo on the frame of the first, or None where they do not show the same scene from the same place."""
    matrix = _movement(base, other)
    if matrix is None:
        return None
    size = base.shape[1], base.shape[0]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    pixels = cv2.warpPerspective(other, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    inside = np.full(other.shape[:2], 255, np.uint8)
    covered = cv2.warpPerspective(inside, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT) == 255
    return Laid(cast("Samples", pixels), np.asarray(covered))


def _movement(base: Samples, other: Samples) -> Matrix | None:
    """From pixels of the first to pixels of the other."""
    one, two = _points(base), _points(other)
    if one is None or two is None:
        return None
    pairs = _pairs(one[1], two[1])
    if len(pairs) < _LEAST:
        return None
    here = np.array([one[0][i] for i, _ in pairs], np.float32)
    there = np.array([two[0][j] for _, j in pairs], np.float32)
    cv2.setRNGSeed(1)
    found = cast("tuple[Matrix | None, Bytes]", cv2.findHomography(here, there, cv2.RANSAC, _TOLERANCE))
    if found[0] is None or int(found[1].sum()) < max(_LEAST, _LEAST_SHARE * len(pairs)) or not _is_likely(found[0]):
        return None
    return _scale(_shrink(other), back=True) @ found[0] @ _scale(_shrink(base), back=False)


def _points(samples: Samples) -> tuple[Sequence[tuple[float, float]], NDArray[np.float32]] | None:
    grey = cast("Bytes", cv2.cvtColor(sized(samples, _LOOKED_AT), cv2.COLOR_RGB2GRAY))
    grey = cast("Bytes", cv2.createCLAHE(2.0, (8, 8)).apply(grey))
    make = cast("Callable[[int], _Finder]", cv2.SIFT_create)  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]
    keys, described = make(_POINTS).detectAndCompute(grey, None)
    if described is None or len(keys) < _LEAST:
        return None
    return [key.pt for key in keys], described


def _pairs(one: NDArray[np.float32], two: NDArray[np.float32]) -> list[tuple[int, int]]:
    matches = cv2.BFMatcher(cv2.NORM_L2).knnMatch(one, two, k=2)
    return [
        (best.queryIdx, best.trainIdx)
        for best, second in (each for each in matches if len(each) == 2)
        if best.distance < _CLEARLY * second.distance
    ]


def _shrink(samples: Samples) -> float:
    return min(1.0, _LOOKED_AT / max(samples.shape[:2]))


def _scale(shrink: float, *, back: bool) -> Matrix:
    factor = 1 / shrink if back else shrink
    shift = 0.5 * factor - 0.5
    return np.array([[factor, 0, shift], [0, factor, shift], [0, 0, 1]], np.float64)


def _is_likely(matrix: Matrix) -> bool:
    """Whether a camera that was held again could have moved so."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    turn = abs(float(np.arctan2(matrix[1, 0], matrix[0, 0])))
    return turn < _MOST_TURN and 1 / _MOST_SCALE < scale < _MOST_SCALE and bool(np.abs(matrix[2, :2]).max() < 1e-3)
