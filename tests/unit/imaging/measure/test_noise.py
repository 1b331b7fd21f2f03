"""The noise of a picture is found whatever its depth and colour, and texture is not taken for it."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from rekindle.imaging.measure.dct import SIDE, SIZE, block_sums, cut_up, forward, forward_strips, inverse_strips
from rekindle.imaging.measure.noise import from_opponent, measure_noise, opponent
from rekindle.imaging.planes import to_planes
from tests.damages import deep, noisy, sample

FLAT = np.full((256, 256, 3), 128, np.uint8)
PER_CHANNEL = 255 * 3**0.5
"""Noise that is independent in three channels is this many steps of 8 bits strong in each."""


@pytest.mark.parametrize("name", ["coffee", "chelsea", "flower"])
def test_more_noise_is_measured_as_more(name: str) -> None:
    floors = [measure_noise(noisy(sample(name), sigma)).floor for sigma in (0, 3, 6, 12, 24)]
    assert all(less < more for less, more in pairwise(floors))


@pytest.mark.parametrize("sigma", [4, 8, 16])
def test_noise_on_a_flat_ground_is_measured_to_a_quarter(sigma: int) -> None:
    noise = measure_noise(noisy(FLAT, sigma))
    assert noise.floor * PER_CHANNEL == pytest.approx(sigma, rel=0.25)
    assert noise.chroma * 255 == pytest.approx(sigma, rel=0.25)


@pytest.mark.parametrize("sigma", [6, 12])
def test_noise_in_a_photo_is_measured_to_a_third(sigma: int) -> None:
    assert measure_noise(noisy(sample("coffee"), sigma)).luma * PER_CHANNEL == pytest.approx(sigma, rel=1 / 3)


def test_noise_without_colour_counts_as_lightness_only() -> None:
    noise = measure_noise(noisy(FLAT, 10, grey=True))
    assert noise.luma * 255 == pytest.approx(10, rel=0.25)
    assert noise.chroma < 1e-6


def test_sixteen_bits_tell_noise_that_eight_bits_round_away() -> None:
    fine = np.random.default_rng(1).normal(32_768, 30, FLAT.shape)
    assert measure_noise(fine.astype(np.uint16)).luma * 65_535 * 3**0.5 == pytest.approx(30, rel=0.25)
    assert measure_noise((fine / 257).astype(np.uint8)).luma < 1e-3
    damaged = noisy(sample("chelsea"), 9)
    assert np.allclose(measure_noise(deep(damaged)).table, measure_noise(damaged).table, atol=1e-5)


@pytest.mark.parametrize("name", ["gravel", "chelsea"])
def test_gravel_and_fur_are_not_noise(name: str) -> None:
    assert measure_noise(sample(name)).floor < 0.002


def test_blurred_grain_is_found_in_the_low_frequencies() -> None:
    grain = cv2.GaussianBlur(np.random.default_rng(2).normal(0, 30, FLAT.shape), (0, 0), 1.5)
    levels = measure_noise(np.clip(FLAT + grain, 0, 255).astype(np.uint8)).table[0].reshape(SIDE, SIDE)
    assert levels[1, 1] > 5 * levels[6, 6]


@pytest.mark.parametrize("level", [0, 255])
def test_what_is_cut_off_at_black_or_white_says_nothing(level: int) -> None:
    noise = measure_noise(noisy(np.full_like(FLAT, level), 3))
    assert (noise.floor, noise.luma) == (0.0, 0.0)


def test_a_picture_smaller_than_two_blocks_has_no_noise_that_could_be_measured() -> None:
    assert measure_noise(noisy(FLAT[:15, :15], 20)).luma == 0.0


def test_colours_come_back_from_the_opponent_axes() -> None:
    planes = to_planes(sample("coffee"))
    assert np.allclose(from_opponent(opponent(planes)), planes, atol=1e-6)
    grey = np.full((1, 1, 3), 0.5, np.float32)
    assert opponent(grey)[0, 0] == pytest.approx([0.5 * 3**0.5, 0, 0], abs=1e-6)


def test_strips_come_back_from_their_cosines() -> None:
    strips = np.random.default_rng(3).random((3, SIDE, 5 * SIDE)).astype(np.float32)
    coefficients = forward_strips(strips)
    assert np.allclose(inverse_strips(coefficients), strips, atol=1e-5)
    assert block_sums(coefficients**2) == pytest.approx(block_sums(strips**2), rel=1e-5)


def test_strips_have_the_cosines_of_their_blocks() -> None:
    plane = np.random.default_rng(4).random((2 * SIDE, 3 * SIDE)).astype(np.float32)
    strips = forward_strips(plane.reshape(2, SIDE, 3 * SIDE))
    blocks = forward(cut_up(plane, 0, 0).reshape(-1, SIZE))
    assert np.allclose(cut_up(strips.reshape(plane.shape), 0, 0).reshape(-1, SIZE), blocks, atol=1e-5)


def test_blocks_begin_where_they_are_asked_for() -> None:
    plane = np.random.default_rng(5).random((27, 40)).astype(np.float32)
    blocks = cut_up(plane, 3, 5)
    assert blocks.shape == (3, 4, SIDE, SIDE)
    assert np.array_equal(blocks[1, 1], plane[11:19, 13:21])


def test_the_table_is_that_of_the_flattest_blocks_by_their_coefficients() -> None:
    samples = noisy(sample("coffee")[:256, :256], 6)
    lightness = opponent(to_planes(samples))[..., 0]
    coefficients = np.concatenate([forward(cut_up(lightness, y, x).reshape(-1, SIZE)) for y, x in ((3, 5), (6, 2))])
    mean = coefficients[:, 0] / (SIDE * 3**0.5)
    coefficients = coefficients[(mean > 0.02) & (mean < 0.97)]
    energy = np.sum(coefficients[:, 1:] ** 2, axis=1)
    flat = coefficients[np.argsort(energy)[: int(len(energy) * 0.08)]]
    found = measure_noise(samples).table[0]
    assert (found[1:] >= 0.999 * np.sqrt(np.mean(flat**2, axis=0))[1:]).all()
    assert np.mean(found[1:] ** 2) == pytest.approx(np.mean(flat[:, 1:] ** 2), rel=0.1)
