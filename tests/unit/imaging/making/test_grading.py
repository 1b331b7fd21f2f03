"""Grades: nothing for nothing, the right way for each wish, and only words that are understood."""

import numpy as np
import pytest
from skimage import data

from rekindle.imaging.image import Samples
from rekindle.imaging.making.colours import from_lab, from_linear, to_lab, to_linear
from rekindle.imaging.making.grading import Grade, graded
from rekindle.imaging.making.moods import MOODS, mood_of, understood
from rekindle.imaging.planes import to_planes

PHOTO: Samples = data.coffee()[::2, ::2].copy()


def test_oklab_leads_back() -> None:
    planes = to_planes(PHOTO)
    back = from_linear(from_lab(to_lab(to_linear(planes))))
    assert np.abs(back - planes).max() < 0.004


def test_an_empty_grade_changes_nothing_that_is_seen() -> None:
    # Only the brightest tones are rolled off.
    change = np.abs(graded(PHOTO, Grade()).astype(int) - PHOTO)
    assert change[PHOTO.max(axis=2) < 220].max() <= 2


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_grade_keeps_shape_and_depth(dtype: type) -> None:
    deep = PHOTO.astype(dtype) * (257 if dtype is np.uint16 else 1)
    result = graded(deep, MOODS["dramatic"])
    assert result.dtype == dtype
    assert result.shape == deep.shape


def test_each_wish_goes_its_own_way() -> None:
    def mean(grade: Grade) -> np.ndarray:
        return graded(PHOTO, grade).reshape(-1, 3).mean(axis=0)

    plain = PHOTO.reshape(-1, 3).mean(axis=0)
    assert (mean(Grade(exposure=0.5)) > plain).all()
    assert (mean(Grade(exposure=-0.5)) < plain).all()
    assert mean(Grade(warmth=0.6))[2] < plain[2]
    assert mean(Grade(warmth=-0.6))[2] > plain[2]
    assert graded(PHOTO, Grade(contrast=0.6)).std() > PHOTO.std()
    assert np.ptp(graded(PHOTO, Grade(colour=-1)), axis=2).max() <= 2


def test_a_stronger_colour_is_never_another_hue_at_white_or_black() -> None:
    ends = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    for grade in MOODS.values():
        assert np.ptp(graded(ends, Grade(lights=grade.lights, shadows=grade.shadows)), axis=2).max() <= 24


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("please make it brighter", ("brighter",)),
        ("A little darker and much warmer!", ("darker", "warmer")),
        ("less colour, more contrast", ("less colour", "more contrast")),
        ("too dark, sharpen it", ("brighter", "sharper")),
        ("make it black and white", ("black and white",)),
        ("add a unicorn", ()),
        ("", ()),
        ("it must not be brighter", ()),
    ],
)
def test_plain_words_are_understood_and_nothing_else(prompt: str, words: tuple[str, ...]) -> None:
    assert understood(prompt).words == words


def test_a_little_is_less_than_much() -> None:
    grades = [understood(f"{much} brighter").grade.exposure for much in ("a little", "", "much")]
    assert grades == sorted(grades)
    assert len(set(grades)) == 3


@pytest.mark.parametrize(
    ("prompt", "mood"), [("", "warm"), ("a cold winter day", "cool"), ("golden hour", "golden"), ("stormy", "dramatic")]
)
def test_moods_have_words_and_warm_is_the_usual_one(prompt: str, mood: str) -> None:
    assert mood_of(prompt) == mood
