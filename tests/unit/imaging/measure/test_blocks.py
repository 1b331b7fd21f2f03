"""Blockiness tells how hard a JPEG was compressed, wherever its grid lies."""

from itertools import pairwise

import numpy as np
import pytest

from rekindle.imaging.measure.blocks import measure_blockiness
from tests.damages import compressed, deep, noisy, sample


@pytest.mark.parametrize("name", ["coffee", "astronaut", "chelsea"])
def test_lower_quality_shows_as_more_blocks(name: str) -> None:
    found = [measure_blockiness(compressed(sample(name), quality)) for quality in (95, 80, 60, 40, 25, 12)]
    assert all(less < more for less, more in pairwise(found))
    assert found[0] < 0.002
    assert found[-1] > 0.015


@pytest.mark.parametrize("name", ["coffee", "china", "flower", "brick"])
def test_pictures_that_were_hardly_compressed_have_no_blocks(name: str) -> None:
    assert measure_blockiness(sample(name)) < 0.002


@pytest.mark.parametrize("cut", [(1, 0), (3, 5), (7, 7)])
def test_the_grid_is_found_after_cropping(cut: tuple[int, int]) -> None:
    blocky = compressed(sample("coffee"), 20)
    cropped = blocky[cut[0] :, cut[1] :]
    assert measure_blockiness(cropped) == pytest.approx(measure_blockiness(blocky), rel=0.15)


def test_hard_edges_on_the_grid_are_things_and_no_blocks() -> None:
    board = np.kron(np.indices((40, 40)).sum(axis=0) % 2, np.ones((8, 8))) * 200
    assert measure_blockiness(np.repeat(board[..., None], 3, axis=2).astype(np.uint8)) < 1e-6


def test_noise_has_no_grid() -> None:
    assert measure_blockiness(noisy(np.full((300, 300, 3), 128, np.uint8), 6)) < 0.002


def test_eight_and_sixteen_bits_have_the_same_blocks() -> None:
    blocky = compressed(sample("chelsea"), 30)
    assert measure_blockiness(deep(blocky)) == pytest.approx(measure_blockiness(blocky), rel=1e-3)


def test_a_picture_with_hardly_a_block_in_it_has_none() -> None:
    assert measure_blockiness(compressed(sample("coffee"), 5)[:31, :200]) == 0.0
