"""Thin lines are gathered with their polarity, length and direction, and described by finite numbers."""

import cv2
import numpy as np
import pytest

from rekindle.imaging.image import Planes
from rekindle.imaging.measure.lines import FEATURES, Lines, find_lines
from rekindle.imaging.measure.ridges import ORIENTATIONS, find_ridges
from rekindle.imaging.planes import luma, reduced
from tests.damages import sample, scratched

SIDE = 240


def drawn(angle: float, level: float, *, length: int = 120, ground: float = 0.5, thick: int = 2) -> Planes:
    """One line through the middle of an even picture; degrees count counter-clockwise."""
    planes = np.full((SIDE, SIDE, 3), ground, np.float32)
    dx, dy = length / 2 * np.cos(np.radians(angle)), -length / 2 * np.sin(np.radians(angle))
    ends = [(round(SIDE / 2 + sign * dx), round(SIDE / 2 + sign * dy)) for sign in (-1, 1)]
    cv2.line(planes, ends[0], ends[1], (level, level, level), thick)
    return planes


def column(lines: Lines, name: str) -> np.ndarray:
    return lines.features[:, FEATURES.index(name)]


@pytest.mark.parametrize("angle", [0, 30, 45, 90, 120, 165])
def test_the_strongest_orientation_is_that_of_the_line(angle: int) -> None:
    bright, dark = find_ridges(luma(drawn(angle, 0.9)))
    middle = SIDE // 2
    near = slice(middle - 2, middle + 3)
    row, left = np.unravel_index(np.argmax(bright.response[near, near]), (5, 5))
    off = (int(bright.orientation[near, near][row, left]) - angle * ORIENTATIONS / 180) % ORIENTATIONS
    assert min(off, ORIENTATIONS - off) <= 1
    assert bright.response.max() > 0.3
    assert dark.response[middle, middle] < 0.05


@pytest.mark.parametrize(("level", "polarity"), [(0.9, 1), (0.1, -1)])
def test_bright_and_dark_lines_are_told_apart(level: float, polarity: int) -> None:
    for lines in find_lines(drawn(60, level)):
        long = lines.lengths > 60
        assert np.count_nonzero(long) == (1 if lines.polarity == polarity else 0)
        assert np.all(column(lines, "dark")[long] == (0 if polarity > 0 else 1))


@pytest.mark.parametrize("angle", [0, 20, 90])
def test_a_line_that_was_drawn_longer_is_as_much_longer(angle: float) -> None:
    short, long = (find_lines(drawn(angle, 0.9, length=length))[0] for length in (60, 160))
    assert long.lengths.max() - short.lengths.max() == pytest.approx(100, abs=12)
    assert np.exp(column(long, "log length").max()) == pytest.approx(long.lengths.max(), rel=1e-4)


def test_upright_and_level_lines_are_told_apart() -> None:
    upright = column(find_lines(drawn(90, 0.9))[0], "uprightness")
    level = column(find_lines(drawn(0, 0.9))[0], "uprightness")
    assert upright.max() > 0.9
    assert level.min() < -0.9


def test_a_line_on_the_continuation_of_another_supports_it() -> None:
    alone = drawn(0, 0.9, length=80)
    pair = np.full_like(alone, 0.5)
    for start in (20, 130):
        cv2.line(pair, (start, 120), (start + 80, 120), (0.9, 0.9, 0.9), 2)
    apart = np.full_like(alone, 0.5)
    for start, y in ((20, 60), (130, 180)):
        cv2.line(apart, (start, y), (start + 80, y), (0.9, 0.9, 0.9), 2)
    supports = [column(find_lines(planes)[0], "collinear support").max() for planes in (alone, pair, apart)]
    assert supports[0] == pytest.approx(0, abs=1e-6)
    assert supports[1] > 1
    assert supports[2] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("thick", [30, 60])
def test_a_bar_is_no_line(thick: int) -> None:
    bright, _ = find_lines(drawn(90, 0.9, thick=thick, length=200))
    assert not np.any(bright.lengths > 20)


def test_a_step_between_two_grounds_is_no_line() -> None:
    planes = np.full((SIDE, SIDE, 3), 0.3, np.float32)
    planes[:, SIDE // 2 :] = 0.8
    assert [len(lines.ids) for lines in find_lines(planes)] == [0, 0]


@pytest.mark.parametrize("shape", [(1, 1), (9, 200), (64, 64)])
def test_a_picture_without_lines_has_an_empty_table(shape: tuple[int, int]) -> None:
    for lines in find_lines(np.full((*shape, 3), 0.5, np.float32)):
        assert lines.features.shape == (0, len(FEATURES))
        assert lines.labels.shape == shape


def test_every_line_of_a_real_picture_has_finite_numbers_and_a_place() -> None:
    damaged, _ = scratched(sample("astronaut"))
    for lines in find_lines(reduced(damaged, 400)):
        assert lines.features.shape == (len(lines.ids), len(FEATURES)) == (len(lines.lengths), 22)
        assert len(lines.ids) > 20
        assert np.isfinite(lines.features).all()
        assert np.all((column(lines, "fill") > 0) & (column(lines, "fill") < 1.6))
        assert set(lines.ids) <= set(np.unique(lines.labels))
