"""The benchmark's damage: known, repeatable, and as strong as it says."""

import numpy as np
import pytest
from skimage import data

from benchmarks.damage import Kind, damage

PHOTO = np.ascontiguousarray(data.chelsea())


@pytest.mark.parametrize("kind", list(Kind))
def test_the_same_seed_makes_the_same_damage_and_another_seed_another(kind):
    one, again, other = damage(PHOTO, kind, 1), damage(PHOTO, kind, 1), damage(PHOTO, kind, 2)
    assert np.array_equal(one.pixels, again.pixels)
    assert not np.array_equal(one.pixels, other.pixels)
    assert not np.array_equal(one.pixels, PHOTO)
    assert one.pixels.shape == PHOTO.shape


def test_scratches_touch_nothing_outside_their_mask_but_a_breath():
    damaged = damage(PHOTO, Kind.SCRATCHES, 5)
    change = np.abs(damaged.pixels.astype(int) - PHOTO).max(axis=2)
    assert 0.001 < damaged.scratches.mean() < 0.3
    assert change[~damaged.scratches].max() <= 26


def test_fading_narrows_the_range():
    faded = damage(PHOTO, Kind.FADING, 3).pixels
    assert np.ptp(faded) < 0.9 * np.ptp(PHOTO)
    assert faded.min() > PHOTO.min()
