"""Cuts a print out of a picture and straightens it."""

import math
from dataclasses import replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Image, Samples
from rekindle.imaging.quadrilateral import FULL_FRAME, Corners, check

Box = tuple[int, int, int, int]
Floats = NDArray[np.float64]

LARGEST_GROWTH = 1.0
"""A straightened print has at most this many times the pixels of the picture that it was cut from."""

USUAL_FOCAL_LENGTH = 0.75
"""As a part of the picture's diagonal: 32 mm on 35 mm film, between a phone's camera (26 mm) and its zoom (52 mm)."""

FOCAL_LENGTH_SPREAD = 0.35
"""Standard deviation of the natural logarithm of the focal length around the usual one."""

ANGLE_SPREAD = 0.02
"""Standard deviation of the cosine of a paper corner, as corners placed to a few pixels measure it."""


def straighten(image: Image, corners: Corners) -> Image:
    """The part of the picture within the corners, as if it had been photographed from straight above.

    FULL_FRAME gives the image itself. Corners that form an upright rectangle, to half a pixel, give a plain crop with
    untouched samples. Everything else is one perspective warp with a Lanczos kernel. The result is as large as the
    longer edges, so that it keeps all detail and nothing has to be averaged. Raises BadCorners.
    """
    if corners == FULL_FRAME:
        return image
    check(corners)
    places = _in_pixels(corners, image.width, image.height)
    box = _upright_box(places)
    if box is not None:
        return _crop(image, box)
    size = output_size(places, image.width, image.height)
    matrix = _to_picture(places, size)
    pixels = _warp(image.pixels, matrix, size)
    alpha = None if image.alpha is None else _warp(image.alpha, matrix, size)
    return replace(image, pixels=pixels, alpha=alpha)


def straightened_size(corners: Corners, width: int, height: int) -> tuple[int, int]:
    """Width and height of what `straighten` makes of a picture of that size. Raises BadCorners."""
    if corners == FULL_FRAME:
        return width, height
    check(corners)
    places = _in_pixels(corners, width, height)
    if (box := _upright_box(places)) is not None:
        left, top, right, bottom = box
        return right - left, bottom - top
    return output_size(places, width, height)


def output_size(places: Floats, width: int, height: int) -> tuple[int, int]:
    """Width and height of the straightened print whose corners lie at `places` (4, 2), in pixels of the picture."""
    across, down = _longer_edges(places)
    ratio = proportions(places, width, height)
    across, down = max(across, down * ratio), max(down, across / ratio)
    shrink = min(1.0, math.sqrt(LARGEST_GROWTH * width * height / (across * down)))
    return max(1, round(across * shrink)), max(1, round(down * shrink))


def proportions(places: Floats, width: int, height: int) -> float:
    """Width divided by height of the paper whose corners are seen at `places` (4, 2), in pixels of a picture.

    Zhang and He, Whiteboard scanning and image enhancement (Digital Signal Processing 17, 2007), section 3: square
    pixels, and the optical axis in the middle of the picture. There the focal length follows from the right angles of
    the paper, which fails when two edges are seen parallel; here it is the most probable one given those angles and
    the focal lengths of usual cameras. A result far from the mean lengths of the edges gives way to those.
    """
    diagonal = math.hypot(width, height)
    across, down = _edge_directions((places - (width / 2, height / 2)) / diagonal)
    focal = _focal_length(across, down)
    scale = np.array([1 / focal, 1 / focal, 1.0])
    ratio = float(np.linalg.norm(across * scale) / np.linalg.norm(down * scale))
    seen = _mean_proportions(places)
    return ratio if math.isfinite(ratio) and 0.5 < ratio / seen < 2.0 else seen


def _edge_directions(m: Floats) -> tuple[Floats, Floats]:
    """The directions of the top and left edges of the paper in space, but for the focal length (equations 11 to 16)."""
    one, two, four, three = (np.array([x, y, 1.0]) for x, y in m)
    second = np.dot(np.cross(one, four), three) / np.dot(np.cross(two, four), three)
    third = np.dot(np.cross(one, four), two) / np.dot(np.cross(three, four), two)
    return second * two - one, third * three - one


def _focal_length(across: Floats, down: Floats) -> float:
    """The most probable focal length, as a part of the diagonal, for edges that stand at right angles in space."""
    guesses = np.geomspace(0.35, 4.0, 96)
    weight = 1 / guesses**2
    between = weight * (across[0] * down[0] + across[1] * down[1]) + across[2] * down[2]
    long_across = weight * (across[0] ** 2 + across[1] ** 2) + across[2] ** 2
    long_down = weight * (down[0] ** 2 + down[1] ** 2) + down[2] ** 2
    cosine = between / np.sqrt(long_across * long_down)
    unlikely = (cosine / ANGLE_SPREAD) ** 2 + (np.log(guesses / USUAL_FOCAL_LENGTH) / FOCAL_LENGTH_SPREAD) ** 2
    return float(guesses[int(np.argmin(unlikely))])


def _mean_proportions(places: Floats) -> float:
    top, right, bottom, left = _edges(places)
    return (top + bottom) / (left + right)


def _longer_edges(places: Floats) -> tuple[float, float]:
    top, right, bottom, left = _edges(places)
    return max(top, bottom), max(left, right)


def _edges(places: Floats) -> tuple[float, float, float, float]:
    top, right, bottom, left = np.linalg.norm(np.roll(places, -1, axis=0) - places, axis=1)
    return float(top), float(right), float(bottom), float(left)


def _in_pixels(corners: Corners, width: int, height: int) -> Floats:
    return np.array([(point.x * width, point.y * height) for point in corners.points()])


def _upright_box(places: Floats) -> Box | None:
    """Left, top, right and bottom, where the corners are an upright rectangle of whole pixels, to half a pixel."""
    left, right = round(float(places[[0, 3], 0].mean())), round(float(places[[1, 2], 0].mean()))
    top, bottom = round(float(places[[0, 1], 1].mean())), round(float(places[[2, 3], 1].mean()))
    box = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    if left >= right or top >= bottom or float(np.abs(places - box).max()) > 0.5 + 1e-6:
        return None
    return left, top, right, bottom


def _crop(image: Image, box: Box) -> Image:
    left, top, right, bottom = box
    rows, columns = slice(top, bottom), slice(left, right)
    alpha = None if image.alpha is None else np.ascontiguousarray(image.alpha[rows, columns])
    return replace(image, pixels=np.ascontiguousarray(image.pixels[rows, columns]), alpha=alpha)


def _to_picture(places: Floats, size: tuple[int, int]) -> Floats:
    """The homography from the centres of the result's pixels to those of the picture's."""
    width, height = size
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)])
    return cast(
        "Floats", cv2.getPerspectiveTransform((target - 0.5).astype(np.float32), (places - 0.5).astype(np.float32))
    )


def _warp(samples: Samples, matrix: Floats, size: tuple[int, int]) -> Samples:
    flags = cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP
    return cast("Samples", cv2.warpPerspective(samples, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))
