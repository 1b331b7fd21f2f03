"""The colourizer learns from samples that are what they say; `make train-smoke` runs its training from end to end."""

import numpy as np
import pytest

from rekindle.imaging.planes import luma, to_planes
from rekindle.imaging.steps.chroma import chroma_of
from training.colour_constant import best_constant
from training.colour_samples import load_small, sample, split
from training.made_up import write_photos


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_photos(tmp_path_factory.mktemp("photos"))


def test_samples_have_the_planes_that_the_network_takes(folder):
    photos = load_small(folder, split(folder)[0])
    random = np.random.default_rng(1)
    pairs = [sample(photos, 64, random) for _ in range(20)]
    for shown, truth in pairs:
        assert shown.shape == (4, 64, 64)
        assert truth.shape == (2, 32, 32)
        assert -0.3 <= shown[0].min() <= shown[0].max() <= 1.3
        assert not shown[1:3][:, shown[3] == 0].any()
    assert 3 <= sum(bool(shown[3].any()) for shown, _ in pairs) <= 17


def test_the_same_seed_gives_the_same_sample(folder):
    photos = load_small(folder, split(folder)[0])
    one, other = (sample(photos, 64, np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_no_photo_is_both_learned_from_and_chosen_by(folder):
    learned, checked = split(folder)
    assert checked
    assert not set(learned) & set(checked)


def test_the_constant_is_the_mean_colour():
    photo = np.full((8, 8, 3), (200, 150, 120), np.uint8)
    assert np.allclose(best_constant([photo]), chroma_of(to_planes(photo))[0, 0], atol=0.01)
    assert luma(to_planes(photo)).shape == (8, 8)
