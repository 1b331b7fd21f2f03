"""The four corners of a paper print within a picture: their order, what makes them usable, and their JSON form."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rekindle.errors import Invalid

MIN_AREA = 0.01
"""The smallest part of the picture that the corners may enclose."""

MIN_SIDE = 0.05
"""The shortest side, as a part of the picture's width and height."""

MIN_CORNER = 0.05
"""How far from flat a corner must be: the triangle that it cuts off, as a part of the whole area."""


class BadCorners(Invalid):
    code = "bad_corners"
    title = "These corners cannot be used"


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the upright picture: (0, 0) is its top left edge and (1, 1) its bottom right edge."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Corners:
    """The corners of a print, named as on the print: `top_left` becomes the top left of the straightened picture."""

    top_left: Point
    top_right: Point
    bottom_right: Point
    bottom_left: Point

    def points(self) -> tuple[Point, Point, Point, Point]:
        """The corners clockwise from the top left."""
        return self.top_left, self.top_right, self.bottom_right, self.bottom_left

    def to_json(self) -> list[dict[str, float]]:
        """Four objects with x and y, clockwise from the top left."""
        return [{"x": point.x, "y": point.y} for point in self.points()]

    @staticmethod
    def from_json(items: Sequence[Mapping[str, float]]) -> "Corners":
        """The opposite of `to_json`; checked. Raises BadCorners."""
        try:
            points = [Point(float(item["x"]), float(item["y"])) for item in items]
        except (KeyError, TypeError, ValueError) as error:
            raise BadCorners("Each corner needs an x and a y between 0 and 1.") from error
        if len(points) != 4:
            raise BadCorners("Give exactly four corners: top left, top right, bottom right, bottom left.")
        corners = Corners(*points)
        check(corners)
        return corners


FULL_FRAME = Corners(Point(0.0, 0.0), Point(1.0, 0.0), Point(1.0, 1.0), Point(0.0, 1.0))
"""The whole picture: nothing is cut off and nothing is straightened."""


def check(corners: Corners) -> None:
    """Raises BadCorners unless the corners lie in the picture, run clockwise, and form a convex shape of a usable size.

    A print may lie on its side or upside down: which corner is called the top left is the caller's choice.
    """
    points = corners.points()
    if not all(0.0 <= value <= 1.0 for point in points for value in (point.x, point.y)):
        raise BadCorners("A corner lies outside of the picture. Drag all four of them into it.")
    size = area(corners)
    triangles = corner_areas(corners)
    if all(triangle < 0.0 for triangle in triangles):
        raise BadCorners("The corners are mirrored. Give them clockwise, beginning with the top left one.")
    if abs(size) < MIN_AREA or min(_sides(corners)) < MIN_SIDE:
        raise BadCorners("The corners are too close together. Drag them to the corners of the print.")
    if min(triangles) < MIN_CORNER * size:
        raise BadCorners("The sides cross or bend inwards. Drag each corner to its own corner of the print.")


def area(corners: Corners) -> float:
    """The part of the picture that is enclosed, 0..1; negative when the corners run anticlockwise."""
    points = corners.points()
    return sum(a.x * b.y - b.x * a.y for a, b in _neighbours(points)) / 2


def corner_areas(corners: Corners) -> list[float]:
    """The area of the triangle of each corner with its two neighbours; positive where the outline turns right."""
    points = corners.points()
    return [
        ((b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x)) / 2
        for a, b, c in ((points[i - 1], points[i], points[(i + 1) % 4]) for i in range(4))
    ]


def in_order(points: Sequence[Point], *, aspect: float = 1.0) -> Corners:
    """The corners of a convex shape, whatever the order of its points: clockwise, named so that the print turns least.

    `aspect` is the width of the picture divided by its height. Raises BadCorners unless there are four points.
    """
    if len(points) != 4:
        raise BadCorners("Give exactly four corners: top left, top right, bottom right, bottom left.")
    middle_x = sum(point.x for point in points) / 4
    middle_y = sum(point.y for point in points) / 4
    around = sorted(points, key=lambda p: (math.atan2(p.y - middle_y, (p.x - middle_x) * aspect), p.x, p.y))
    turned = [around[start:] + around[:start] for start in range(4)]
    return Corners(*max(turned, key=lambda order: _uprightness(order, aspect)))


def distance(first: Corners, second: Corners) -> float:
    """The mean distance of the corners of two quadrilaterals, in the same units as their points."""
    pairs = zip(first.points(), second.points(), strict=True)
    return sum(math.hypot(a.x - b.x, a.y - b.y) for a, b in pairs) / 4


def _uprightness(order: Sequence[Point], aspect: float) -> float:
    """Grows as the top and bottom edges run to the right and the left and right edges run down."""
    top_left, top_right, bottom_right, bottom_left = order
    rightwards = (top_right.x - top_left.x) + (bottom_right.x - bottom_left.x)
    downwards = (bottom_left.y - top_left.y) + (bottom_right.y - top_right.y)
    return rightwards * aspect + downwards


def _sides(corners: Corners) -> list[float]:
    return [math.hypot(b.x - a.x, b.y - a.y) for a, b in _neighbours(corners.points())]


def _neighbours(points: Sequence[Point]) -> list[tuple[Point, Point]]:
    return [(points[i], points[(i + 1) % len(points)]) for i in range(len(points))]
