"""Styles: each looks like itself, keeps the size of the photo, and goes as far as it was asked to."""

from pathlib import Path

import numpy as np
import pytest
from skimage import data

from rekindle.imaging.image import Image, Samples
from rekindle.imaging.likeness import compare
from rekindle.imaging.making.restyling import LABELS, restyle, restyle_file
from rekindle.imaging.working import load_working, save_working
from rekindle.treatments.styles import Style

PHOTO: Samples = np.ascontiguousarray(data.astronaut()[:360])


def test_every_style_on_offer_can_be_made() -> None:
    assert set(LABELS) == set(Style)


@pytest.mark.parametrize("style", sorted(LABELS))
def test_a_style_changes_the_photo_and_keeps_its_scene_and_size(style: str) -> None:
    result, report = restyle(Image(PHOTO), style, 0.8)
    assert report.changed
    assert report.label == LABELS[style]
    assert result.pixels.shape == PHOTO.shape
    assert result.pixels.dtype == np.uint8
    assert np.abs(result.pixels.astype(int) - PHOTO).mean() > 3
    assert compare(result.pixels, PHOTO, same_scene=True).good
    assert np.array_equal(result.pixels, restyle(Image(PHOTO), style, 0.8)[0].pixels)


def test_styles_differ_from_one_another() -> None:
    made = [restyle(Image(PHOTO), style, 0.8)[0].pixels.astype(int) for style in sorted(LABELS)]
    for number, one in enumerate(made):
        for other in made[number + 1 :]:
            assert np.abs(one - other).mean() > 3


def test_pixel_art_has_few_colours_in_even_squares() -> None:
    art = restyle(Image(PHOTO), "pixels", 0.8)[0].pixels
    assert len(np.unique(art.reshape(-1, 3), axis=0)) <= 28
    side = 5
    assert np.array_equal(art[0::side][:70, 0::side][:, :100], art[side - 1 :: side][:70, side - 1 :: side][:, :100])


def test_a_smaller_amount_lets_the_photo_through() -> None:
    changes = [
        np.abs(restyle(Image(PHOTO), "oil", amount)[0].pixels.astype(int) - PHOTO).mean() for amount in (0.0, 0.3, 0.8)
    ]
    assert changes == sorted(changes)
    assert changes[0] == 0


def test_an_unknown_style_is_a_cartoon() -> None:
    assert restyle(Image(PHOTO), "nonsense", 0.8)[1].label == LABELS["cartoon"]


def test_files_of_sixteen_bits_and_alpha_are_fine(tmp_path: Path) -> None:
    source, target = tmp_path / "source.tif", tmp_path / "target.tif"
    alpha = np.full(PHOTO.shape[:2], 65535, np.uint16)
    save_working(Image(PHOTO.astype(np.uint16) * 257, alpha=alpha), source)
    report = restyle_file(source, target, "cartoon", 0.8)
    made = load_working(target)
    assert (made.width, made.height) == (report.width, report.height) == (PHOTO.shape[1], PHOTO.shape[0])
    assert made.alpha is not None
    assert made.alpha.min() == 255
