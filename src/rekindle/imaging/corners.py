"""Finds the four corners of a paper print in a phone picture or a scan, and says how sure it is."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.corner_evidence import Quads, find_quads
from rekindle.imaging.corner_judge import judge
from rekindle.imaging.corner_lines import Floats, Working, find_lines, sample, working_picture
from rekindle.imaging.image import Image
from rekindle.imaging.quadrilateral import FULL_FRAME, BadCorners, Corners, Point, check, in_order

AUTOMATIC = 0.9
"""From this confidence on the corners are used without asking; below it they are only a suggestion."""

SUGGESTED = 0.3
"""Below this confidence there is nothing worth suggesting, and the answer is the full frame."""

REACH = 5
"""How far, in working pixels, an edge of the paper may lie from the straight line that was found for it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The corners that were found, and how sure it is that they are those of a print: 0..1.

    FULL_FRAME with a low confidence says that the picture is not one of a print, as far as anyone can tell.
    """

    corners: Corners
    confidence: float


def find_corners(image: Image | NDArray[np.uint8]) -> Found:
    """The corners of the print in an upright picture: an Image, or an RGB array (height, width, 3) of uint8.

    Straight lines are put together to quadrilaterals; what is seen along their sides and around them tells a print that
    lies on something from a window, a screen or a wall. A picture of nothing but a scene gives FULL_FRAME.
    """
    pixels = image.pixels if isinstance(image, Image) else image
    rgb = (pixels >> 8).astype(np.uint8) if pixels.dtype == np.uint16 else cast("NDArray[np.uint8]", pixels)
    picture = working_picture(rgb)
    quads = find_quads(picture, *find_lines(picture))
    if len(quads.corners) == 0:
        return Found(FULL_FRAME, 0.0)
    return _best(picture, quads)


def _best(picture: Working, quads: Quads) -> Found:
    """The most probable of the quadrilaterals, fitted to the edges of the paper."""
    logits = judge().logits(quads.evidence)
    best = int(np.argmax(logits))
    confidence = judge().confidence(float(logits[best]))
    if confidence < SUGGESTED:
        return Found(FULL_FRAME, confidence)
    corners = _in_picture(_fitted(picture, quads.corners[best]), picture)
    try:
        check(corners)
    except BadCorners:
        return Found(FULL_FRAME, 0.0)
    return Found(corners, confidence)


def _in_picture(places: Floats, picture: Working) -> Corners:
    """Corners from places (4, 2), which count from the middle of the first pixel."""
    parts = np.clip((places + 0.5) / (picture.width, picture.height), 0, 1)
    points = [Point(float(x), float(y)) for x, y in parts]
    return in_order(points, aspect=picture.width / picture.height)


def _fitted(picture: Working, corners: Floats) -> Floats:
    """The corners (4, 2) with each side moved to the edge that is really seen, which may be bent a little."""
    ends = [_edge_ends(picture, corners[i], corners[(i + 1) % 4]) for i in range(4)]
    moved = [_meeting(ends[i - 1], ends[i]) for i in range(4)]
    near = [new if np.linalg.norm(new - old) < 2 * REACH else old for new, old in zip(moved, corners, strict=True)]
    return np.stack(near).astype(np.float32)


def _edge_ends(picture: Working, start: Floats, stop: Floats) -> Floats:
    """Where an edge between two corners begins and ends, with the direction at both ends: (4, 2)."""
    along = stop - start
    beside = np.array([-along[1], along[0]]) / np.linalg.norm(along)
    share = np.linspace(0.03, 0.97, 96)
    shift, weight = _displacement(picture, start + share[:, None] * along, beside)
    bend = _bend(share, shift, weight)
    places = np.array([0.0, 1.0])
    at = start + places[:, None] * along + np.polyval(bend, places)[:, None] * beside
    directions = along + np.polyval(np.polyder(bend), places)[:, None] * beside
    return np.concatenate([at, directions]).astype(np.float32)


def _displacement(picture: Working, points: Floats, beside: Floats) -> tuple[Floats, Floats]:
    """How far beside its point (n) the strongest edge is seen, in pixels, and how strong it is there (n)."""
    offsets = np.arange(-REACH - 1, REACH + 1.01, 0.5)
    rungs = sample(picture.lab, points[:, None] + beside * offsets[None, :, None])
    steps = np.linalg.norm(rungs[:, 4:] - rungs[:, :-4], axis=2)
    expected = offsets[2:-2]
    steps = steps * np.exp(-((expected / REACH) ** 2))
    best = np.argmax(steps, axis=1)
    return expected[best].astype(np.float32), steps[np.arange(len(best)), best]


def _bend(share: NDArray[np.float64], shift: Floats, weight: Floats) -> NDArray[np.float64]:
    """A parabola through the displacements that heeds outliers little: least squares, reweighted by Cauchy's rule."""
    bend = np.zeros(3)
    trust = np.minimum(weight, 10.0).astype(np.float64) + 1e-3
    for _ in range(6):
        away = shift - np.polyval(bend, share)
        bend = np.polyfit(share, shift, 2, w=np.sqrt(trust / (1 + away**2)))
    return bend


def _meeting(before: Floats, after: Floats) -> Floats:
    """The corner where the end of one edge meets the beginning of the next."""
    point, way, other, across = before[1], before[3], after[0], after[2]
    turn = way[0] * across[1] - way[1] * across[0]
    part = ((other[0] - point[0]) * across[1] - (other[1] - point[1]) * across[0]) / turn
    return point + part * way
