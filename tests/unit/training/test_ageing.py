"""The made-up ageing is repeatable, true about where marks lie, and varied."""

from pathlib import Path

import numpy as np
import pytest

from training.ageing import Mixture, age
from training.made_up import scene, write_photos
from training.photographs import HELD_OUT, is_held_out, load, names, patch

CLEAN = scene(1)[:128, :128]


def test_the_same_seed_ages_in_the_same_way() -> None:
    one, other = (age(CLEAN, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one.aged, other.aged)
    assert np.array_equal(one.mask, other.mask)


@pytest.mark.parametrize("seed", range(12))
def test_outside_the_mask_marks_leave_nearly_no_trace(seed: int) -> None:
    pair = age(CLEAN, np.random.default_rng(seed), Mixture(marks=1, low_quality=0, tone=0))
    free = pair.mask < 0.5
    assert np.abs(pair.aged - pair.clean)[free].mean() < 0.04


@pytest.mark.parametrize("seed", range(30))
def test_values_stay_in_their_range_and_shapes_fit(seed: int) -> None:
    pair = age(CLEAN, np.random.default_rng(seed))
    for planes in (pair.aged, pair.clean):
        assert planes.shape == CLEAN.shape
        assert planes.dtype == np.float32
        assert planes.min() >= 0
        assert planes.max() <= 1
    assert set(np.unique(pair.mask)) <= {0.0, 1.0}


def test_some_patches_stay_as_they_are_so_that_the_network_learns_to_leave_things_alone() -> None:
    pairs = [age(CLEAN, np.random.default_rng(seed), Mixture(0, 0, 0)) for seed in range(20)]
    apart = [float(np.abs(pair.aged - pair.clean).mean()) for pair in pairs]
    assert min(apart) < 1e-6
    assert max(apart) < 0.02


def test_the_split_is_by_photo_and_nothing_is_on_both_sides(tmp_path: Path) -> None:
    write_photos(tmp_path, 60)
    trained, kept = names(tmp_path, held_out=False), names(tmp_path, held_out=True)
    assert sorted(trained + kept) == [f"{i:03}.jpg" for i in range(60)]
    assert set(trained).isdisjoint(kept)
    assert all(is_held_out(name) for name in kept)


def test_about_one_photo_in_so_many_is_held_out() -> None:
    share = np.mean([is_held_out(f"folder/{i}.jpg") for i in range(20_000)])
    assert share == pytest.approx(1 / HELD_OUT, rel=0.15)


def test_patches_have_the_size_that_was_asked_for(tmp_path: Path) -> None:
    photos = load(write_photos(tmp_path, 4), held_out=False)
    random = np.random.default_rng(0)
    assert all(patch(photos, 96, random).shape == (96, 96, 3) for _ in range(30))
