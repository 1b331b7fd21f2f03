"""Finds grids, lines at even distances in two directions: fences, tiles, window panes. They belong to the scene.

Even lines in one direction alone may be what rollers did to a film, so those are left to the network.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.components import LONG
from rekindle.imaging.planes import Mask, Plane, floats, gaussian

Floats = NDArray[np.float64]

GRID = 5
"""Lines at even distances in each of two directions that cross, from which they are a grid."""
_CROSSING = np.deg2rad(15.0)
"""How far two directions may be from right angles to cross."""
_ROW = 3
"""Lines that stand together at least, where something before them parts them."""
_EVEN = 0.1
"""How far a distance may be from the even one, in parts of it."""
_APART = 8.0
"""Pixels that lines are apart at least."""
_HIDDEN = 8
"""Even distances that something may hide."""
_TURN, _FINE, _STEPS = np.deg2rad(5.0), np.deg2rad(0.25), 20
"""Half the range of directions that count as one, and the steps in which that one is then sought."""
_SOFT = 4.0
"""Pixels over which the direction of a line is measured."""
_STRAIGHT = 0.5
"""Coherence (Jähne, "Digital Image Processing", 2005: 0 for a spot, 1 for a line) from which a pixel is of a line."""
_PEAK = 0.2
"""How long a line is at least, beside the longest one of its direction; it is `LONG` in any case."""
_MOST, _ENOUGH = 64, 50_000
"""Lines that are looked at in one direction, the longest ones; and pixels that tell which way they run."""
_OFTEN = 0.04
"""The share of all pixels that a direction has at least."""


@dataclass(frozen=True, slots=True)
class _Pixels:
    """The pixels (n) of a mask: where, at what angle the normal of a line through each stands, 0..π, and whether there
    is a line at all.
    """

    y: NDArray[np.intp]
    x: NDArray[np.intp]
    normal: Plane
    straight: NDArray[np.bool_]

    def near(self, angle: float) -> NDArray[np.bool_]:
        """Which of them (n) are of lines of about this angle."""
        away = np.abs((self.normal - np.float32(angle) + np.pi / 2) % np.pi - np.pi / 2)
        return self.straight & (away <= _TURN)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Lines at even distances whose normals stand at `angle`: the middle and half the width of each, and of those
    that are to be expected where something hides them; `pixels` (n) may be of them, as far as direction goes.
    """

    angle: float
    lines: list[tuple[float, float]]
    hidden: list[tuple[float, float]]
    pixels: NDArray[np.bool_]


def repeating(mask: Mask) -> Mask:
    """Which pixels of a mask (height, width) belong to a grid of at least five by five lines at even distances."""
    found, pixels = np.zeros(mask.shape, np.bool_), _pixels(mask)
    rows = [_rows(pixels, angle) for angle in _directions(pixels.normal[pixels.straight])]
    rows = [each for each in rows if len(each.lines) >= GRID]
    for one in rows:
        if not any(_cross(one, other) for other in rows):
            continue
        place = pixels.x * np.cos(one.angle) + pixels.y * np.sin(one.angle)
        for line, half in (*one.lines, *one.hidden):
            here = one.pixels & (np.abs(place - line) <= half)
            found[pixels.y[here], pixels.x[here]] = True
    return found


def _cross(one: _Rows, other: _Rows) -> bool:
    return abs((one.angle - other.angle) % np.pi - np.pi / 2) <= _CROSSING


def _rows(pixels: _Pixels, angle: float) -> _Rows:
    near = pixels.near(angle)
    turned = _sharpest(pixels.y[near], pixels.x[near], angle)
    lines, hidden = _even_lines(pixels.x[near] * np.cos(turned) + pixels.y[near] * np.sin(turned))
    # Where another line crosses there is no direction; further on, that one is no part of this.
    return _Rows(turned, lines, hidden, near | ~pixels.straight)


def _pixels(mask: Mask) -> _Pixels:
    """Directions by the structure tensor (Förstner and Gülch, "A fast operator for detection", 1987)."""
    plane = gaussian(mask.astype(np.float32), 1.0)
    across, down = (np.asarray(cv2.Sobel(plane, cv2.CV_32F, *order)) for order in ((1, 0), (0, 1)))
    xx, yy, xy = (gaussian(floats(part), _SOFT) for part in (across * across, down * down, across * down))
    y, x = np.nonzero(mask)
    coherence = (np.hypot(xx - yy, 2 * xy) / (xx + yy + np.float32(1e-6)))[y, x]
    normal = floats(0.5 * np.arctan2(2 * xy[y, x], (xx - yy)[y, x])) % np.float32(np.pi)
    return _Pixels(y, x, normal, coherence >= _STRAIGHT)


def _directions(normals: Plane) -> list[float]:
    """The middles of the directions in which there is most, each apart from the others."""
    bins = round(np.pi / _TURN)
    counts = np.bincount((normals / np.pi * bins).astype(np.intp) % bins, minlength=bins)
    around = 2 * counts + np.roll(counts, 1) + np.roll(counts, -1)
    often = (counts > 0) & (around >= _OFTEN * len(normals))
    peaks = often & (around >= np.roll(around, 1)) & (around > np.roll(around, -1))
    return [float((place + 0.5) * np.pi / bins) for place in np.flatnonzero(peaks)]


def _sharpest(y: NDArray[np.intp], x: NDArray[np.intp], angle: float) -> float:
    """The angle near this one at which the pixels fall on the fewest places."""
    some = slice(None, None, 1 + len(y) // _ENOUGH)
    y, x = y[some], x[some]

    def sharpness(turned: float) -> float:
        return float((_profile(x * np.cos(turned) + y * np.sin(turned))[0] ** 2).sum())

    return max((angle + number * _FINE for number in range(-_STEPS, _STEPS + 1)), key=sharpness)


def _profile(place: Floats) -> tuple[Floats, int]:
    """How many pixels there are at each place, and the first of the places."""
    whole = np.round(place).astype(np.intp)
    return np.bincount(whole - whole.min()).astype(np.float64), int(whole.min())


def _even_lines(place: Floats) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """The middle and half the width of each line that stands where even distances put it, and of those between."""
    counts, first = _profile(place)
    soft = np.convolve(counts, [0.25, 0.5, 0.25], mode="same")
    lines = sorted(sorted(_peaks(soft), key=lambda line: -soft[round(line[0])])[:_MOST])
    middles, halves = np.array([line[0] + first for line in lines]), np.array([line[1] for line in lines])
    steps = [step for step in np.unique(np.diff(middles)).tolist() if step >= _APART]
    step, even = max(
        ((step, _in_step(middles, step)) for step in steps),
        key=lambda tried: int(tried[1].sum()), default=(0.0, np.zeros(0, np.bool_)),
    )  # fmt: skip
    if not even.any():
        return [], []
    half = float(np.median(halves[even]))
    seen = [(middle, max(half, own)) for middle, own in zip(middles[even].tolist(), halves[even].tolist(), strict=True)]
    return seen, [(middle, half) for middle in _between(middles[even], step)]


def _peaks(soft: Floats) -> list[tuple[float, float]]:
    """The middle and half the width of each run of places where there is much."""
    high = np.concatenate([[False], soft >= max(LONG, _PEAK * soft.max()), [False]])
    starts, ends = np.flatnonzero(high[1:] & ~high[:-1]), np.flatnonzero(high[:-1] & ~high[1:])
    return [((start + end - 1) / 2, (end - start) / 2 + 2) for start, end in zip(starts, ends, strict=True)]


def _in_step(middles: Floats, step: float) -> NDArray[np.bool_]:
    """Which lines (n) stand in rows of at least three, each one step or two from the next."""
    apart = np.abs(middles[:, None] - middles)
    next_one = np.abs(apart - step) <= _EVEN * step
    reached = next_one | (np.abs(apart - 2 * step) <= _EVEN * step) | np.eye(len(middles), dtype=np.bool_)
    for _ in range(len(middles).bit_length()):
        reached = (reached.astype(np.float32) @ reached.astype(np.float32)) > 0
    inside = reached.sum(axis=1) >= _ROW
    return inside if (inside & next_one.any(axis=1)).sum() >= GRID - 1 else np.zeros_like(inside)


def _between(middles: Floats, step: float) -> list[float]:
    """Where lines are to be expected between those that were seen: short pieces of them look out from behind things."""
    expected: list[float] = []
    for left, right in zip(middles[:-1].tolist(), middles[1:].tolist(), strict=True):
        steps = round((right - left) / step)
        if 2 <= steps <= _HIDDEN:
            expected += [left + (right - left) * number / steps for number in range(1, steps)]
    return expected
