"""What is damaged is filled from its surroundings, and nothing else is touched."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from rekindle.imaging.planes import Mask
from rekindle.imaging.steps.repair import Repair, fill, repair
from tests.damages import deep, psnr, sample, scratched


def line(height: int = 120, width: int = 160) -> Mask:
    mask = np.zeros((height, width), np.bool_)
    mask[20:100, 70:73] = True
    return mask


@pytest.mark.parametrize("name", ["coffee", "chelsea", "flower"])
def test_scratches_are_found_and_filled_in_one_go(name: str) -> None:
    damaged, truth = scratched(sample(name))
    mended, mask = repair(damaged, Repair())
    assert np.array_equal(mended[~mask], damaged[~mask])
    assert mask.mean() < 4 * truth.mean()
    assert psnr(mended, sample(name)) > psnr(damaged, sample(name)) + 5


def test_the_given_picture_is_never_changed() -> None:
    damaged, _ = scratched(sample("chelsea"))
    before = damaged.copy()
    mended, _ = repair(damaged, Repair())
    assert mended is not damaged
    assert np.array_equal(damaged, before)


@pytest.mark.parametrize("name", ["astronaut", "china"])
def test_a_picture_without_scratches_comes_back_as_the_very_same(name: str) -> None:
    mended, mask = repair(sample(name), Repair())
    assert mended is sample(name)
    assert not mask.any()


@pytest.mark.parametrize("grow", [0, 1, 2, 4])
def test_the_rim_grows_by_as_much_as_asked(grow: int) -> None:
    picture = np.full((120, 160, 3), 90, np.uint8)
    _, mask = repair(picture, Repair(grow=grow), find=lambda _: line())
    rows, columns = np.nonzero(mask)
    assert (rows.min(), rows.max()) == (20 - grow, 99 + grow)
    assert (columns.min(), columns.max()) == (70 - grow, 72 + grow)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_slope_is_carried_on_through_the_gap(dtype: type) -> None:
    scale = 1 if dtype is np.uint8 else 257
    slope = np.repeat(np.tile(np.arange(40, 200), (120, 1))[..., None], 3, axis=2)
    clean = (slope * scale).astype(dtype)
    damaged = clean.copy()
    damaged[line()] = 0
    mended = fill(damaged, line())
    assert mended.dtype == dtype
    assert np.abs(mended.astype(int) - clean).max() <= 4 * scale


def test_the_three_channels_are_filled_each_from_its_own() -> None:
    picture = np.full((120, 160, 3), (200, 100, 30), np.uint8)
    damaged = picture.copy()
    damaged[line()] = (0, 255, 255)
    for one, other, step in ((damaged, picture, 1), (deep(damaged), deep(picture), 257)):
        assert np.abs(fill(one, line()).astype(int) - other).max() <= 2 * step


@pytest.mark.parametrize("top", [500, 510, 512])
def test_damage_across_the_border_of_two_stripes_is_filled(top: int) -> None:
    picture = np.full((700, 60, 3), 120, np.uint8)
    mask = np.zeros((700, 60), np.bool_)
    mask[top : top + 14, 10:50] = True
    damaged = picture.copy()
    damaged[mask] = 255
    assert np.abs(fill(damaged, mask).astype(int) - picture).max() <= 2


@pytest.mark.parametrize("at", [(0, 0), (0, 159), (119, 0), (119, 159)])
def test_damage_in_a_corner_of_the_picture_is_filled(at: tuple[int, int]) -> None:
    mask = cv2.circle(np.zeros((120, 160), np.uint8), at[::-1], 6, 1, -1) > 0
    damaged = np.full((120, 160, 3), 77, np.uint8)
    damaged[mask] = 255
    assert np.abs(fill(damaged, mask).astype(int) - 77).max() <= 3


def test_the_careful_variant_never_grows_more() -> None:
    grown = [Repair(grow=grow).softened().grow for grow in range(5)]
    assert grown == [0, 1, 1, 1, 1]
    assert all(one <= other for one, other in pairwise(grown))
