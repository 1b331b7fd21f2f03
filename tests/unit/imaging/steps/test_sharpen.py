"""Sharpening makes soft edges steeper, adds no halo, and no colour."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from rekindle.imaging.image import Samples
from rekindle.imaging.pipeline import Tools, prepare, run
from rekindle.imaging.planes import luma, to_planes
from rekindle.imaging.steps.sharpen import Sharpen, prepare_sharpen
from tests.damages import Pixels, deep, sample


def sharpened(pixels: Samples, options: Sharpen) -> Samples:
    return run(pixels, prepare(pixels, [options], Tools()), lambda *_: None)


def step(sigma: float) -> Pixels:
    """A soft edge between two greys."""
    hard = np.full((60, 80, 3), 60, np.uint8)
    hard[:, 40:] = 190
    return cv2.GaussianBlur(hard, (0, 0), sigma)


def steepness(pixels: Samples) -> int:
    return int(np.abs(np.diff(pixels[30, :, 1].astype(int))).max())


def test_more_of_it_makes_an_edge_steeper() -> None:
    found = [steepness(sharpened(step(2.0), Sharpen(amount=amount))) for amount in (0.0, 0.3, 0.6, 1.0)]
    assert all(less < more for less, more in pairwise(found))


@pytest.mark.parametrize("amount", [0.5, 2.0, 10.0])
def test_an_edge_gets_no_halo(amount: float) -> None:
    result = sharpened(step(2.0), Sharpen(amount=amount))
    assert (result.min(), result.max()) == (60, 190)


def test_a_halo_is_as_large_as_is_allowed() -> None:
    allowed = sharpened(step(1.0), Sharpen(amount=5.0, overshoot=0.04)).astype(int)
    assert 190 + 8 <= allowed.max() <= 190 + 11
    assert 60 - 11 <= allowed.min() <= 60 - 8


def test_nothing_happens_without_an_amount_or_without_structure() -> None:
    photo = sample("coffee")
    assert np.array_equal(sharpened(photo, Sharpen(amount=0.0)), photo)
    even = np.full((40, 30, 3), (10, 120, 240), np.uint8)
    assert np.array_equal(sharpened(even, Sharpen(amount=3.0)), even)


def test_all_channels_change_by_the_same_so_that_no_colour_appears() -> None:
    planes = to_planes(sample("chelsea")) * 0.5 + 0.25
    change = prepare_sharpen(sample("chelsea"), Sharpen(amount=1.0)).apply(planes) - planes
    assert np.abs(change).max() > 0.02
    assert np.ptp(change, axis=2).max() < 1e-6


def test_lightness_stays_on_the_whole() -> None:
    before, after = (luma(to_planes(p)) for p in (sample("flower"), sharpened(sample("flower"), Sharpen())))
    assert float(after.mean()) == pytest.approx(float(before.mean()), abs=2e-3)


def test_sixteen_bits_are_sharpened_like_eight_but_finer() -> None:
    narrow, wide = (sharpened(pixels, Sharpen()) for pixels in (sample("chelsea"), deep(sample("chelsea"))))
    assert wide.dtype == np.uint16
    assert np.abs(wide / 257 - narrow).max() <= 0.51


@pytest.mark.parametrize("radius", [0.5, 1.5, 4.0])
def test_no_pixel_depends_on_more_than_the_margin(radius: float) -> None:
    chosen = prepare_sharpen(sample("coffee"), Sharpen(amount=1.0, radius=radius))
    planes = to_planes(sample("coffee"))[:80, :200]
    other = planes.copy()
    other[:, 120:] = 0
    kept = slice(0, 120 - chosen.margin)
    assert np.allclose(chosen.apply(other)[:, kept], chosen.apply(planes)[:, kept], atol=1e-4)


def test_the_careful_variant_does_half() -> None:
    assert Sharpen(amount=0.8, radius=2.0).softened() == Sharpen(amount=0.4, radius=2.0)
