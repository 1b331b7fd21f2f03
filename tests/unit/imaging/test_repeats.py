"""Lines at even distances are told from scratches."""

import cv2
import numpy as np
import pytest

from rekindle.imaging.planes import Mask
from rekindle.imaging.repeats import GRID, repeating

SIDE = 400


def ruled(angle: float, middles: list[float], *, half: float = 600.0, width: int = 4) -> Mask:
    """Lines whose normals stand at this angle in degrees, at these distances from the middle of the picture."""
    drawn = np.zeros((SIDE, SIDE), np.uint8)
    normal = np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
    along = np.array([-normal[1], normal[0]]) * half
    for middle in middles:
        ends = np.round(SIDE / 2 + middle * normal + np.array([-1, 1])[:, None] * along).astype(int)
        cv2.line(drawn, ends[0].tolist(), ends[1].tolist(), 1.0, width)
    return drawn > 0


def even(count: int, step: float) -> list[float]:
    return [(number - (count - 1) / 2) * step for number in range(count)]


def scratches(random: np.random.Generator) -> Mask:
    """Up to eight lines of any length, most of them nearly upright."""
    drawn = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(int(random.integers(1, 9))):
        angle = np.pi / 2 + random.normal(0, 0.12) if random.random() < 0.7 else random.uniform(0, np.pi)
        along = np.array([np.cos(angle), np.sin(angle)]) * random.uniform(0.1, 0.8) * SIDE
        middle = random.random(2) * SIDE
        ends = np.round(middle + np.array([-1, 1])[:, None] * along).astype(int)
        cv2.line(drawn, ends[0].tolist(), ends[1].tolist(), 1.0, int(random.integers(1, 5)))
    return drawn > 0


@pytest.mark.parametrize("angle", [0, 7, 45, 90, 118, 179])
@pytest.mark.parametrize(("count", "step"), [(GRID, 70.0), (9, 40.0), (14, 24.0)])
def test_a_grid_is_found_however_it_is_turned(angle: float, count: int, step: float) -> None:
    mask = ruled(angle, even(count, step)) | ruled(angle + 90, even(count, step))
    assert repeating(mask).sum() > 0.9 * mask.sum()


def test_both_directions_of_a_fence_are_found_also_behind_a_person() -> None:
    mask = ruled(0, even(8, 48.0)) | ruled(90, even(8, 48.0))
    cv2.ellipse(hidden := np.zeros((SIDE, SIDE), np.uint8), (200, 260), (90, 200), 0.0, 0.0, 360.0, 1.0, -1)
    mask &= hidden == 0
    assert repeating(mask).sum() > 0.85 * mask.sum()


def test_a_scratch_across_a_fence_is_no_part_of_it() -> None:
    fence, scratch = ruled(0, even(8, 48.0)) | ruled(90, even(8, 48.0)), ruled(55, [20.0], width=3)
    kept = ~repeating(fence | scratch) & scratch & ~fence
    assert kept.sum() > 0.75 * (scratch & ~fence).sum()


@pytest.mark.parametrize("count", [6, 9, 16])
def test_lines_in_one_direction_are_scratches_however_evenly_they_lie(count: int) -> None:
    assert not repeating(ruled(0, even(count, 380 / count))).any()


def test_too_few_lines_or_other_angles_make_no_grid() -> None:
    few, fewer = even(GRID, 60.0), even(GRID - 1, 60.0)
    assert not repeating(ruled(10, few) | ruled(100, fewer)).any()
    assert not repeating(ruled(10, few) | ruled(50, few)).any()


def test_crossing_lines_at_uneven_distances_are_scratches() -> None:
    uneven = [-170.0, -138.0, -99.0, -61.0, -20.0, 9.0, 55.0, 92.0, 121.0, 181.0]
    assert not repeating(ruled(0, uneven) | ruled(90, uneven[::2])).any()


def test_scratches_are_not_taken_for_a_fence() -> None:
    for seed in range(150):
        assert not repeating(scratches(np.random.default_rng(seed))).any(), seed


def test_where_there_are_no_marks_nothing_repeats() -> None:
    assert not repeating(np.zeros((40, 60), np.bool_)).any()
