"""Colours beside a luma are the ones that were asked for, or what of them fits."""

import cv2
import numpy as np
import pytest

from rekindle.imaging.image import Space
from rekindle.imaging.planes import floats, luma
from rekindle.imaging.steps.chroma import chroma_of, chroma_of_colour, coloured, differences

RANDOM = np.random.default_rng(4)


def test_a_colour_survives_the_way_to_chroma_and_back():
    planes = floats(RANDOM.random((40, 50, 3)))
    back = coloured(luma(planes), differences(luma(planes), chroma_of(planes)))
    assert np.abs(back - planes).max() < 0.02


def test_chroma_that_does_not_fit_is_drawn_to_grey_and_keeps_its_luma():
    grey = floats(RANDOM.random((40, 50)))
    chroma = floats(RANDOM.normal(0, 120, (40, 50, 2)))
    planes = coloured(grey, differences(grey, chroma))
    assert planes.min() > -1e-5
    assert planes.max() < 1 + 1e-5
    assert np.abs(luma(planes) - grey).max() < 1e-5


def test_the_hue_of_a_colour_that_does_not_fit_stays():
    grey = np.full((1, 1), 0.8, np.float32)
    found = chroma_of(coloured(grey, differences(grey, floats(np.array([[[70.0, 50.0]]])))))[0, 0]
    assert 10 < np.hypot(*found) < 70
    assert abs(np.degrees(np.arctan2(found[1], found[0])) - np.degrees(np.arctan2(50, 70))) < 15


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (128, 128, 128)])
def test_greys_have_no_chroma(colour):
    assert np.hypot(*chroma_of_colour(colour)) < 0.1


def test_the_wider_space_needs_smaller_numbers_for_the_same_colour():
    grey = np.full((1, 1), 0.5, np.float32)
    red = floats(np.array([[[40.0, 25.0]]]))
    assert np.abs(differences(grey, red, Space.DISPLAY_P3)[0, 0, 0]) < np.abs(differences(grey, red)[0, 0, 0])


def test_chroma_agrees_with_the_library():
    planes = floats(RANDOM.random((9, 9, 3)))
    assert np.array_equal(chroma_of(planes), cv2.cvtColor(planes, cv2.COLOR_RGB2Lab)[..., 1:])
