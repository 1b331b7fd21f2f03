"""Tiles that a network is shown: every pixel once, none too large, little worked out twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.imaging.nets.tiling import EXACT, MARGIN, QUICK, network_tiles
from rekindle.imaging.planes import Tile


def pixels(tile: Tile) -> int:
    rows, columns = tile.outer
    return (rows.stop - rows.start) * (columns.stop - columns.start)


@given(st.integers(1, 2500), st.integers(1, 2500), st.sampled_from([336 * 336, EXACT, QUICK]))
def test_tiles_cover_every_pixel_once_and_are_small_enough(height: int, width: int, most: int) -> None:
    covered = np.zeros((height, width), np.uint8)
    for tile in network_tiles(height, width, most=most):
        covered[tile.target] += 1
        assert pixels(tile) <= most
        for target, outer, length in zip(tile.target, tile.outer, (height, width), strict=True):
            assert target.start % 16 == 0
            assert outer == slice(max(0, target.start - MARGIN), min(length, target.stop + MARGIN))
    assert np.all(covered == 1)


@pytest.mark.parametrize("shape", [(1, 40_000), (70_000, 3)])
def test_a_long_strip_is_cut_along_its_length(shape: tuple[int, int]) -> None:
    assert sum(pixels(tile) for tile in network_tiles(*shape, most=EXACT)) <= 1.1 * shape[0] * shape[1]


@pytest.mark.parametrize("shape", [(1512, 2016), (2016, 1512), (1536, 2048)])
def test_of_half_a_photo_of_twelve_megapixels_at_most_two_thirds_are_worked_out_twice(shape: tuple[int, int]) -> None:
    assert sum(pixels(tile) for tile in network_tiles(*shape, most=QUICK)) <= 5 / 3 * shape[0] * shape[1]


def test_a_small_copy_is_seen_at_once() -> None:
    assert len(network_tiles(768, 1024, most=QUICK)) == 1
