"""What is measured in pictures whose damage is known."""

import dataclasses
import json

import cv2
import numpy as np
import pytest
from skimage import data

from rekindle.imaging.image import Image
from rekindle.imaging.measure.blur import measure_blur
from rekindle.imaging.measure.noise import measure_noise
from rekindle.imaging.measures import measure

PHOTO = np.ascontiguousarray(data.coffee())


def scratched(photo):
    """The photo with long bright and dark lines, and where they are."""
    result, mask = photo.copy(), np.zeros(photo.shape[:2], np.uint8)
    for x, level in ((90, 250), (230, 245), (410, 8), (500, 252)):
        points = np.array([[x + dx, y] for y, dx in ((5, 0), (150, 6), (260, 3), (390, 12))], np.int32)
        cv2.polylines(result, [points], False, (level, level, level), 2, cv2.LINE_AA)
        cv2.polylines(mask, [points], False, 1, 3)
    return result, mask > 0


def test_noise_is_measured_within_a_quarter_of_what_was_added():
    flat = np.full((300, 300, 3), 128.0)
    noisy = flat + np.random.default_rng(1).normal(0, 10, flat.shape)
    noise = measure_noise(np.clip(noisy, 0, 255).astype(np.uint8))
    assert noise.luma == pytest.approx(10 / 255 / 3**0.5, rel=0.25)


def test_a_clean_photo_has_little_noise_and_no_scratches():
    measures = measure(Image(PHOTO))
    assert measures.noise_sigma < 0.01
    assert measures.blockiness < 0.002
    assert measures.scratch_coverage == 0


def test_strong_jpeg_compression_shows_as_blocks():
    _, coded = cv2.imencode(".jpg", PHOTO, [cv2.IMWRITE_JPEG_QUALITY, 15])
    assert measure(Image(cv2.imdecode(coded, cv2.IMREAD_COLOR))).blockiness > 0.006


@pytest.mark.parametrize(("length", "row"), [(9, True), (13, False)])
def test_motion_is_measured_with_its_length_and_direction(length, row):
    kernel = np.full((1, length) if row else (length, 1), 1 / length, np.float32)
    blur = measure_blur(cv2.filter2D(PHOTO, -1, kernel))
    assert blur.evidence > 0.05
    assert blur.length == pytest.approx(length, abs=1)
    off = abs(blur.direction - (0 if row else 90))
    assert min(off, 180 - off) < 4


def test_a_scratched_photo_measures_as_scratched():
    damaged, truth = scratched(PHOTO)
    assert 0.4 * truth.mean() < measure(Image(damaged)).scratch_coverage < 3 * truth.mean()


def test_a_toned_print_has_one_tone_and_a_colour_photo_has_not():
    grey = PHOTO.mean(axis=2, keepdims=True)
    sepia = np.clip(grey * np.array([1.0, 0.85, 0.65]), 0, 255).astype(np.uint8)
    assert measure(Image(sepia)).monochrome
    assert not measure(Image(PHOTO)).monochrome


def test_eight_and_sixteen_bits_measure_alike():
    narrow, wide = measure(Image(PHOTO)), measure(Image(PHOTO.astype(np.uint16) * 257))
    assert wide.noise_sigma == pytest.approx(narrow.noise_sigma, abs=1e-4)
    assert wide.black_point == pytest.approx(narrow.black_point, abs=0.01)


@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 300, 3), (40, 5, 3), (130, 130, 3)])
def test_a_picture_of_any_size_and_without_content_gives_finite_numbers(shape):
    for level in (0, 128, 255):
        measures = dataclasses.asdict(measure(Image(np.full(shape, level, np.uint8))))
        json.dumps(measures, allow_nan=False)
