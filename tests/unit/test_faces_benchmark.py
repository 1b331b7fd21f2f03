"""The benchmark of faces counts what it says it counts."""

import numpy as np
import pytest

from benchmarks.faces import Count, Marked, grey, judge, marked, on_faces, ways
from rekindle.imaging.faces import Face
from training.photographs import is_held_out

SHAPE = (400, 600, 3)
FACING, TURNED = Marked(0.5, 0.5, 0.2, turned=False), Marked(0.2, 0.3, 0.1, turned=True)


def found(x, y, height):
    width = height * 400 / 600
    return Face(x - width / 2, y - height / 2, width, height, 0.99)


@pytest.mark.parametrize(
    ("finds", "counted"),
    [
        pytest.param([], (0, 0, 0), id="nothing"),
        pytest.param([found(0.5, 0.5, 0.2)], (1, 0, 0), id="right on it"),
        pytest.param([found(0.52, 0.55, 0.15)], (1, 0, 0), id="near enough"),
        pytest.param([found(0.2, 0.3, 0.1)], (0, 1, 0), id="the one that is turned away"),
        pytest.param([found(0.5, 0.8, 0.2)], (0, 0, 1), id="elsewhere"),
        pytest.param([found(0.5, 0.5, 0.5)], (0, 0, 1), id="much too large"),
        pytest.param([found(0.5, 0.5, 0.2), found(0.5, 0.52, 0.18)], (1, 0, 1), id="twice"),
        pytest.param([found(0.8, 0.8, 0.03)], (0, 0, 0), id="too small to be judged"),
    ],
)
def test_finds_are_matched_with_marks_once(finds, counted):
    count = Count()
    judge(finds, [FACING, TURNED], SHAPE, count)
    assert (count.facing_found, count.turned_found, count.wrong) == counted
    assert (count.facing, count.turned) == (1, 1)


def test_only_photos_that_nothing_is_fitted_to_are_marked():
    faces = marked()
    assert len(faces) > 30
    assert all(is_held_out(photo) for photo in faces)
    every = [face for marks in faces.values() for face in marks]
    assert all(0 <= face.x <= 1 and 0 <= face.y <= 1 and face.height >= 0.07 for face in every)


def test_every_way_of_looking_keeps_size_and_type():
    photo = np.random.default_rng(1).integers(0, 256, (64, 80, 3), np.uint8)
    for damager in ways().values():
        assert damager(photo, 1).shape == photo.shape
        assert damager(photo, 1).dtype == np.uint8
    assert np.ptp(grey(photo), axis=2).max() == 0


def test_quality_on_faces_looks_at_faces_alone():
    clean = np.random.default_rng(1).integers(60, 200, (40, 40, 3), np.uint8)
    other = clean.copy()
    other[:, 20:] += 20
    left = np.zeros((40, 40), np.float32)
    left[:, :12] = 1
    psnr, ssim = on_faces(clean, other, left)
    assert psnr > 70
    assert ssim == pytest.approx(1)
    assert on_faces(clean, other, 1 - left)[0] < 25
