"""Faces keep a part of the detail that they came with, and nothing else changes."""

import numpy as np
import pytest

from rekindle.imaging.gentle import MARGIN, gentle
from rekindle.imaging.planes import gaussian, luma

RANDOM = np.random.default_rng(5)
BEFORE = RANDOM.random((60, 80, 3), np.float32)
AFTER = np.stack([gaussian(np.ascontiguousarray(BEFORE[..., i]), 1.5) for i in range(3)], axis=2) * 0.8 + 0.1
EVERYWHERE = np.ones((60, 80), np.float32)


def detail(picture):
    return luma(picture) - gaussian(luma(picture), 2.0)


def test_nothing_changes_when_nothing_is_kept_or_no_face_is_there():
    assert gentle(BEFORE, AFTER, EVERYWHERE, keep=0) is AFTER
    assert gentle(BEFORE, AFTER, np.zeros_like(EVERYWHERE), keep=0.5) is AFTER


def test_only_pixels_with_weight_change():
    weight = np.zeros_like(EVERYWHERE)
    weight[20:40, 30:50] = 1
    result = gentle(BEFORE, AFTER, weight, keep=0.5)
    assert result.dtype == np.float32
    assert np.array_equal(result[weight == 0], AFTER[weight == 0])
    assert (result[weight == 1] != AFTER[weight == 1]).any(axis=1).mean() > 0.99


def test_with_everything_kept_the_detail_is_that_of_the_input_and_the_tone_is_not():
    result = gentle(BEFORE, AFTER, EVERYWHERE, keep=1)
    inside = (slice(MARGIN, -MARGIN), slice(MARGIN, -MARGIN))
    assert (luma(result) - luma(AFTER))[inside].mean() == pytest.approx(0, abs=0.004)
    assert np.corrcoef(detail(result)[inside].ravel(), detail(BEFORE)[inside].ravel())[0, 1] > 0.98
    assert result - result.mean(2, keepdims=True) == pytest.approx(AFTER - AFTER.mean(2, keepdims=True), abs=1e-5)


def test_half_of_it_is_half_way():
    whole, half = (gentle(BEFORE, AFTER, EVERYWHERE, keep=keep) for keep in (1, 0.5))
    assert half == pytest.approx((whole + AFTER) / 2, abs=1e-5)


def test_a_tile_with_its_margin_gives_what_the_whole_gives():
    whole = gentle(BEFORE, AFTER, EVERYWHERE, keep=0.7)
    rows, columns = slice(16, 48), slice(24, 64)
    outer = (slice(16 - MARGIN, 48 + MARGIN), slice(24 - MARGIN, 64 + MARGIN))
    tile = gentle(BEFORE[outer], AFTER[outer], EVERYWHERE[outer], keep=0.7)
    assert tile[MARGIN:-MARGIN, MARGIN:-MARGIN] == pytest.approx(whole[rows, columns], abs=1e-6)
