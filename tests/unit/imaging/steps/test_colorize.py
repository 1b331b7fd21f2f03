"""Colour is laid on without touching luma, and a dabbed colour is really there."""

import json

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from rekindle.imaging.image import Space
from rekindle.imaging.planes import floats, luma, peak, to_planes
from rekindle.imaging.steps.catalogue import steps_from_json, steps_to_json
from rekindle.imaging.steps.chroma import chroma_of, chroma_of_colour
from rekindle.imaging.steps.colorize import Colorize, Hint, colorize

PHOTO = np.ascontiguousarray(data.coffee()[::2, ::2])
COLOURS = {"skin": (224, 172, 145), "brick": (150, 70, 55), "navy": (40, 50, 110), "leaf": (90, 130, 60)}


class Sepia:
    """A strong brown everywhere."""

    def chroma(self, grey, dabs):
        return floats(np.broadcast_to(np.array([12.0, 25.0]), (*grey.shape, 2)))


def greyed(photo):
    top = peak(photo)
    return np.repeat(np.round(luma(to_planes(photo)) * top).astype(photo.dtype)[..., None], 3, axis=-1)


def flat(colour, height=60, width=90):
    """A grey card of the luma of a colour."""
    return np.full((height, width, 3), round(float(np.array(colour) @ [0.299, 0.587, 0.114])), np.uint8)


def change_of_luma(one, other):
    return np.abs(luma(to_planes(one)) - luma(to_planes(other))).max() * 255


def colour_at(pixels, x, y):
    height, width = pixels.shape[:2]
    return chroma_of(to_planes(pixels))[min(height - 1, int(y * height)), min(width - 1, int(x * width))]


def distance(pixels, hint):
    """CIE 1976 difference from the dabbed colour at the lightness of the place."""
    return float(np.hypot(*(colour_at(pixels, hint.x, hint.y) - chroma_of_colour(hint.colour))))


share = st.floats(0, 1)
hints = st.builds(Hint, share, share, st.tuples(*[st.integers(0, 255)] * 3), st.floats(0, 0.25))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 40), st.integers(1, 40), st.lists(hints, max_size=4))
def test_luma_stays_whatever_is_dabbed_on_whatever_picture(seed, height, width, dabbed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    result = colorize(pixels, Colorize(tuple(dabbed)), tint=Sepia())
    assert result.shape == pixels.shape
    assert result.dtype == pixels.dtype
    assert change_of_luma(pixels, result) < 1


@settings(max_examples=25, deadline=None)
@given(share, share, st.floats(0, 0.25), st.sampled_from(sorted(COLOURS)))
def test_a_dab_on_paper_of_its_own_lightness_gives_that_very_colour(x, y, radius, name):
    card, hint = flat(COLOURS[name]), Hint(x, y, COLOURS[name], radius)
    for tint in (None, Sepia()):
        result = colorize(card, Colorize((hint,)), tint=tint)
        here = to_planes(result)[min(59, int(y * 60)), min(89, int(x * 90))]
        both = np.array([[here, np.array(hint.colour) / 255]], np.float32)
        lab = cv2.cvtColor(both, cv2.COLOR_RGB2Lab)[0]
        assert np.linalg.norm(lab[0] - lab[1]) < 5


def test_a_dab_on_a_photo_gives_its_colour_at_the_lightness_of_the_place():
    grey = greyed(PHOTO)
    dabs = [Hint(x, y, colour, 0.01) for (x, y), colour in
            zip([(0.2, 0.3), (0.5, 0.5), (0.8, 0.7), (0.9, 0.15)], COLOURS.values(), strict=True)]  # fmt: skip
    result = colorize(grey, Colorize(tuple(dabs)), tint=Sepia())
    for hint in dabs:
        height, width = result.shape[:2]
        here = result[int(hint.y * height), int(hint.x * width)]
        assert distance(result, hint) < 5 or here.min() == 0 or here.max() == 255


def test_a_dab_on_coarse_texture_gives_its_colour_at_each_pixel():
    texture = np.random.default_rng(2).integers(90, 190, (900, 700, 1)).astype(np.uint8)
    hint = Hint(0.4, 0.6, COLOURS["skin"], 0.01)
    assert distance(colorize(np.repeat(texture, 3, axis=-1), Colorize((hint,)), tint=Sepia()), hint) < 5


def test_a_grey_dab_takes_colour_away():
    card = np.full((80, 80, 3), 130, np.uint8)
    result = colorize(card, Colorize((Hint(0.5, 0.5, (130, 130, 130), 0.05),)), tint=Sepia())
    assert np.hypot(*colour_at(result, 0.5, 0.5)) < 2


def test_the_later_of_two_dabs_on_one_place_wins():
    card = flat(COLOURS["navy"])
    first, second = Hint(0.5, 0.5, COLOURS["brick"], 0.1), Hint(0.5, 0.5, COLOURS["navy"], 0.1)
    assert distance(colorize(card, Colorize((first, second)), tint=None), second) < 5
    assert distance(colorize(card, Colorize((second, first)), tint=None), first) < 5


def test_colours_stop_at_an_edge():
    halves = np.full((100, 200, 3), 90, np.uint8)
    halves[:, 100:] = 170
    left, right = Hint(0.1, 0.5, (140, 70, 60), 0.02), Hint(0.9, 0.5, (140, 180, 190), 0.02)
    result = colorize(halves, Colorize((left, right)), tint=None)
    for place in (0.05, 0.3, 0.47):
        assert np.hypot(*(colour_at(result, place, 0.9) - colour_at(result, 0.1, 0.5))) < 3
        assert np.hypot(*(colour_at(result, 1 - place, 0.9) - colour_at(result, 0.9, 0.5))) < 3


def test_a_dab_leaves_another_surface_to_the_guess():
    halves = np.full((100, 200, 3), 90, np.uint8)
    halves[:, 100:] = 200
    result = colorize(halves, Colorize((Hint(0.1, 0.5, (60, 70, 140), 0.02),)), tint=Sepia())
    plain = colorize(halves, Colorize(), tint=Sepia())
    assert np.hypot(*(colour_at(result, 0.9, 0.5) - colour_at(plain, 0.9, 0.5))) < 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 2), (3, 500), (500, 3), (7, 5), (1, 4000)])
def test_pictures_of_odd_sizes_are_coloured(shape):
    pixels = np.full((*shape, 3), 120, np.uint8)
    hint = Hint(1.0, 1.0, (150, 110, 100), 0.0)
    for options in (Colorize(), Colorize((hint,))):
        assert colorize(pixels, options).shape == pixels.shape
    assert distance(colorize(pixels, Colorize((hint,))), hint) < 5


@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0), (1, 0.5)])
def test_dabs_at_the_rim_are_reached(x, y):
    hint = Hint(x, y, COLOURS["leaf"], 0.0)
    light = greyed(PHOTO) // 2 + 70
    assert distance(colorize(light, Colorize((hint,)), tint=Sepia()), hint) < 5


def test_two_hundred_dabs_are_taken():
    random = np.random.default_rng(1)
    dabs = tuple(Hint(*random.random(2), tuple(random.integers(60, 200, 3).tolist()), 0.02) for _ in range(200))
    result = colorize(greyed(PHOTO), Colorize(dabs), tint=None)
    assert change_of_luma(greyed(PHOTO), result) < 1


def test_sixteen_bits_stay_sixteen_bits():
    deep = greyed(PHOTO).astype(np.uint16) * 257 + 13
    result = colorize(deep, Colorize((Hint(0.4, 0.4, COLOURS["brick"], 0.05),)), tint=Sepia())
    assert result.dtype == np.uint16
    assert change_of_luma(deep, result) < 1 / 100
    assert len(np.unique(result[..., 0])) > 256


def test_an_amount_of_nothing_gives_the_same_array():
    pixels = greyed(PHOTO)
    assert colorize(pixels, Colorize(amount=0.0)) is pixels


def test_half_the_amount_is_half_the_colour():
    card = np.full((40, 40, 3), 140, np.uint8)
    whole, half = (colour_at(colorize(card, Colorize(amount=a), tint=Sepia()), 0.5, 0.5) for a in (1.0, 0.5))
    assert np.allclose(half, whole / 2, atol=0.8)


def test_without_a_guess_and_without_dabs_a_picture_becomes_grey():
    result = colorize(greyed(PHOTO), Colorize(), tint=None)
    assert (result[..., 0] == result[..., 1]).all()
    assert (result[..., 1] == result[..., 2]).all()


def test_the_network_lays_on_a_quiet_tint():
    result = colorize(greyed(PHOTO), Colorize())
    chroma = chroma_of(to_planes(result))
    assert change_of_luma(greyed(PHOTO), result) < 1
    assert 1 < np.hypot(*np.moveaxis(chroma, -1, 0)).mean() < 30
    assert np.abs(chroma).max() < 80


def test_the_colours_that_a_picture_has_are_not_looked_at():
    assert np.abs(colorize(PHOTO, Colorize()).astype(int) - colorize(greyed(PHOTO), Colorize())).mean() < 1


def test_a_large_picture_shows_no_seams():
    ramp = np.repeat(np.linspace(40, 220, 1400).astype(np.uint8)[:, None, None], 3, axis=-1)
    tall = np.ascontiguousarray(np.broadcast_to(ramp, (1400, 60, 3)))
    result = colorize(tall, Colorize(), tint=Sepia()).astype(int)
    steps = np.abs(np.diff(result - tall, axis=0)).max(axis=(1, 2))
    assert steps.max() <= 2


def test_a_dab_is_the_same_colour_in_a_wider_space():
    card = np.full((30, 30, 3), 128, np.uint8)
    dab = (Hint(0.5, 0.5, (190, 100, 95), 0.1),)
    narrow, wide = (colorize(card, Colorize(dab), tint=None, space=space)[15, 15].astype(int) for space in Space)
    assert wide.max() - wide.min() < narrow.max() - narrow.min()


@pytest.mark.parametrize("wrong", [{"x": 1.1}, {"y": -0.1}, {"radius": 0.3}, {"colour": (0, 0, 256)}])
def test_a_dab_beside_the_picture_is_refused(wrong):
    with pytest.raises(ValueError, match="not a dab"):
        Hint(**{"x": 0.5, "y": 0.5, "colour": (1, 2, 3), "radius": 0.1, **wrong})


def test_dabs_can_be_written_down_and_read_back():
    steps = (Colorize((Hint(0.25, 0.5, (1, 2, 3), 0.05), Hint(0, 1, (255, 0, 9), 0)), 0.5), Colorize())
    assert steps_from_json(json.loads(json.dumps(steps_to_json(steps)))) == steps


def test_the_careful_variant_is_paler_unless_somebody_dabbed():
    assert Colorize().softened().amount < 1
    assert Colorize((Hint(0, 0, (1, 2, 3), 0),)).softened().amount == 1
