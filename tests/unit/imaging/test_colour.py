"""Pixels go to a working space and back without a visible difference, and stay untouched where nothing is to do."""

import numpy as np
import pytest

from rekindle.errors import UnsupportedFormat
from rekindle.imaging.colour import from_working, to_working
from rekindle.imaging.image import Samples, Space
from rekindle.imaging.vips import attached, block, built_in_profile, from_array, with_profile
from tests import pictures


def samples(colour: bool, deep: bool) -> Samples:
    pixels = pictures.photo(60, 40) if colour else pictures.photo(60, 40)[..., 0]
    return pixels.astype(np.uint16) * 257 + 5 if deep else pixels


def steps_apart(one: Samples, other: Samples) -> float:
    """The largest difference in steps of 8 bits."""
    return float(np.abs(one.astype(float) - other).max()) / (257 if one.dtype == np.uint16 else 1)


@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize("deep", [True, False])
@pytest.mark.parametrize("untagged", list(Space))
def test_untagged_pixels_are_taken_as_they_are(colour: bool, deep: bool, untagged: Space) -> None:
    pixels = samples(colour, deep)
    picture, space = to_working(from_array(pixels), untagged)
    assert space is untagged
    assert np.array_equal(picture.numpy().reshape(pixels.shape), pixels)


@pytest.mark.parametrize("space", list(Space))
def test_pixels_of_a_working_space_are_not_converted(space: Space) -> None:
    picture, found = to_working(attached(from_array(samples(colour=True, deep=False)), space))
    assert found is space
    assert np.array_equal(picture.numpy(), samples(colour=True, deep=False))


@pytest.mark.parametrize("deep", [True, False])
def test_another_space_goes_there_and_back(deep: bool) -> None:
    pixels = samples(colour=True, deep=deep) // 4 + (25_000 if deep else 96)
    icc = pictures.wide_gamma_22()
    picture, space = to_working(with_profile(from_array(pixels), icc))
    assert (space, picture.format) == (Space.DISPLAY_P3, "ushort")
    result = from_working(picture, space, icc)
    assert block(result, "icc") == icc
    back = result.numpy() if deep else result.numpy() / 257
    assert steps_apart(pixels, back) <= 1


def test_red_of_p3_is_beyond_srgb_and_comes_out_at_its_edge() -> None:
    red = np.full((4, 4, 3), (255, 0, 0), np.uint8)
    result = from_working(from_array(red), Space.DISPLAY_P3, built_in_profile("srgb"))
    assert block(result, "icc") == built_in_profile("srgb")
    wide = from_working(from_array(red), Space.SRGB, pictures.display_p3()).numpy()[0, 0] / 257
    assert wide == pytest.approx((234, 51, 35), abs=2)


def test_srgb_without_a_profile_stays_without_and_p3_gets_one() -> None:
    picture = from_array(samples(colour=True, deep=False))
    assert block(from_working(picture, Space.SRGB, None), "icc") is None
    assert block(from_working(picture, Space.DISPLAY_P3, None), "icc") == built_in_profile("p3")


@pytest.mark.parametrize("icc", [b"", b"no profile", pictures.grey_profile()])
def test_a_profile_that_does_not_fit_is_replaced_by_that_of_the_pixels(icc: bytes) -> None:
    picture = from_array(samples(colour=True, deep=False))
    result = from_working(picture, Space.DISPLAY_P3, icc)
    assert block(result, "icc") == built_in_profile("p3")
    assert np.array_equal(result.numpy(), samples(colour=True, deep=False))


@pytest.mark.parametrize("kind", ["float", "uint", "short"])
def test_samples_that_are_no_colours_are_refused_with_a_way_out(kind: str) -> None:
    with pytest.raises(UnsupportedFormat, match="Export it as JPEG"):
        to_working(from_array(samples(colour=True, deep=False)).cast(kind))


def test_two_bands_are_no_photo() -> None:
    with pytest.raises(UnsupportedFormat):
        to_working(from_array(np.zeros((4, 5, 2), np.uint8)))


def test_lab_and_linear_light_become_what_they_were() -> None:
    pixels = samples(colour=True, deep=False) // 4 + 96
    lab, space = to_working(from_array(pixels).icc_import(input_profile="srgb", intent="relative", pcs="lab"))
    assert space is Space.DISPLAY_P3
    assert steps_apart(from_working(lab, space, built_in_profile("srgb")).numpy() / 257, pixels) <= 2
    linear, _ = to_working(from_array(pixels).colourspace("scrgb"))
    assert linear.format == "ushort"
    assert steps_apart(linear.numpy() / 257, pixels) <= 1
