"""What is believed of a picture that came back: not a broken, empty or unchanged one, nor one of something else."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from rekindle.imaging.faces import Face
from rekindle.imaging.image import Image, Samples
from rekindle.imaging.likeness import compare, faces_agree, is_again, is_blank, judge
from rekindle.imaging.structure import Fit, fit
from rekindle.imaging.working import save_working
from tests.pictures import encoded

ASTRONAUT: Samples = data.astronaut()
COFFEE: Samples = np.ascontiguousarray(data.coffee()[:, :400])
CHELSEA: Samples = data.chelsea()


def through_jpeg(pixels: Samples, quality: int) -> Samples:
    _, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(coded, cv2.IMREAD_COLOR)


def grey(pixels: Samples) -> Samples:
    return np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def faded(pixels: Samples) -> Samples:
    return np.round(70 + pixels * 0.5 * (1, 0.9, 0.7)).astype(np.uint8)


def test_a_photo_saved_again_is_the_photo_again() -> None:
    assert is_again(through_jpeg(ASTRONAUT, 85), ASTRONAUT)
    assert is_again(ASTRONAUT, ASTRONAUT)
    larger = cv2.resize(ASTRONAUT, (768, 768), interpolation=cv2.INTER_CUBIC)
    assert is_again(through_jpeg(larger, 90), ASTRONAUT)


def test_a_deep_photo_saved_flat_is_the_photo_again() -> None:
    assert is_again(ASTRONAUT, ASTRONAUT.astype(np.uint16) * 257)


def test_what_was_mended_is_not_the_photo_again() -> None:
    noisy = np.clip(ASTRONAUT + np.random.default_rng(1).normal(0, 14, ASTRONAUT.shape), 0, 255).astype(np.uint8)
    scratched = ASTRONAUT.copy()
    scratched[200:203, 60:400] = 255
    for before in (noisy, scratched, faded(ASTRONAUT), grey(ASTRONAUT)):
        assert not is_again(through_jpeg(ASTRONAUT, 92), before)


def test_an_empty_picture_is_blank_whatever_its_colour() -> None:
    for level in (0, 128, 255):
        assert is_blank(np.full((300, 400, 3), level, np.uint8), CHELSEA)
    assert not is_blank(faded(CHELSEA), CHELSEA)


def test_an_empty_picture_of_an_empty_photo_is_what_was_asked_for() -> None:
    wall = np.full((300, 400, 3), 128, np.uint8)
    assert not is_blank(wall, wall)


@pytest.mark.parametrize("photo", [ASTRONAUT, COFFEE, CHELSEA], ids=["astronaut", "coffee", "chelsea"])
def test_the_scene_is_recognised_in_other_tones_without_colours_and_cut(photo: Samples) -> None:
    height, width = photo.shape[:2]
    cropped = np.ascontiguousarray(photo[height // 20 : -height // 25, width // 25 :])
    square = cv2.resize(photo, (640, 640))
    for before, after in ((faded(photo), cropped), (grey(photo), square), (faded(photo), 255 - photo)):
        seen = compare(after, before, same_scene=True)
        assert seen.good, seen.reason
        assert seen.alike > 0.5


def test_another_photo_is_another_scene() -> None:
    for one, other in ((ASTRONAUT, COFFEE), (COFFEE, CHELSEA), (CHELSEA, ASTRONAUT)):
        seen = compare(one, other, same_scene=True)
        assert not seen.good
        assert seen.alike < 0.3
        assert compare(one, other, same_scene=False).good


def test_a_fit_says_where_a_part_lies() -> None:
    part = np.ascontiguousarray(ASTRONAUT[40:480, 30:470])
    found = fit(ASTRONAUT, part)
    assert (found.x, found.y) == pytest.approx((30 / 512, 40 / 512), abs=0.03)
    assert (found.width, found.height) == pytest.approx((440 / 512, 440 / 512), abs=0.04)


def test_faces_must_stay_where_they_were() -> None:
    here, there = Face(0.4, 0.4, 0.2, 0.2, 0.99), Face(0.1, 0.1, 0.2, 0.2, 0.99)
    whole = Fit(0.5)
    assert faces_agree((here,), (here,), whole)
    assert not faces_agree((here,), (there,), whole)
    assert not faces_agree((here,), (), whole)
    assert faces_agree((), (there,), whole)
    assert faces_agree((here,), (Face(0.3, 0.3, 0.4, 0.4, 0.9),), Fit(0.5, 0.25, 0.25, 0.5, 0.5))


def test_a_face_that_nobody_is_sure_of_proves_nothing() -> None:
    assert faces_agree((Face(0.4, 0.4, 0.2, 0.2, 0.9), Face(0.4, 0.4, 0.02, 0.02, 1.0)), (), Fit(0.5))


def test_files_are_judged_without_believing_them(tmp_path: Path) -> None:
    source, result = tmp_path / "source.tif", tmp_path / "result"
    save_working(Image(CHELSEA), source)
    told: list[str] = []
    for content in (b"<html>no</html>", b"", encoded("JPEG", ASTRONAUT)[:900], encoded("PNG", ASTRONAUT[:16]),
                    encoded("PNG", ASTRONAUT[:40])):  # fmt: skip
        result.write_bytes(content)
        seen = judge(result, source, same_scene=True)
        assert not seen.sane
        told.append(seen.reason)
    assert all(told)
    result.write_bytes(encoded("JPEG", 255 - CHELSEA))
    assert judge(result, source, same_scene=True).good
    result.write_bytes(encoded("JPEG", CHELSEA))
    assert judge(result, source, same_scene=True).same
