"""What is made better is told, what cannot be is left alone, and faces are treated gently."""

from pathlib import Path

import numpy as np
import pytest
from skimage import data

from rekindle.imaging.faces import find_faces, weight_of
from rekindle.imaging.image import Image, Samples
from rekindle.imaging.making.enhancing import Enhance, enhance, enhance_file
from rekindle.imaging.working import load_working, save_working

FACE: Samples = data.astronaut()
NOBODY: Samples = np.ascontiguousarray(data.coffee()[::2, ::2])
DARK = np.round(FACE * 0.35).astype(np.uint8)


def test_dark_photos_get_light_and_faces_do_not_burn_out() -> None:
    result, report = enhance(Image(DARK), Enhance("lighting"))
    weight = weight_of(find_faces(FACE), FACE.shape[:2]) > 0.9
    assert report.changed
    assert result.pixels.mean() > 1.3 * DARK.mean()
    assert DARK[weight].mean() < result.pixels[weight].mean() < 200
    assert (result.pixels[weight] > 250).mean() < 0.02


def test_grey_photos_stay_grey_in_better_light() -> None:
    grey = np.repeat(DARK[..., 1:2], 3, axis=2)
    result, _ = enhance(Image(grey, grey=True), Enhance("lighting"))
    assert result.grey
    assert np.ptp(result.pixels, axis=2).max() == 0


def test_the_look_of_an_example_brings_colours_nearer_to_it() -> None:
    result, report = enhance(Image(FACE), Enhance("style"), Image(NOBODY))
    wanted, before, after = (each.reshape(-1, 3).mean(axis=0) for each in (NOBODY, FACE, result.pixels))
    assert np.abs(after - wanted).sum() < 0.7 * np.abs(before - wanted).sum()
    assert report.facts["look"] == "example"
    assert enhance(Image(FACE), Enhance("style"))[1].facts["look"] == "film"


def test_behind_people_it_is_soft_and_they_are_sharp() -> None:
    result, report = enhance(Image(FACE), Enhance("background"))
    face = weight_of(find_faces(FACE), FACE.shape[:2]) > 0.9
    change = np.abs(result.pixels.astype(int) - FACE)
    assert report.changed
    assert change[face].mean() < 1
    assert change[20:200, 400:460].mean() > 4


def test_without_a_face_there_is_no_background() -> None:
    result, report = enhance(Image(NOBODY), Enhance("background"))
    assert not report.changed
    assert result.pixels is NOBODY
    assert "No face" in report.reason


def test_a_sentence_without_a_known_word_changes_nothing_and_says_so() -> None:
    result, report = enhance(Image(NOBODY), Enhance("custom", "put a dragon behind it"))
    assert not report.changed
    assert result.pixels is NOBODY
    assert report.facts["understood"] == []


def test_a_sentence_is_told_back() -> None:
    _, report = enhance(Image(NOBODY), Enhance("custom", "sharper and warmer please"))
    assert report.changed
    assert report.facts["understood"] == ["warmer", "sharper"]
    assert "warmer and sharper" in report.reason


@pytest.mark.parametrize("what", ["lighting", "style", "mood"])
def test_a_smaller_amount_changes_less_and_none_nothing_much(what: str) -> None:
    def change(amount: float) -> float:
        made = enhance(Image(NOBODY), Enhance(what, "golden", amount))[0].pixels
        return float(np.abs(made.astype(int) - NOBODY).mean())

    assert change(0.2) < change(0.8)
    assert change(0.0) < 2


def test_files_keep_depth_alpha_and_space(tmp_path: Path) -> None:
    source, target = tmp_path / "source.tif", tmp_path / "target.tif"
    alpha = np.full(NOBODY.shape[:2], 65535, np.uint16)
    alpha[:30] = 0
    save_working(Image(NOBODY.astype(np.uint16) * 257, alpha=alpha), source)
    report = enhance_file(source, target, Enhance("mood"))
    made = load_working(target)
    assert made.pixels.dtype == np.uint16
    assert made.alpha is not None
    assert np.array_equal(made.alpha, alpha)
    assert (report.width, report.height) == (made.width, made.height)
