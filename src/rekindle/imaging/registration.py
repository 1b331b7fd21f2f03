"""Brings a picture that came back shifted, cut or in another size onto the frame of the photo that it was made of."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.decode import decode
from rekindle.imaging.image import Image, Samples
from rekindle.imaging.planes import Mask, Plane, floats, gaussian, peak, thinned, to_planes, to_samples
from rekindle.imaging.structure import Fit, fit, grey_copy
from rekindle.imaging.working import save_working

Matrix = NDArray[np.float64]
"""3 x 3: from places in the photo, in pixels from the middle of the first one, to places in the picture."""

_LOOKED_AT = 640
"""Longest side, in pixels, of the copies that are aligned: to a twentieth of their pixels, a third of a 12 MP one's."""
_FINE, _WIDE = 1.0, 8.0
"""Sigmas, in pixels of the copies, between which luma is made even, so that tones do not matter."""
_SPARE = 2
_STEPS, _ENOUGH = 60, 1e-5
_LEAST_ALIKE = 0.3
"""Correlation of the aligned copies below which nothing was recognised."""
_GAIN = 0.01
"""What aligning must add to the correlation over plain scaling."""
_MOST_TURN, _MOST_STRETCH, _MOST_SCALE = math.radians(5), 1.5, 1.9
"""Larger deformations are refused: models cut, scale and shift, but do not turn."""
_MOST_MISSING = 0.12
"""Share of the photo that may lie outside the picture; it is filled from the photo in the tones of the picture."""
_STILL = 0.4
"""Pixels of the photo by which the corners may be off for plain scaling to do."""
_LARGER = 1.02
_MOST_PIXELS = 100_000_000
_ROWS = 256
_TONES = 256
"""Longest side of the copy in which the tones of what is missing are found."""


@dataclass(frozen=True, slots=True)
class Registered:
    """Whether a picture lies on the photo's frame now, and in one sentence what was done or why not.

    `width` and `height` are those of the file that was written; 0 where none was.
    """

    aligned: bool
    reason: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    """How the picture lies under the photo, both as copies of this (width, height), and how alike they then are."""

    matrix: Matrix
    alike: float


def register(result: Path, source: Path, target: Path) -> Registered:
    """Write `result` (any picture file) as a working file on the frame of `source` (a working file), as large as that
    or as the result's own detail; for a child process. Where it cannot, nothing is written.

    Raises what `decode` raises.
    """
    made, photo = decode(result)[0], decode(source)[0]
    aligned, reason = align(made, photo)
    if aligned is None:
        return Registered(aligned=False, reason=reason)
    save_working(aligned, target)
    return Registered(aligned=True, reason=reason, width=aligned.width, height=aligned.height)


def align(made: Image, photo: Image, guess: Fit | None = None) -> tuple[Image | None, str]:
    """The picture on the photo's frame, with the photo's alpha, and what was done; or None and why not. `guess` is how
    its edges fit on those of the photo, where that is known.
    """
    size, same_shape = _copy_size(photo), _same_shape(made, photo)
    one, other = (thinned(each.pixels, _LOOKED_AT) for each in (photo, made))
    even = _even(one, size), _even(other, size)
    best = plain = _found(even, size, np.eye(3))
    # What lies right already cannot gain enough.
    if plain.alike + _GAIN <= 1 or not same_shape:
        best = _aligned(even, size, guess or fit(one, other))
        if best.alike < plain.alike + _GAIN and same_shape:
            best = plain
    if best.alike < _LEAST_ALIKE:
        return None, "The picture that came back could not be laid on the photo."
    refused = _refused(best.matrix, size)
    if refused:
        return None, refused
    return _on_frame(made, photo, _full_size(best.matrix, size, photo, made))


def _copy_size(photo: Image) -> tuple[int, int]:
    scale = min(1.0, _LOOKED_AT / max(photo.width, photo.height))
    return max(16, round(photo.width * scale)), max(16, round(photo.height * scale))


def _same_shape(made: Image, photo: Image) -> bool:
    return abs(made.width * photo.height / (made.height * photo.width) - 1) < 0.01


def _even(samples: Samples, size: tuple[int, int]) -> Plane:
    """Luma of a copy without its tones: what is finer than `_WIDE`, of the same strength everywhere."""
    grey = gaussian(grey_copy(samples, size), _FINE)
    detail = grey - _wide(grey)
    around = np.sqrt(np.maximum(_wide(floats(detail**2)), 0))
    return floats(np.clip(detail / (around + 0.3 * float(detail.std()) + 0.002), -3, 3))


def _wide(plane: Plane) -> Plane:
    """Blurred over `_WIDE` pixels, on a copy that is as good for it and has a quarter of them."""
    height, width = plane.shape
    small = max(4, round(width / _SPARE)), max(4, round(height / _SPARE))
    copy = cast("Plane", cv2.resize(plane, small, interpolation=cv2.INTER_AREA))
    blurred = cv2.resize(gaussian(copy, _WIDE / _SPARE), (width, height), interpolation=cv2.INTER_LINEAR)
    return cast("Plane", blurred)


def _found(even: tuple[Plane, Plane], size: tuple[int, int], matrix: Matrix) -> _Found:
    """How alike the two (the photo first) are with this matrix between their copies."""
    one, other = even[0], _warped(even[1], matrix, size)
    if _covers(matrix, size, size):
        return _Found(matrix, _correlation(one, other))
    seen = _inside(matrix, size, size)
    return _Found(matrix, _correlation(one[seen], other[seen]))


def _aligned(even: tuple[Plane, Plane], size: tuple[int, int], guess: Fit) -> _Found:
    """The best alignment by the enhanced correlation coefficient (Evangelidis and Psarakis, Parametric image alignment
    using enhanced correlation coefficient maximization, PAMI 30, 2008), begun where the edges fit.
    """
    matrix = _first_guess(guess, size)
    one, other = even
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _STEPS, _ENOUGH)
    for smooth in (9, 3):
        warp = matrix[:2].astype(np.float32)
        try:
            _, warp = cv2.findTransformECC(
                one, other, warp, cv2.MOTION_AFFINE, criteria, np.full(other.shape, 255, np.uint8), smooth
            )
        except cv2.error:  # It did not converge: the guess stands.
            break
        matrix = np.vstack([warp, (0, 0, 1)]).astype(np.float64)
    return _found(even, size, matrix)


def _first_guess(found: Fit, size: tuple[int, int]) -> Matrix:
    """The matrix between copies of the same size for a fit of the whole pictures."""
    width, height = size
    places = np.array([[1 / found.width, 0, -found.x / found.width], [0, 1 / found.height, -found.y / found.height]])
    return _between(np.vstack([places, (0, 0, 1)]), (width, height), (width, height))


def _between(unit: Matrix, one: tuple[int, int], other: tuple[int, int]) -> Matrix:
    """A matrix between units of width and height as one between pixels, counted from the middle of the first."""
    return _to_pixels(other) @ unit @ np.linalg.inv(_to_pixels(one))


def _to_pixels(size: tuple[int, int]) -> Matrix:
    return np.array([[size[0], 0, -0.5], [0, size[1], -0.5], [0, 0, 1]], np.float64)


def _full_size(matrix: Matrix, size: tuple[int, int], photo: Image, made: Image) -> Matrix:
    """A matrix between the copies as one between the pictures."""
    unit = np.linalg.inv(_to_pixels(size)) @ matrix @ _to_pixels(size)
    return _between(unit, (photo.width, photo.height), (made.width, made.height))


def _refused(matrix: Matrix, size: tuple[int, int]) -> str:
    """Why a deformation is too large; empty where it is not."""
    across, down = matrix[:2, 0], matrix[:2, 1]
    wide, high = float(np.hypot(*across)), float(np.hypot(*down))
    turn = max(abs(math.atan2(across[1], across[0])), abs(math.atan2(-down[0], down[1])))
    if turn > _MOST_TURN or max(wide / high, high / wide) > _MOST_STRETCH:
        return "The picture that came back is turned or bent."
    if max(wide, 1 / wide, high, 1 / high) > _MOST_SCALE:
        return "The picture that came back shows too small a part of the photo, or too much beside it."
    missing = 1 - float(_inside(matrix, size, size, rim=0.0).mean())
    return f"{missing:.0%} of the photo is missing in the picture that came back." if missing > _MOST_MISSING else ""


def _on_frame(made: Image, photo: Image, matrix: Matrix) -> tuple[Image, str]:
    """The picture on the frame, and in words what was done."""
    detail = math.sqrt(abs(float(np.linalg.det(matrix[:2, :2]))))
    growth = min(detail, math.sqrt(_MOST_PIXELS / (photo.width * photo.height)))
    growth = growth if growth > _LARGER else 1.0
    size = round(photo.width * growth), round(photo.height * growth)
    matrix = _between(_unit_matrix(matrix, photo, made), size, (made.width, made.height))
    alpha = None if photo.alpha is None else cast("Samples", cv2.resize(photo.alpha, size)).astype(made.pixels.dtype)
    if size == (made.width, made.height) and _off(matrix, size) < _STILL * growth:
        return replace(made, alpha=alpha, grey=photo.grey), "It already lay on the photo."
    pixels = _laid(made.pixels, matrix, size)
    reason = "It was laid on the photo."
    if not _covers(matrix, size, (made.width, made.height)):
        seen = _inside(matrix, size, (made.width, made.height))
        pixels = _filled(pixels, photo.pixels, seen)
        reason = f"It was laid on the photo, which gave the {1 - float(seen.mean()):.1%} that it lacked at the edges."
    return replace(made, pixels=pixels, alpha=alpha, grey=photo.grey), reason


def _unit_matrix(matrix: Matrix, photo: Image, made: Image) -> Matrix:
    one, other = _to_pixels((photo.width, photo.height)), _to_pixels((made.width, made.height))
    return np.linalg.inv(other) @ matrix @ one


def _off(matrix: Matrix, size: tuple[int, int]) -> float:
    """How far the farthest corner is moved, in pixels."""
    corners = np.array([(0, 0, 1), (size[0], 0, 1), (size[0], size[1], 1), (0, size[1], 1)], np.float64)
    return float(np.abs(corners @ matrix.T - corners).max())


def _laid(samples: Samples, matrix: Matrix, size: tuple[int, int]) -> Samples:
    """Samples on a frame of this (width, height). Merely to enlarge them costs a tenth of moving them."""
    height, width = samples.shape[:2]
    whole = _between(np.eye(3), size, (width, height))
    if size[0] >= width and size[1] >= height and np.abs(matrix - whole).max() < 1e-6:
        return cast("Samples", cv2.resize(samples, size, interpolation=cv2.INTER_CUBIC))
    return cast("Samples", _warped(_softened(samples, matrix), matrix, size, cv2.INTER_CUBIC))


def _softened(samples: Samples, matrix: Matrix) -> Samples:
    """Blurred as far as the samples would be skipped otherwise."""
    shrink = math.sqrt(abs(float(np.linalg.det(matrix[:2, :2]))))
    if shrink < 1.3:
        return samples
    return cast("Samples", cv2.GaussianBlur(samples, (0, 0), 0.4 * shrink))


def _warped(array: Plane | Samples, matrix: Matrix, size: tuple[int, int], kind: int = cv2.INTER_LINEAR) -> Plane:
    flags = kind | cv2.WARP_INVERSE_MAP
    return cast("Plane", cv2.warpAffine(array, matrix[:2], size, flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _covers(matrix: Matrix, size: tuple[int, int], other: tuple[int, int], *, rim: float = 0.5) -> bool:
    """Whether all of it is inside: then its corners are."""
    right, bottom = size[0] - 1, size[1] - 1
    places = np.array([(0, 0, 1), (right, 0, 1), (0, bottom, 1), (right, bottom, 1)]) @ matrix[:2].T
    return bool(np.all(places >= -0.5 - rim) and np.all(places <= np.array(other) - 0.5 + rim))


def _inside(matrix: Matrix, size: tuple[int, int], other: tuple[int, int], *, rim: float = 0.5) -> Mask:
    """Which pixels of a frame of this (width, height) the picture of `other` size covers, to `rim` pixels."""
    x, y = np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32)[:, None]
    seen = np.ones((size[1], size[0]), bool)
    for row, side in zip(matrix[:2].astype(np.float32), other, strict=True):
        place = row[0] * x + row[1] * y + row[2]
        seen &= (place >= -0.5 - rim) & (place <= side - 0.5 + rim)
    return seen


def _correlation(one: Plane, other: Plane) -> float:
    if one.size < 64:
        return 0.0
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / (math.sqrt(float((one**2).sum() * (other**2).sum())) + 1e-6))


def _filled(pixels: Samples, photo: Samples, seen: Mask) -> Samples:
    """What the picture does not cover, from the photo, in the tones that the picture has beside it. In place."""
    height, width = pixels.shape[:2]
    scale = min(1.0, _TONES / max(height, width))
    small = max(1, round(width * scale)), max(1, round(height * scale))
    given = photo
    if photo.shape != pixels.shape:
        given = cast("Samples", cv2.resize(photo, (width, height), interpolation=cv2.INTER_CUBIC))
    weight = cast("Plane", cv2.resize(seen.astype(np.float32), small, interpolation=cv2.INTER_AREA))
    change = floats(_copy(pixels, small) - _copy(given, small))
    change = _spread(change, floats((weight > 0.999).astype(np.float32)))
    tones = cast("Plane", cv2.resize(change, (width, height), interpolation=cv2.INTER_LINEAR))
    soft = gaussian(floats(seen.astype(np.float32)), max(1.0, 1 / scale))
    soft = floats(np.clip(2 * soft - 1, 0, 1) * seen)[..., None]
    for top in range(0, height, _ROWS):
        rows = slice(top, top + _ROWS)
        if not seen[rows].all():
            patched = np.clip(to_planes(given[rows]) + tones[rows], 0, 1)
            pixels[rows] = to_samples(floats(patched + (to_planes(pixels[rows]) - patched) * soft[rows]), pixels)
    return pixels


def _copy(samples: Samples, size: tuple[int, int]) -> Plane:
    small = cast("Samples", cv2.resize(samples, size, interpolation=cv2.INTER_AREA))
    return floats(small.astype(np.float32) / peak(samples))


def _spread(change: Plane, weight: Plane) -> Plane:
    """A smooth change everywhere, from where it is known: normalized convolution, wider and wider."""
    result, known = change * 0, weight * 0
    for sigma in (2.0, 8.0, 32.0, 128.0):
        near = gaussian(weight, sigma)
        values = gaussian(floats(change * weight[..., None]), sigma) / np.maximum(near, 1e-6)[..., None]
        share = np.clip(near * 4, 0, 1) * (1 - known)
        result, known = result + values * share[..., None], known + share
    return floats(result / np.maximum(known, 1e-3)[..., None])
