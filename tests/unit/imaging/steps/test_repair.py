"""What is damaged is filled from its surroundings, and nothing else is touched."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.imaging.planes import Mask
from rekindle.imaging.steps.repair import Repair, fill, grown
from tests.damages import deep, psnr, sample, scratched


def line(height: int = 120, width: int = 160) -> Mask:
    mask = np.zeros((height, width), np.bool_)
    mask[20:100, 70:73] = True
    return mask


def test_the_given_picture_is_never_changed() -> None:
    damaged, truth = scratched(sample("chelsea"))
    before = damaged.copy()
    mended = fill(damaged, truth)
    assert mended is not damaged
    assert np.array_equal(damaged, before)


def test_a_known_scratch_is_filled_well() -> None:
    damaged, truth = scratched(sample("coffee"))
    assert psnr(fill(damaged, truth), sample("coffee")) > psnr(damaged, sample("coffee")) + 8


def test_without_a_mask_the_very_same_picture_comes_back() -> None:
    assert fill(sample("china"), np.zeros(sample("china").shape[:2], np.bool_)) is sample("china")


@pytest.mark.parametrize("by", [0, 1, 2, 4])
def test_the_rim_grows_by_as_much_as_asked(by: int) -> None:
    rows, columns = np.nonzero(grown(line(), by))
    assert (rows.min(), rows.max()) == (20 - by, 99 + by)
    assert (columns.min(), columns.max()) == (70 - by, 72 + by)


@given(st.integers(0, 2**32 - 1), st.sampled_from([np.uint8, np.uint16]))
@settings(max_examples=25, deadline=None)
def test_outside_any_mask_every_sample_stays_equal(seed: int, dtype: type) -> None:
    random = np.random.default_rng(seed)
    height, width = (int(side) for side in random.integers(1, 200, 2))
    picture = random.integers(0, np.iinfo(dtype).max, (height, width, 3), dtype=dtype, endpoint=True)
    mask = np.zeros((height, width), np.uint8)
    for _ in range(int(random.integers(0, 6))):
        ends = [(int(random.integers(width)), int(random.integers(height))) for _ in range(2)]
        cv2.line(mask, *ends, 1, int(random.integers(1, 24)))
    mended = fill(picture, mask > 0)
    assert np.array_equal(mended[mask == 0], picture[mask == 0])


@given(seed=st.integers(0, 2**16), dtype=st.sampled_from([np.uint8, np.uint16]))
@settings(max_examples=15)
def test_filling_at_half_the_size_leaves_every_other_sample_alone_too(seed: int, dtype: type) -> None:
    random = np.random.default_rng(seed)
    height, width = (int(side) for side in random.integers(1, 90, 2))
    pixels = random.integers(0, np.iinfo(dtype).max, (height, width, 3), dtype)
    mask = random.random((height, width)) < 0.1
    mended = fill(pixels, mask, 1, fine=False)
    assert np.array_equal(mended[~grown(mask, 1)], pixels[~grown(mask, 1)])


def test_what_is_scanned_finer_than_it_is_sharp_is_filled_as_well_at_half_the_size() -> None:
    damaged, marks = scratched(sample("coffee"))
    twice = (2 * marks.shape[1], 2 * marks.shape[0])
    truth, scan = (cv2.resize(each, twice, interpolation=cv2.INTER_CUBIC) for each in (sample("coffee"), damaged))
    mask = cv2.resize(marks.astype(np.uint8), twice, interpolation=cv2.INTER_NEAREST) > 0
    fine, coarse = (psnr(fill(scan, mask, 3, fine=each), truth) for each in (True, False))
    assert coarse > fine - 0.1


def test_a_wide_hole_gets_its_middle_from_far_around() -> None:
    ramp = np.tile(np.linspace(40, 200, 320)[None, :, None], (240, 1, 3)).astype(np.uint8)
    mask = np.zeros((240, 320), np.bool_)
    mask[80:160, 130:190] = True
    damaged = ramp.copy()
    damaged[mask] = 255
    assert np.abs(fill(damaged, mask).astype(int) - ramp)[mask].mean() < 6


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
