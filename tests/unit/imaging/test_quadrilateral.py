"""The rules of the four corners."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.imaging.quadrilateral import (
    FULL_FRAME,
    BadCorners,
    Corners,
    Point,
    area,
    check,
    distance,
    in_order,
)

SLANTED = Corners(Point(0.2, 0.1), Point(0.9, 0.2), Point(0.8, 0.9), Point(0.1, 0.7))


def squares(turn: float, size: float) -> Corners:
    """A square around the middle whose top edge is turned clockwise by `turn` degrees."""
    angles = [math.radians(turn + 225 + 90 * i) for i in range(4)]
    return Corners(*(Point(0.5 + size * math.cos(angle), 0.5 + size * math.sin(angle)) for angle in angles))


def test_the_full_frame_is_accepted_and_covers_everything() -> None:
    check(FULL_FRAME)
    assert area(FULL_FRAME) == 1.0


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (((0.1, 0.1), (0.9, 0.1), (1.1, 0.9), (0.1, 0.9)), "outside"),
        (((0.1, 0.1), (0.9, 0.1), (float("nan"), 0.9), (0.1, 0.9)), "outside"),
        (((0.1, 0.1), (0.1, 0.9), (0.9, 0.9), (0.9, 0.1)), "mirrored"),
        (((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)), "cross|close"),
        (((0.1, 0.1), (0.9, 0.1), (0.3, 0.3), (0.1, 0.9)), "bend inwards"),
        (((0.1, 0.1), (0.9, 0.1), (0.5, 0.5), (0.1, 0.9)), "bend inwards"),
        (((0.1, 0.1), (0.15, 0.1), (0.15, 0.15), (0.1, 0.15)), "close together"),
        (((0.1, 0.1), (0.9, 0.1), (0.9, 0.12), (0.1, 0.12)), "close together"),
        (((0.5, 0.5), (0.5, 0.5), (0.5, 0.5), (0.5, 0.5)), "close together"),
    ],
)
def test_corners_that_cannot_be_straightened_are_refused_with_a_reason(
    points: tuple[tuple[float, float], ...], said: str
) -> None:
    with pytest.raises(BadCorners, match=said) as caught:
        check(Corners(*(Point(x, y) for x, y in points)))
    assert (caught.value.code, caught.value.status) == ("bad_corners", 422)


def test_a_print_that_lies_on_its_side_or_upside_down_is_accepted() -> None:
    points = SLANTED.points()
    for start in range(4):
        check(Corners(*points[start:], *points[:start]))


def test_corners_survive_their_json_form() -> None:
    assert Corners.from_json(SLANTED.to_json()) == SLANTED


@pytest.mark.parametrize(
    "items",
    [
        [],
        [{"x": 0.0, "y": 0.0}] * 3,
        [{"x": 0.0, "y": 0.0}] * 5,
        [{"x": 0.0}] * 4,
        [{"x": "left", "y": 0.0}] * 4,
        [{"x": 0.0, "y": 0.0}] * 4,
    ],
)
def test_json_that_does_not_hold_four_usable_corners_is_refused(items: list[dict[str, float]]) -> None:
    with pytest.raises(BadCorners):
        Corners.from_json(items)


def test_the_order_does_not_depend_on_the_order_of_the_points() -> None:
    for points in itertools.permutations(SLANTED.points()):
        assert in_order(points) == SLANTED


@settings(deadline=None)
@given(turn=st.floats(-40, 40), size=st.floats(0.1, 0.5), start=st.integers(0, 3), backwards=st.booleans())
def test_a_turned_print_keeps_the_names_of_its_corners(turn: float, size: float, start: int, backwards: bool) -> None:
    expected = squares(turn, size)
    points = [*expected.points()[start:], *expected.points()[:start]]
    assert in_order(points[::-1] if backwards else points) == expected


@settings(deadline=None)
@given(aspect=st.floats(0.5, 2.0))
def test_the_order_takes_the_shape_of_the_picture_into_account(aspect: float) -> None:
    upright = Corners(Point(0.3, 0.1), Point(0.7, 0.1), Point(0.7, 0.9), Point(0.3, 0.9))
    assert in_order(upright.points()[::-1], aspect=aspect) == upright


def test_three_points_have_no_order() -> None:
    with pytest.raises(BadCorners):
        in_order(SLANTED.points()[:3])


@settings(deadline=None)
@given(
    st.tuples(*[st.tuples(st.floats(0, 0.25), st.floats(0, 0.25)) for _ in range(4)]),
)
def test_whatever_lies_near_the_corners_of_the_picture_is_accepted(insets: tuple[tuple[float, float], ...]) -> None:
    (a, b), (c, d), (e, f), (g, h) = insets
    check(Corners(Point(a, b), Point(1 - c, d), Point(1 - e, 1 - f), Point(g, 1 - h)))


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=4, max_size=4))
def test_accepted_corners_are_always_convex_and_clockwise(places: list[tuple[float, float]]) -> None:
    corners = Corners(*(Point(x, y) for x, y in places))
    try:
        check(corners)
    except BadCorners:
        return
    points = corners.points()
    for i in range(4):
        a, b, c = points[i], points[(i + 1) % 4], points[(i + 2) % 4]
        assert (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x) > 0


def test_the_distance_of_corners_is_the_mean_over_them() -> None:
    moved = Corners(Point(0.1, 0.0), Point(1.0, 0.0), Point(1.0, 1.0), Point(0.0, 1.0))
    assert distance(FULL_FRAME, moved) == pytest.approx(0.025)
