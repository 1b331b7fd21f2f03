"""Gathers thin-line pixels into lines and describes each by numbers that tell scratches from the scene."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Planes
from rekindle.imaging.measure.ridges import ORIENTATIONS, Ridges, find_ridges
from rekindle.imaging.planes import Mask, Plane, box, floats, gaussian, luma

Numbers = NDArray[np.float64]
Labels = NDArray[np.int32]
Pixels: TypeAlias = tuple[NDArray[np.intp], NDArray[np.intp]]
Mean: TypeAlias = Callable[[NDArray[np.floating] | NDArray[np.intp]], Numbers]
"""The mean over each label of a value per line pixel."""

FEATURES = (
    *("log length", "log relative length", "log aspect", "log response", "distance from white or black"),
    *("centre spread", "sides differ", "ground spread", "chroma", "texture", "fill", "coherence", "uprightness"),
    *("dark", "response spread", "collinear support", "chroma drop", "picture texture", "candidates"),
    *("relative response", "edges near", "ground chroma"),
)
"""What the columns of `Lines.features` hold, in their order."""

_WEAK = 0.035
_OVER_TEXTURE = 2.0
_SHORTEST = 10


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one polarity: `labels` (height, width), the `ids` of the lines in it, `features` (n, 22), lengths in
    pixels; `polarity` +1 for bright and -1 for dark ones.
    """

    labels: Labels
    ids: NDArray[np.intp]
    features: Plane
    lengths: Numbers
    polarity: int


@dataclass(frozen=True, slots=True)
class _Scene:
    """Maps that say what is around a line."""

    texture: Plane
    gradient: Plane
    chroma: Plane
    ground_chroma: Plane


@dataclass(frozen=True, slots=True)
class _Shape:
    """Per label: centre, angle (radians, y downwards), and length and width of the rectangle with the same moments."""

    x: Numbers
    y: Numbers
    angle: Numbers
    length: Numbers
    width: Numbers
    uprightness: Numbers

    @classmethod
    def of(cls, rows: NDArray[np.intp], columns: NDArray[np.intp], mean: Mean) -> Self:
        x, y = mean(columns), mean(rows)
        xx, yy, xy = mean(columns**2) - x**2, mean(rows**2) - y**2, mean(columns * rows) - x * y
        total, difference = xx + yy, np.sqrt((xx - yy) ** 2 + 4 * xy**2)
        length = np.sqrt(12 * ((total + difference) / 2 + 1 / 12))
        width = np.sqrt(12 * (np.maximum(total - difference, 0) / 2 + 1 / 12))
        return cls(x, y, np.arctan2(2 * xy, xx - yy) / 2, length, width, (yy - xx) / (total + 1e-6))

    def support(self, ids: NDArray[np.intp], longest: int) -> Numbers:
        """How much length of other lines lies on the straight continuation of each line."""
        x, y, angle = self.x[ids], self.y[ids], self.angle[ids]
        dx, dy = x[None, :] - x[:, None], y[None, :] - y[:, None]
        cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
        aside, along = np.abs(cos * dy - sin * dx), np.abs(cos * dx + sin * dy)
        turn = np.abs((angle[None, :] - angle[:, None] + np.pi / 2) % np.pi - np.pi / 2)
        joined = (aside < 3 + 0.06 * along) & (turn < 0.2) & (along < 0.5 * longest)
        np.fill_diagonal(joined, val=False)
        return joined @ self.length[ids]


def find_lines(planes: Planes) -> list[Lines]:
    """Bright and dark line candidates of a picture of at most about a thousand pixels a side."""
    grey = luma(planes)
    bright, dark = find_ridges(grey)
    texture = box(np.minimum(np.maximum(bright.response, dark.response), 0.15), 41)
    smooth = gaussian(grey, 1.0)
    slope_x, slope_y = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    gradient = floats(np.hypot(slope_x, slope_y)) / np.float32(8)
    colour = planes - grey[..., None]
    scene = _Scene(texture, gradient, np.abs(colour).max(axis=2), np.abs(box(colour, 9)).max(axis=2))
    return [_lines(bright, scene, 1), _lines(dark, scene, -1)]


def _lines(ridges: Ridges, scene: _Scene, polarity: int) -> Lines:
    weak = (ridges.response > _WEAK) & (ridges.response > _OVER_TEXTURE * scene.texture)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(weak.astype(np.uint8), connectivity=8)
    labels, area = cast("Labels", labels), stats[:, 4]
    big = area >= _SHORTEST
    big[0] = False
    rows, columns = np.nonzero(big[labels])
    of = labels[rows, columns]
    pixels = (rows, columns)

    def mean(values: NDArray[np.floating] | NDArray[np.intp]) -> Numbers:
        return np.bincount(of, weights=values, minlength=count) / np.maximum(area, 1)

    shape = _Shape.of(rows, columns, mean)
    ids = np.flatnonzero(big & (shape.length >= _SHORTEST))
    look = _look(ridges, scene, pixels, mean, polarity)
    around = _edges_near(weak, scene.gradient)[pixels]
    response = np.maximum(np.exp(look[:, 0]), 1e-4)
    longest = max(labels.shape)
    features = np.column_stack([
        np.log(shape.length), np.log(shape.length / longest), np.log(shape.length / shape.width),
        look[:, :7], area / (shape.length * shape.width), look[:, 7], shape.uprightness, look[:, 8:10],
    ])[ids]  # fmt: skip
    extra = np.column_stack([
        np.log1p(shape.support(ids, longest) / longest * 10), look[ids, 10],
        np.full(len(ids), np.log(float(scene.texture.mean()) + 1e-3)), np.full(len(ids), np.log(len(ids) + 1.0)),
        look[ids, 0] - np.log(np.median(response[ids]) if len(ids) else 1.0),
        mean(around)[ids] / (response[ids] + 0.02), look[ids, 11],
    ])  # fmt: skip
    return Lines(labels, ids, np.concatenate([features, extra], axis=1).astype(np.float32), shape.length[ids], polarity)


def _look(ridges: Ridges, scene: _Scene, pixels: Pixels, mean: Mean, polarity: int) -> Numbers:
    """Twelve numbers per label on how a line looks against what it lies on."""
    response, centre, ground = ridges.response[pixels], ridges.centre[pixels], ridges.ground[pixels]
    strength = mean(response)
    unit = strength + 0.02
    angle = ridges.orientation[pixels] * (2 * np.pi / ORIENTATIONS)
    chroma, beneath = mean(scene.chroma[pixels]), mean(scene.ground_chroma[pixels])
    return np.column_stack([
        np.log(strength + 1e-4), 1 - mean(centre), _spread(centre, mean) / unit, mean(ridges.sides[pixels]) / unit,
        _spread(ground, mean) / unit, chroma, mean(scene.texture[pixels]) / unit,
        np.hypot(mean(np.cos(angle)), mean(np.sin(angle))), np.full(len(unit), float(polarity < 0)),
        _spread(response, mean) / unit, beneath - chroma, beneath,
    ])  # fmt: skip


def _spread(values: NDArray[np.floating], mean: Mean) -> Numbers:
    return np.sqrt(np.maximum(mean(values.astype(np.float64) ** 2) - mean(values) ** 2, 0))


def _edges_near(weak: Mask, gradient: Plane) -> Plane:
    """Mean gradient in the neighbourhood, the lines themselves left out."""
    grown = np.asarray(cv2.dilate(weak.astype(np.uint8), np.ones((5, 5), np.uint8)))
    free = floats(grown == 0)
    return floats(box(gradient * free, 15) / (box(free, 15) + 0.05))
