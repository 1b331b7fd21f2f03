"""Quadrilaterals formed by lines of a picture, and the evidence for each of them to be the outline of a paper print."""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.corner_lines import Floats, Lines, Whole, Working

SMALLEST = 0.08
"""The part of the picture below which a quadrilateral is not looked at: nobody photographs a print from so far away."""

SHORTLIST = 32
OVERVIEW_SIDE = 110
"""The longer side, in pixels, of the copy on which the surroundings of a quadrilateral are looked at."""

ALIKE = 8.0
"""The distance of two colours in CIE Lab, with half of that in lightness, below which they may be the same surface."""

CLEARLY = 8.0
"""How far outside, in working pixels, the middle of a line lies that is no part of a print."""

FEATURES = (
    "edge_mean", "edge_least", "edge_second", "step_mean", "step_least", "overrun_mean", "overrun_most",
    "steady_mean", "steady_least", "band_rough", "band_apart", "inside_rough", "area", "skew", "uneven", "off_centre",
    "margin", "alike_outside", "patchy_outside", "colours_apart", "lines_outside",
)  # fmt: skip
"""The names of the evidence, in its order."""


@dataclass(frozen=True, slots=True)
class Quads:
    """Quadrilaterals: `corners` (n, 4, 2) in working pixels, clockwise from top left, and `evidence` (n, features)."""

    corners: Floats
    evidence: Floats


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is seen along the sides of quadrilaterals, all (n, 4): top, right, bottom, left."""

    edge: Floats
    step: Floats
    overrun: Floats
    steady: Floats
    outside: Floats
    rough_outside: Floats
    rough_inside: Floats


def find_quads(picture: Working, level: Lines, upright: Lines) -> Quads:
    """The most promising quadrilaterals with their evidence, at most SHORTLIST of them, in no order."""
    if len(level.start) < 2 or len(upright.start) < 2:
        return Quads(np.zeros((0, 4, 2), np.float32), np.zeros((0, len(FEATURES)), np.float32))
    meets, way_level, way_upright = _crossings(level, upright)
    chosen = _possible(meets, picture)
    sides = _look_along(level, upright, way_level, way_upright, chosen)
    corners = _corners(meets, chosen)
    first = np.concatenate([_side_evidence(sides), _shape_evidence(corners, picture)], axis=1)
    best = _shortlist(corners, first)
    second = _Overview(picture).look_around(corners[best], sides.outside[best], level, upright)
    return Quads(corners[best], np.concatenate([first[best], second], axis=1))


def _crossings(level: Lines, upright: Lines) -> tuple[Floats, Floats, Floats]:
    """Where each level line meets each upright one (n, m, 2), and how far along the one and the other (n, m)."""
    between = upright.start[None] - level.start[:, None]
    a, b = level.along[:, None], upright.along[None]
    turn = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    turn = np.where(np.abs(turn) < 0.05, 0.05, turn)
    way_level = (between[..., 0] * b[..., 1] - between[..., 1] * b[..., 0]) / turn
    way_upright = (between[..., 0] * a[..., 1] - between[..., 1] * a[..., 0]) / turn
    meets = level.start[:, None] + level.along[:, None] * way_level[..., None]
    return meets, way_level, way_upright


def _corners(meets: Floats, chosen: Whole) -> Floats:
    top, bottom, left, right = chosen.T
    return np.stack([meets[top, left], meets[top, right], meets[bottom, right], meets[bottom, left]], axis=1)


def _possible(meets: Floats, picture: Working) -> Whole:
    """Top, bottom, left and right line (n, 4) of the quadrilaterals that a print could show."""
    rows, columns = np.triu_indices(meets.shape[0], 1), np.triu_indices(meets.shape[1], 1)
    slack = 4.0
    limits = np.array([picture.width, picture.height], np.float32)
    met: NDArray[np.bool_] = np.all((meets > -slack) & (meets < limits + slack), axis=2)
    inside = np.logical_and(met[rows[0]], met[rows[1]])
    # The sides, each once: those along the level lines, and those along the upright ones.
    across = np.sqrt(_power(meets[:, columns[1]] - meets[:, columns[0]]))
    down = np.sqrt(_power(meets[rows[1]] - meets[rows[0]]))
    top, bottom, left, right = (
        cast("Floats", side) for side in (across[rows[0]], across[rows[1]], down[:, columns[0]], down[:, columns[1]])
    )
    fits = inside[:, columns[0]] & inside[:, columns[1]] & (_alike(top, bottom) > 0.6) & (_alike(left, right) > 0.6)
    one, two = np.nonzero(fits & (np.maximum(top, right) < 2.6 * np.minimum(top, right)))
    chosen = np.stack([rows[0][one], rows[1][one], columns[0][two], columns[1][two]], axis=1)
    corners = _corners(meets, chosen)
    good = _areas(corners) > SMALLEST * picture.width * picture.height
    chosen, corners = chosen[good], corners[good]
    return chosen[(np.abs(_angles(corners)) < 0.6).all(axis=1)]


def _alike(one: Floats, other: Floats) -> Floats:
    return np.minimum(one, other) / np.maximum(np.maximum(one, other), 1e-6)


def _power(vectors: Floats) -> Floats:
    """The squared lengths of vectors (..., 2). Much quicker than a sum over so short an axis."""
    return vectors[..., 0] ** 2 + vectors[..., 1] ** 2


def _lengths(corners: Floats) -> Floats:
    return np.sqrt(_power(np.roll(corners, -1, axis=1) - corners))


def _angles(corners: Floats) -> Floats:
    """The cosines of the angles at the corners (n, 4): 0 at right angles; all of 1 where the shape is not convex."""
    ahead, back = np.roll(corners, -1, axis=1) - corners, np.roll(corners, 1, axis=1) - corners
    size = np.maximum(np.sqrt(_power(ahead) * _power(back)), 1e-6)
    turn = ahead[..., 0] * back[..., 1] - ahead[..., 1] * back[..., 0]
    return np.where(turn > 0, (ahead[..., 0] * back[..., 0] + ahead[..., 1] * back[..., 1]) / size, 1.0)


def _areas(corners: Floats) -> Floats:
    ahead = np.roll(corners, -1, axis=1)
    return np.abs((corners[..., 0] * ahead[..., 1] - ahead[..., 0] * corners[..., 1]).sum(axis=1)) / 2


def _look_along(level: Lines, upright: Lines, way_level: Floats, way_upright: Floats, chosen: Whole) -> _Sides:
    top, bottom, left, right = chosen.T
    runs = (
        (level.sums, top, way_level[top, left], way_level[top, right]),
        (upright.sums, right, way_upright[top, right], way_upright[bottom, right]),
        (level.sums, bottom, way_level[bottom, left], way_level[bottom, right]),
        (upright.sums, left, way_upright[top, left], way_upright[bottom, left]),
    )
    outside_first = (True, True, False, False)
    seen = [_inside_out(_look(*run), before=before) for run, before in zip(runs, outside_first, strict=True)]
    columns = zip(*seen, strict=True)
    return _Sides(*(np.stack(column, axis=1) for column in columns))


def _look(sums: Floats, line: Whole, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The means of a profile between two places of its line (n, channels), and the edge seen beyond them (n)."""
    length = high - low
    trim, gap, reach = 0.02 * length, 4.0, 0.12 * length + 8
    means = _mean(sums, line, low + trim, high - trim)
    edges = np.ascontiguousarray(sums[..., [0, -1]])
    before = _mean(edges, line, low - reach, low - gap)[:, 0]
    after = _mean(edges, line, high + gap, high + reach)[:, 0]
    return means, np.maximum(before, after)


def _mean(sums: Floats, line: Whole, low: Floats, high: Floats) -> Floats:
    last = sums.shape[1] - 1
    start, stop = np.clip(low, 0, last).astype(np.int64), np.clip(high, 0, last).astype(np.int64)
    total = sums[line, stop] - sums[line, start]
    return total / np.maximum(total[:, -1:], 1)


def _inside_out(view: tuple[Floats, Floats], *, before: bool) -> tuple[Floats, ...]:
    """The fields of _Sides for one side; `before` says that the band before the line, upper or right, is outside."""
    means, overrun = view
    first, second = (means[:, 2:6], means[:, 6:10])
    outer, inner = (first, second) if before else (second, first)
    rough = [np.sqrt(np.maximum(band[:, 3] - (band[:, :3] ** 2).sum(axis=1), 0)) for band in (outer, inner)]
    difference = np.linalg.norm(outer[:, :3] - inner[:, :3], axis=1)
    steady = difference / (difference + rough[0] + rough[1] * 0.5 + 3)
    return means[:, 0], means[:, 1], overrun, steady, outer[:, :3], rough[0], rough[1]


def _side_evidence(sides: _Sides) -> Floats:
    edge, step = np.sort(sides.edge, axis=1), np.sort(sides.step, axis=1)
    overrun, steady = np.sort(sides.overrun, axis=1), np.sort(sides.steady, axis=1)
    middle = sides.outside.mean(axis=1, keepdims=True)
    apart = np.linalg.norm((sides.outside - middle) * np.array([0.6, 1, 1]), axis=2).mean(axis=1)
    evidence = (
        edge.mean(axis=1), edge[:, 0], edge[:, 1], step.mean(axis=1), step[:, 0], overrun.mean(axis=1), overrun[:, 3],
        steady.mean(axis=1), steady[:, 0], _log(sides.rough_outside.mean(axis=1)), _log(apart),
        _log(sides.rough_inside.mean(axis=1)),
    )  # fmt: skip
    return np.stack(evidence, axis=1).astype(np.float32)


def _shape_evidence(corners: Floats, picture: Working) -> Floats:
    size = np.array([picture.width, picture.height], np.float32)
    lengths = _lengths(corners)
    uneven = np.abs(np.log(lengths[:, :2] / lengths[:, 2:])).max(axis=1)
    away = np.abs(corners.mean(axis=1) / size - 0.5).max(axis=1)
    margin = np.minimum(corners, size - corners).min(axis=(1, 2)) / size.max()
    evidence = (np.sqrt(_areas(corners) / size.prod()), np.abs(_angles(corners)).max(axis=1), uneven, away)
    return np.stack([*evidence, np.clip(margin, 0, 0.1) * 10], axis=1).astype(np.float32)


def _shortlist(corners: Floats, evidence: Floats) -> Whole:
    """The indices of the best, as a rough rule has it, without those that nearly coincide with a better one."""
    look = dict(zip(FEATURES, evidence.T, strict=False))
    rule = look["edge_mean"] + look["edge_second"] + 0.7 * look["step_mean"] + 0.5 * look["step_least"]
    rule = rule - 0.6 * look["overrun_mean"] - 0.3 * look["overrun_most"]
    rule = rule + 0.5 * look["steady_mean"] + 0.5 * look["area"]
    left = np.argsort(-rule)[: 12 * SHORTLIST]
    kept: list[int] = []
    while len(left) and len(kept) < SHORTLIST:
        kept.append(int(left[0]))
        left = left[np.abs(corners[left] - corners[left[0]]).max(axis=(1, 2)) > 3.0]
    return np.array(kept, np.int64)


class _Overview:
    """A small copy of a picture, to see what lies around a quadrilateral."""

    def __init__(self, picture: Working) -> None:
        self.scale = OVERVIEW_SIDE / max(picture.width, picture.height)
        size = (round(picture.width * self.scale), round(picture.height * self.scale))
        self.lab = cast("Floats", cv2.resize(picture.smooth, size, interpolation=cv2.INTER_AREA))
        sharp = cv2.absdiff(picture.lab, cv2.GaussianBlur(picture.lab, (0, 0), 3))
        rough = cv2.resize(cv2.transform(sharp, np.ones((1, 3), np.float32)), size, interpolation=cv2.INTER_AREA)
        self.patchy = cast("Floats", cv2.GaussianBlur(np.log(rough + 1), (0, 0), 6))
        bins = np.clip(self.lab / (12.5, 16, 16) + (0, 8, 8), 0, (7, 15, 15)).astype(np.int64)
        self.bins = bins[..., 0] * 256 + bins[..., 1] * 16 + bins[..., 2]

    def look_around(self, corners: Floats, bands: Floats, level: Lines, upright: Lines) -> Floats:
        """The last four of FEATURES for quadrilaterals (n, 4, 2) with the colours of their outer bands (n, 4, 3)."""
        ends = np.concatenate([_middles(level), _middles(upright)])
        weights = np.concatenate([level.weight, upright.weight])
        outside = lines_outside(corners, ends, weights)
        around = [self._around(outline, colours) for outline, colours in zip(corners, bands, strict=True)]
        return np.column_stack([np.array(around, np.float32).reshape(-1, 3), outside]).astype(np.float32)

    def _around(self, corners: Floats, bands: Floats) -> list[float]:
        inside = np.zeros(self.patchy.shape, np.uint8)
        outline = np.round(corners * self.scale).astype(np.int32)
        cv2.fillConvexPoly(inside, outline, 1)
        ring = inside.copy()
        cv2.polylines(ring, [outline], isClosed=True, color=2, thickness=3)
        outer, inner = np.flatnonzero(ring == 0), np.flatnonzero(inside == 1)
        if len(outer) < 20 or len(inner) < 20:
            outer = np.flatnonzero(ring == 2)
        colours = self.lab.reshape(-1, 3)[outer].T
        squares = [
            0.25 * (colours[0] - first) ** 2 + (colours[1] - second) ** 2 + (colours[2] - third) ** 2
            for first, second, third in bands.astype(np.float32)
        ]
        alike = float((np.minimum.reduce(squares) < ALIKE**2).mean())
        bins = self.bins.reshape(-1)
        return [alike, float(self.patchy.reshape(-1)[outer].std()), _apart(bins[inner], bins[outer])]


def _apart(first: Whole, second: Whole) -> float:
    """How little two sets of colours have in common, 0..1: Hellinger's distance of their histograms."""
    one = np.bincount(first, minlength=2048) / max(1, len(first))
    two = np.bincount(second, minlength=2048) / max(1, len(second))
    return float(np.sqrt(max(0.0, 1 - np.sqrt(one * two).sum())))


def _middles(lines: Lines) -> Floats:
    """The middles (n, 2) of what was seen of lines, as the centre of the edge along them."""
    edge = np.diff(lines.sums[..., 0], axis=1)
    steps = np.arange(edge.shape[1], dtype=np.float32)
    way = np.sum(edge * steps, axis=1) / np.maximum(np.sum(edge, axis=1), 1e-6)
    return lines.start + lines.along * way[:, None]


def lines_outside(corners: Floats, middles: Floats, weights: Floats) -> Floats:
    """The length of the lines whose middles lie clearly outside of each quadrilateral (n, 4, 2), as a part of the
    outline's length, at most 2: (n).
    """
    sides = np.roll(corners, -1, axis=1) - corners
    away = middles[:, None] - corners[:, None]
    lengths = _power(sides)
    share = np.clip((away * sides[:, None]).sum(axis=3) / np.maximum(lengths[:, None], 1e-6), 0, 1)
    near = _power(away - share[..., None] * sides[:, None]).min(axis=2)
    beyond = away[..., 0] * sides[:, None, :, 1] - away[..., 1] * sides[:, None, :, 0]
    outside = (near > CLEARLY**2) & (beyond > 0).any(axis=2)
    return cast("Floats", np.minimum(2.0, outside @ weights / np.maximum(np.sqrt(lengths).sum(axis=1), 1e-6)))


def _log(values: Floats) -> NDArray[np.float32]:
    return np.log1p(values).astype(np.float32)
