"""Tiles cover a picture once, windows are spread over it, and samples survive being floats."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.imaging.planes import (
    box,
    gaussian,
    half,
    halved,
    halved_whole,
    luma,
    luma_of,
    peak,
    reduced,
    resize,
    thinned,
    tiles,
    to_planes,
    to_samples,
    windows,
)

SIDES = st.integers(1, 300)


@settings(max_examples=60)
@given(height=SIDES, width=SIDES, side=st.integers(16, 200), margin=st.integers(0, 40))
def test_tiles_cover_each_pixel_exactly_once(height: int, width: int, side: int, margin: int) -> None:
    place = np.arange(height * width).reshape(height, width)
    seen = np.zeros((height, width), int)
    for tile in tiles(height, width, side=side, margin=margin):
        seen[tile.target] += 1
        assert max(seen[tile.target].shape) <= side
        assert np.array_equal(place[tile.outer][tile.inner], place[tile.target])
    assert np.all(seen == 1)


@settings(max_examples=60)
@given(height=SIDES, width=SIDES, margin=st.integers(0, 40))
def test_a_tile_has_its_whole_margin_wherever_the_picture_goes_on(height: int, width: int, margin: int) -> None:
    for tile in tiles(height, width, side=64, margin=margin):
        for target, outer, end in zip(tile.target, tile.outer, (height, width), strict=True):
            assert outer.start == max(0, target.start - margin)
            assert outer.stop == min(end, target.stop + margin)


@given(height=st.integers(1, 9000), width=st.integers(1, 9000), side=st.integers(8, 600), most=st.integers(1, 40))
def test_windows_lie_inside_and_are_never_too_many(height: int, width: int, side: int, most: int) -> None:
    found = windows(height, width, side=side, most=most)
    assert 1 <= len(found) <= most
    for rows, columns in found:
        assert 0 <= rows.start < rows.stop <= height
        assert 0 <= columns.start < columns.stop <= width
        assert (rows.stop - rows.start, columns.stop - columns.start) == (min(side, height), min(side, width))


@pytest.mark.parametrize("shape", [(400, 600), (128, 512), (300, 451), (100, 100)])
def test_windows_leave_little_of_a_small_picture_out(shape: tuple[int, int]) -> None:
    seen = np.zeros(shape, bool)
    for window in windows(*shape, side=128, most=40):
        seen[window] = True
    assert seen.mean() > 0.85
    assert seen[0, 0]
    assert seen[-1, -1]


def test_windows_of_a_large_picture_reach_into_all_its_quarters() -> None:
    found = windows(4000, 6000, side=256, most=16)
    quarters = {(rows.start + 128 > 2000, columns.start + 128 > 3000) for rows, columns in found}
    assert len(quarters) == 4


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_sample_value_survives_being_a_float(dtype: type) -> None:
    every = np.arange(np.iinfo(dtype).max + 1, dtype=dtype).reshape(-1, 1)
    planes = to_planes(every)
    assert planes.dtype == np.float32
    assert (planes.min(), planes.max()) == pytest.approx((0.0, 1.0))
    assert np.array_equal(to_samples(planes, every), every)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_floats_out_of_range_end_at_black_and_white_and_others_are_rounded(dtype: type) -> None:
    like = np.zeros(1, dtype)
    top = peak(like)
    given_ = np.array([-3.0, -0.001, 10.49 / top, 10.51 / top, 1.001, 7.0], np.float32)
    assert to_samples(given_, like).tolist() == [0, 0, 10, 11, top, top]


def test_lightness_weighs_green_most_and_white_is_one() -> None:
    red, green, blue, white = (float(v) for v in luma(np.vstack([np.eye(3), np.ones((1, 3))]).astype(np.float32)))
    assert green > red > blue
    assert white == pytest.approx(1.0)
    assert red + green + blue == pytest.approx(1.0)


@settings(max_examples=30, deadline=None)
@given(height=st.integers(1, 400), width=st.integers(1, 400), longest=st.integers(1, 200))
def test_a_reduced_copy_fits_and_keeps_its_shape_and_level(height: int, width: int, longest: int) -> None:
    small = reduced(np.full((height, width, 3), 51, np.uint8), longest)
    assert max(small.shape[:2]) == min(longest, max(height, width))
    assert min(small.shape[:2]) >= 1
    assert small.shape[0] == pytest.approx(height * max(small.shape[:2]) / max(height, width), abs=1)
    assert np.allclose(small, 0.2, atol=1e-6)


def test_shrinking_averages_whole_areas() -> None:
    board = (np.indices((64, 64)).sum(axis=0) % 2).astype(np.float32)
    assert np.allclose(resize(board, 16, 16), 0.5, atol=1e-6)
    assert resize(board, 128, 100).shape == (100, 128)


def test_blurs_keep_the_mean_and_mirror_the_borders() -> None:
    even = np.full((20, 30), 0.3, np.float32)
    assert np.allclose(gaussian(even, 4.0), 0.3, atol=1e-6)
    assert np.allclose(box(even, 9), 0.3, atol=1e-6)
    dot = np.zeros((41, 41), np.float32)
    dot[20, 20] = 1
    assert box(dot, 5)[18:23, 18:23] == pytest.approx(1 / 25)
    assert box(dot, 5)[17].max() == 0
    assert gaussian(dot, 2.0).sum() == pytest.approx(1, abs=1e-4)


@given(st.integers(1, 900), st.integers(1, 900), st.integers(20, 500))
def test_a_thinned_copy_is_long_enough_never_twice_as_long_and_shows_the_whole(
    height: int, width: int, longest: int
) -> None:
    samples = np.full((height, width, 3), 90, np.uint8)
    copy = thinned(samples, longest)
    assert copy.shape[:2] == (height, width) or longest <= max(copy.shape[:2]) < 2 * longest
    assert np.all(copy == 90)
    assert max(copy.shape[:2]) >= min(longest, max(height, width))


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 40))
def test_halving_ends_before_a_picture_gets_too_small(height: int, width: int, least: int) -> None:
    samples = np.full((height, width, 3), 90, np.uint16)
    copy, whole = halved(samples, least), halved_whole(samples, least)
    assert max(copy.shape[:2]) >= min(least, max(height, width))
    assert max(copy.shape[:2]) < 2 * least
    assert height / whole.shape[0] == width / whole.shape[1]
    assert np.all(copy == 90)
    assert np.all(whole == 90)


def test_a_half_is_the_mean_of_four_pixels() -> None:
    samples = np.random.default_rng(1).integers(0, 256, (7, 9, 3), np.uint8)
    four = samples[:6, :8].reshape(3, 2, 4, 2, 3).astype(float).mean(axis=(1, 3))
    assert np.abs(half(samples) - four).max() <= 0.5


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_luma_of_samples_is_that_of_their_planes(dtype: type) -> None:
    samples = np.random.default_rng(2).integers(0, np.iinfo(dtype).max, (20, 30, 3), dtype)
    assert np.allclose(luma_of(samples), luma(to_planes(samples)), atol=1e-6)
