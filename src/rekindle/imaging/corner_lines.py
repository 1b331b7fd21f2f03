"""The straight lines of a picture that may be edges of a paper print, and what is seen along them on both sides."""

from dataclasses import dataclass
from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.planes import halved_whole

Floats: TypeAlias = NDArray[np.floating]
Bytes: TypeAlias = NDArray[np.uint8]
Whole: TypeAlias = NDArray[np.int64]

WORKING_SIDE = 600
"""The longer side, in pixels, of the picture in which lines are searched."""

LINES_PER_DIRECTION = 20
"""How many lines of each direction are handed on."""

LINES_COMPARED = 48
"""How many of them are looked at along their whole length."""

SEEDS = 180
"""How many of the longest segments are tried as the beginning of a line."""

MERGE_DISTANCE = 2.5
BAND_OFFSET = 5.0
"""How far beside a line, in pixels, its two sides are looked at: the middle of a 5 pixel wide band."""

_LINEAR = np.array([v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.linspace(0, 1, 256)], "f4")
"""Light for each of the 256 tones of sRGB (IEC 61966-2-1)."""
_TO_TONES = np.array(
    [[0.433953, 0.376219, 0.189828], [0.212671, 0.715160, 0.072169], [0.017758, 0.109477, 0.872765]], np.float32
)
"""Red, green and blue light to X, Y and Z, each as a share of that of D65."""
_TO_LAB = np.array([[0, 116, 0, -16], [500, -500, 0, 0], [0, 200, -200, 0]], np.float32)
_DARK, _SLOPE = np.float32(216 / 24389), np.float32(24389 / 27 / 116)

STEP_SCALE = 12.0
EDGE_SCALE = 8.0
"""Colour differences, in units of CIE Lab, that count as a full step and as a full edge."""

CHANNELS = 11
"""Of a profile: edge, step, Lab and its square on the one side (4) and on the other (4), and a count of samples."""


@dataclass(frozen=True, slots=True)
class Working:
    """The picture that is searched: CIE Lab in float32, (height, width, 3), sharp and averaged over 5 by 5 pixels."""

    lab: Floats
    smooth: Floats

    @property
    def width(self) -> int:
        return int(self.lab.shape[1])

    @property
    def height(self) -> int:
        return int(self.lab.shape[0])


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of one direction, sorted across it.

    `start` (n, 2) in pixels, `along` (n, 2) of unit length, rightwards or downwards; `weight` (n) is the length seen;
    `sums` (n, steps + 1, CHANNELS) are running sums over one sample a pixel.
    """

    start: Floats
    along: Floats
    weight: Floats
    sums: Floats


def working_picture(rgb: Bytes) -> Working:
    """The picture at its working size. `rgb` is (height, width, 3)."""
    rgb = cast("Bytes", halved_whole(rgb, WORKING_SIDE))
    shrink = WORKING_SIDE / max(rgb.shape[:2])
    size = (max(8, round(rgb.shape[1] * shrink)), max(8, round(rgb.shape[0] * shrink)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if shrink < 1 else cv2.INTER_LINEAR)
    lab = cv2.GaussianBlur(_lab(cast("Bytes", small)), (0, 0), 0.8)
    return Working(cast("Floats", lab), cast("Floats", cv2.blur(lab, (5, 5))))


def _lab(rgb: Bytes) -> Floats:
    """CIE L*a*b* of sRGB (CIE 15, white D65). That of OpenCV takes a tenth of a second to begin, which one photo by the
    command line would wait for.
    """
    tones = cv2.transform(_LINEAR[rgb], _TO_TONES)
    bent = np.where(tones > _DARK, np.cbrt(tones), _SLOPE * tones + np.float32(16 / 116))
    return cast("Floats", cv2.transform(bent, _TO_LAB))


def find_lines(picture: Working) -> tuple[Lines, Lines]:
    """The strongest lines that run rather across than down, and those that run rather down than across."""
    segments = _segments(picture)
    run = segments[:, 2:] - segments[:, :2]
    level = np.abs(run[:, 0]) >= np.abs(run[:, 1])
    return _lines(picture, segments[level], 0), _lines(picture, segments[~level], 1)


def _segments(picture: Working) -> Floats:
    """Line segments (n, 4) in views of the picture: lightness sharp and coarse, unlikeness to the border, colour."""
    lightness = _bytes(picture.lab[..., 0] * 2.55)
    views = (
        (lightness, 1.0),
        (_halved(lightness), 2.0),
        (_halved(_bytes(_unlike_border(picture.smooth) * 4)), 2.0),
        (_halved(_bytes((picture.lab[..., 1] + picture.lab[..., 2]) * 1.5 + 128)), 2.0),
    )
    return np.concatenate([_detected(view) * scale for view, scale in views])


def _detected(view: Bytes) -> Floats:
    """Segments found by the line segment detector (von Gioi et al., IPOL 2, 2012)."""
    found = cast("Floats | None", cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(view)[0])
    return np.zeros((0, 4), np.float32) if found is None else found.reshape(-1, 4)


def _unlike_border(lab: Floats) -> Floats:
    """How far each pixel's colour is from the nearer of the four median colours along the picture's border."""
    deep = max(2, min(lab.shape[:2]) // 25)
    planes = [np.ascontiguousarray(lab[..., channel]) for channel in range(3)]
    bands = ((slice(deep), slice(None)), (slice(-deep, None), slice(None)))
    nearest = np.full(lab.shape[:2], np.inf, np.float32)
    for band in (*bands, *(band[::-1] for band in bands)):
        first, second, third = ((plane - np.float32(np.median(plane[band]))) ** 2 for plane in planes)
        np.minimum(nearest, first + second + third, out=nearest)
    return cast("Floats", np.sqrt(nearest))


def _lines(picture: Working, segments: Floats, axis: int) -> Lines:
    middle = np.array([picture.width, picture.height]) / 2
    drawn = _distinct(_merged(segments, axis), axis)
    start, along, length = _chords(drawn, picture, axis)
    seen = _profiles(picture, start, along, int(length))
    kept = np.argsort(-drawn[:, 4] - 3 * _gain(seen))[:LINES_PER_DIRECTION]
    order = kept[np.argsort(_across(drawn[kept], axis, middle))]
    sums = np.cumsum(seen[order], axis=1, dtype=np.float64).astype(np.float32)
    return Lines(start[order], along[order], drawn[order, 4], sums)


def _gain(seen: Floats) -> Floats:
    """How much edge and step the best stretch of each line has, more than the part of it that texture has as well."""
    total = np.cumsum(0.5 * seen[..., 0] + 0.5 * seen[..., 1] - 0.45 * seen[..., -1], axis=1)
    return cast("Floats", (total - np.minimum.accumulate(np.minimum(total, 0), axis=1)).max(axis=1, initial=0))


def _merged(segments: Floats, axis: int) -> Floats:
    """Longer lines (n, 5: two ends, length seen) from the segments that continue one another."""
    if len(segments) == 0:
        return np.zeros((0, 5), np.float32)
    flip = segments[:, axis] > segments[:, 2 + axis]
    segments = np.where(flip[:, None], segments[:, [2, 3, 0, 1]], segments)
    lengths = np.linalg.norm(segments[:, 2:] - segments[:, :2], axis=1)
    seeds = np.argsort(-lengths)[:SEEDS]
    first, run = segments[seeds, :2], segments[seeds, 2:] - segments[seeds, :2]
    normal = np.stack([-run[:, 1], run[:, 0]], axis=1) / lengths[seeds, None]
    ends = segments.reshape(-1, 2, 2)
    away = np.abs(np.einsum("mek,sk->sme", ends, normal) - np.sum(first * normal, axis=1)[:, None, None])
    reach = MERGE_DISTANCE + 0.01 * _gap(ends[..., axis], first[:, axis], segments[seeds, 2 + axis])
    joined = (away < reach[..., None]).all(axis=2) * lengths
    return _fitted(ends.astype(np.float64), joined.astype(np.float64), axis)


def _gap(ends: Floats, low: Floats, high: Floats) -> Floats:
    """How far each segment lies from each seed along it, where they do not overlap."""
    near, far = ends.min(axis=1), ends.max(axis=1)
    return np.maximum(0, np.maximum(low[:, None] - far, near - high[:, None]))


def _fitted(ends: NDArray[np.float64], weights: NDArray[np.float64], axis: int) -> Floats:
    """Lines by least squares, each through its own choice of the segments: `ends` (m, 2, 2), `weights` (lines, m)."""
    t, s = ends[..., axis], ends[..., 1 - axis]
    mass = 2 * weights.sum(axis=1)
    mean_t, mean_s = weights @ t.sum(axis=1) / mass, weights @ s.sum(axis=1) / mass
    spread = weights @ (t * t).sum(axis=1) / mass - mean_t**2
    slope = (weights @ (t * s).sum(axis=1) / mass - mean_t * mean_s) / np.maximum(spread, 1e-6)
    low = np.where(weights > 0, t.min(axis=1), np.inf).min(axis=1)
    high = np.where(weights > 0, t.max(axis=1), -np.inf).max(axis=1)
    covered = np.minimum(mass / 2, high - low)
    lines = np.stack([low, mean_s + slope * (low - mean_t), high, mean_s + slope * (high - mean_t), covered], axis=1)
    return lines[:, [0, 1, 2, 3, 4] if axis == 0 else [1, 0, 3, 2, 4]].astype(np.float32)


def _distinct(lines: Floats, axis: int) -> Floats:
    """The lines with the most length seen, without those that nearly coincide with a stronger one."""
    left = lines[np.argsort(-lines[:, 4])]
    kept: list[Floats] = []
    while len(left) and len(kept) < LINES_COMPARED:
        kept.append(left[0])
        left = left[_apart(left, left[0], axis) > MERGE_DISTANCE]
    return np.stack(kept) if kept else np.zeros((0, 5), np.float32)


def _apart(lines: Floats, other: Floats, axis: int) -> Floats:
    """The larger distance of the ends of each line (n, 5) from the other, measured across the axis: (n)."""
    run = float(other[2 + axis] - other[axis]) or 1e-6
    slope = float(other[3 - axis] - other[1 - axis]) / run
    along, across = lines[:, axis:4:2] - other[axis], lines[:, 1 - axis : 4 : 2] - other[1 - axis]
    return cast("Floats", np.abs(across - slope * along).max(axis=1))


def _across(lines: Floats, axis: int, middle: NDArray[np.float64]) -> Floats:
    """Where the lines cross the middle of the picture."""
    slope = (lines[:, 3 - axis] - lines[:, 1 - axis]) / np.maximum(lines[:, 2 + axis] - lines[:, axis], 1e-6)
    return cast("Floats", lines[:, 1 - axis] + slope * (middle[axis] - lines[:, axis]))


def _chords(lines: Floats, picture: Working, axis: int) -> tuple[Floats, Floats, float]:
    """Start and direction of each line where it enters the picture's width or height, and the longest way through."""
    run = lines[:, 2:4] - lines[:, :2]
    along = run / np.maximum(np.linalg.norm(run, axis=1, keepdims=True), 1e-6)
    start = lines[:, :2] - along * (lines[:, axis] / np.maximum(along[:, axis], 1e-6))[:, None]
    side = (picture.width, picture.height)[axis]
    flattest = float(along[:, axis].min(initial=1.0))
    return start.astype(np.float32), along.astype(np.float32), side * min(1.42, 1 / max(flattest, 1e-6)) + 1


def _profiles(picture: Working, start: Floats, along: Floats, length: int) -> Floats:
    """What is seen along lines (n, 1 + steps, CHANNELS), one sample a pixel after a first one of zeros."""
    steps = np.arange(length, dtype=np.float32)
    points = start[:, None] + along[:, None] * steps[None, :, None]
    beside = np.stack([-along[:, 1], along[:, 0]], axis=1)[:, None]
    limits = np.array([picture.width - 1, picture.height - 1])
    inside: NDArray[np.bool_] = np.all((points >= 0) & (points <= limits), axis=2)
    before = sample(picture.smooth, points - beside * BAND_OFFSET)
    after = sample(picture.smooth, points + beside * BAND_OFFSET)
    seen = np.zeros((len(start), len(steps) + 1, CHANNELS), np.float32)
    now = seen[:, 1:]
    now[..., 0] = _edges(picture.lab, points, beside, along[:, None])
    now[..., 1] = np.minimum(_length(before - after) / STEP_SCALE, 1)
    for first, band in ((2, before), (6, after)):
        now[..., first : first + 3], now[..., first + 3] = band, _power(band)
    now[..., -1] = 1
    now *= inside[..., None]
    return seen


def _edges(lab: Floats, points: Floats, beside: Floats, along: Floats) -> Floats:
    """How much of an edge along the line there is at each point, 0..1, at most 2 pixels beside it."""
    shifts = (-2.0, -1.0, 0.0, 1.0, 2.0)
    rungs = [sample(lab, points + beside * (shift + side)) for shift in shifts for side in (-1.5, 1.5)]
    across = [_power(rungs[i + 1] - rungs[i]) for i in range(0, len(rungs), 2)]
    with_it = _length(sample(lab, points + along * 1.5) - sample(lab, points - along * 1.5))
    return cast("Floats", np.clip((np.sqrt(np.maximum.reduce(across)) - with_it) / EDGE_SCALE, 0, 1))


def _power(colours: Floats) -> Floats:
    """The squared length (n, m) of colours (n, m, 3). Much quicker than a sum over so short an axis."""
    first, second, third = (colours[..., channel] for channel in range(3))
    return cast("Floats", first * first + second * second + third * third)


def _length(colours: Floats) -> Floats:
    return cast("Floats", np.sqrt(_power(colours)))


def sample(plane: Floats, points: Floats) -> Floats:
    """The colours (n, m, 3) of a picture at points (n, m, 2); beyond its border, those of the nearest pixel."""
    at = points.astype(np.float32)
    if at.size == 0:
        return np.zeros((*at.shape[:2], 3), np.float32)
    x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
    return cast("Floats", cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _halved(view: Bytes) -> Bytes:
    return cast("Bytes", cv2.resize(view, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))


def _bytes(values: Floats) -> Bytes:
    return np.clip(values, 0, 255).astype(np.uint8)
