"""The motion of a camera is measured with its length and direction, and no still picture seems moved."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from rekindle.imaging.measure.blur import measure_blur, power_of
from tests.damages import deep, moved, noisy, sample

MOVED = 0.06


def apart(one: float, other: float) -> float:
    """Degrees between two directions without an arrow."""
    return abs((one - other + 90) % 180 - 90)


@pytest.mark.parametrize("name", ["coffee", "china"])
@pytest.mark.parametrize(("length", "direction"), [(8, 0), (12, 20), (10, 45), (14, 70), (12, 120), (15, 160)])
def test_motion_is_measured_in_any_direction(name: str, length: float, direction: float) -> None:
    blur = measure_blur(moved(sample(name), length, direction))
    assert blur.evidence > MOVED
    assert blur.length == pytest.approx(length, abs=0.5)
    assert apart(blur.direction, direction) < 2


@pytest.mark.parametrize("name", ["coffee", "astronaut", "chelsea", "china", "flower", "camera", "grass"])
def test_no_motion_is_seen_in_still_pictures(name: str) -> None:
    assert measure_blur(sample(name)).evidence < 0.016


@pytest.mark.parametrize("sigma", [1, 2, 4, 8])
def test_softness_without_a_direction_is_no_motion(sigma: float) -> None:
    assert measure_blur(cv2.GaussianBlur(sample("coffee"), (0, 0), sigma)).evidence < 0.016


def test_motion_is_still_measured_under_a_little_noise() -> None:
    blur = measure_blur(noisy(moved(sample("china"), 12, 30), 2))
    assert blur.length == pytest.approx(12, abs=1)
    assert apart(blur.direction, 30) < 4


def test_a_mirrored_picture_moved_the_other_way() -> None:
    picture = moved(sample("astronaut"), 12, 35)
    assert apart(measure_blur(np.ascontiguousarray(picture[:, ::-1])).direction, 145) < 2
    assert apart(measure_blur(np.ascontiguousarray(np.rot90(picture))).direction, 125) < 2


@pytest.mark.parametrize("name", ["coffee", "chelsea"])
def test_softer_pictures_measure_softer(name: str) -> None:
    blurred = [cv2.GaussianBlur(sample(name), (0, 0), sigma) for sigma in (0.6, 0.9, 1.3)]
    found = [measure_blur(picture).softness for picture in (sample(name), *blurred)]
    assert all(less < more for less, more in pairwise(found))


def test_noise_that_is_known_does_not_hide_softness() -> None:
    soft = cv2.GaussianBlur(sample("coffee"), (0, 0), 2)
    damaged = noisy(soft, 5, grey=True)
    assert measure_blur(damaged).softness < 0.7 * measure_blur(soft).softness
    assert measure_blur(damaged, 5 / 255).softness > measure_blur(damaged).softness + 0.15


def test_depth_changes_nothing() -> None:
    picture = moved(sample("chelsea"), 9, 60)
    narrow, wide = measure_blur(picture), measure_blur(deep(picture))
    assert (wide.length, wide.direction) == pytest.approx((narrow.length, narrow.direction), abs=0.05)


def test_nothing_is_said_about_pictures_smaller_than_a_window() -> None:
    blur = measure_blur(moved(sample("coffee"), 9, 0)[:127])
    assert (blur.softness, blur.length, blur.evidence) == (0.0, 0.0, 0.0)


def test_half_a_spectrum_is_that_of_the_textbook() -> None:
    part = np.random.default_rng(3).normal(size=(64, 64)).astype(np.float32)
    assert np.allclose(power_of(part), np.abs(np.fft.fft2(part))[:, :33] ** 2, rtol=1e-3, atol=1e-2)
