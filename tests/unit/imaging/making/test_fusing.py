"""Several photos become one: of one scene the best of each, of several a collage or a montage, and it is told which."""

from pathlib import Path

import cv2
import numpy as np
from skimage import data

from rekindle.imaging.faces import find_faces
from rekindle.imaging.image import Image, Samples
from rekindle.imaging.making.aligning import lay
from rekindle.imaging.making.fusing import fuse, fuse_file
from rekindle.imaging.making.together import bring_together
from rekindle.imaging.working import load_working, save_working

SCENE: Samples = cv2.resize(data.coffee(), (720, 480))
PERSON: Samples = data.astronaut()


def glare(pixels: Samples, x: int, y: int) -> Samples:
    """A soft white reflection."""
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    share = 0.8 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 70**2)[..., None]
    return np.round(pixels * (1 - share) + 235 * share).astype(np.uint8)


def moved(pixels: Samples, angle: float, x: float, y: float) -> Samples:
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.02)
    matrix[:, 2] += (x, y)
    return cv2.warpAffine(pixels, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)


def difference(one: Samples, other: Samples) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def test_photos_of_one_scene_are_found_and_laid_on_one_another() -> None:
    laid = lay(SCENE, moved(SCENE, 2, 11, -7))
    assert laid is not None
    assert difference(laid.pixels[laid.covered], SCENE[laid.covered]) < 4
    assert lay(SCENE, PERSON) is None


def test_reflections_that_only_one_photo_has_go() -> None:
    one, two = glare(SCENE, 200, 160), glare(moved(SCENE, 1.5, 9, -6), 480, 280)
    result, report = fuse([Image(one), Image(two)])
    assert report.facts["scene"] == "same"
    assert report.label == "a blend"
    assert result.pixels.shape == SCENE.shape
    assert difference(result.pixels, SCENE) < 0.5 * difference(one, SCENE)


def test_of_three_exposures_each_gives_what_it_shows_best() -> None:
    bracket = [np.clip(SCENE * gain, 0, 255).astype(np.uint8) for gain in (0.4, 1.0, 2.4)]
    result, report = fuse([Image(each) for each in bracket])
    assert report.facts["by"] == "exposure"
    burnt, dark = (float((result.pixels.max(axis=2) >= 254).mean()), float((result.pixels.max(axis=2) < 12).mean()))
    assert burnt < 0.5 * (bracket[2].max(axis=2) >= 254).mean()
    assert dark <= (bracket[0].max(axis=2) < 12).mean()


def test_different_scenes_are_put_side_by_side_and_said_to_be() -> None:
    result, report = fuse([Image(PERSON), Image(SCENE), Image(data.chelsea())])
    assert report.facts["scene"] == "different"
    assert report.label == "a collage"
    assert "different scenes" in report.reason
    assert result.width > result.height


def test_twelve_photos_make_a_sheet() -> None:
    small = [Image(np.ascontiguousarray(np.roll(SCENE, 40 * n, axis=2)[::4, ::4])) for n in range(11)]
    result, report = fuse([Image(PERSON), *small])
    assert report.facts["photos"] == 12
    assert max(result.width, result.height) <= 2400


def test_people_of_two_photos_stand_before_one_backdrop_and_it_is_called_a_montage() -> None:
    turned = np.ascontiguousarray(np.round(PERSON[:, ::-1] * (0.8, 0.9, 1.0)).astype(np.uint8))
    result, report = bring_together([Image(PERSON), Image(turned)])
    assert report.label == "a montage"
    assert "montage" in report.reason
    assert len(find_faces(result.pixels)) == 2


def test_a_photo_without_a_face_is_left_out_and_told() -> None:
    _, report = bring_together([Image(PERSON), Image(SCENE), Image(np.ascontiguousarray(PERSON[:, ::-1]))])
    assert report.facts["left_out"] == 1
    assert "left out" in report.reason


def test_without_two_faces_it_is_a_collage() -> None:
    _, report = bring_together([Image(PERSON), Image(SCENE)])
    assert report.label == "a collage"
    assert "fewer than two" in report.reason


def test_files_of_different_depth_are_fused(tmp_path: Path) -> None:
    paths = [tmp_path / "one.tif", tmp_path / "two.tif"]
    save_working(Image(SCENE.astype(np.uint16) * 257), paths[0])
    save_working(Image(glare(SCENE, 300, 200)), paths[1])
    report = fuse_file(paths, tmp_path / "target.tif")
    assert report.facts["scene"] == "same"
    assert load_working(tmp_path / "target.tif").pixels.dtype == np.uint16
