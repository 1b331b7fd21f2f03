"""Restoring a picture from end to end: what is damaged gets better, what is not stays as it was."""

import dataclasses
import json

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from rekindle.imaging.image import Image, Space
from rekindle.imaging.marks import Marks
from rekindle.imaging.measures import measure
from rekindle.imaging.restoration import restore, restore_file
from rekindle.imaging.steps.denoise import Denoise
from rekindle.imaging.steps.enlarge import Enlarge
from rekindle.imaging.steps.levels import Levels
from rekindle.imaging.steps.repair import Repair, grown
from rekindle.imaging.strength import Strength
from rekindle.imaging.working import load_working, save_working
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import diagnose
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Wishes, plan
from tests.damages import scratched

PHOTO = np.ascontiguousarray(data.coffee())
SMALL = np.ascontiguousarray(PHOTO[:200, :300])


def psnr(one, other):
    error = np.mean((one.astype(float) - other) ** 2)
    return 99 if error == 0 else 10 * np.log10(255**2 / error)


def noisy(photo=PHOTO):
    return np.clip(photo + np.random.default_rng(4).normal(0, 14, photo.shape), 0, 255).astype(np.uint8)


def through(pixels):
    image = Image(pixels)
    diagnosis = diagnose(measure(image))
    return diagnosis, restore(image, plan(Operation.RESTORE, diagnosis, Wishes()).steps)


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
def test_an_undamaged_photo_comes_back_as_the_very_same_pixels(name):
    photo = np.ascontiguousarray(getattr(data, name)())
    diagnosis, restored = through(photo)
    assert diagnosis.main.degradation == Degradation.NONE
    assert restored.image.pixels is photo
    assert restored.chosen == "input"


def test_noise_is_found_and_removed():
    diagnosis, restored = through(noisy())
    assert diagnosis.find(Degradation.LOW_QUALITY)
    assert psnr(PHOTO, restored.image.pixels) > psnr(PHOTO, noisy()) + 3


def test_fading_is_found_and_undone():
    faded = (PHOTO * np.array([0.5, 0.45, 0.4]) + 50).astype(np.uint8)
    diagnosis, restored = through(faded)
    assert diagnosis.main.degradation == Degradation.FADING
    assert psnr(PHOTO, restored.image.pixels) > psnr(PHOTO, faded) + 3.5


def test_a_strength_is_kept_to():
    careful = restore(Image(noisy(SMALL)), [Denoise()], strength=Strength.CAREFUL)
    strong = restore(Image(noisy(SMALL)), [Denoise()], strength=Strength.STRONG)
    assert careful.chosen in {"careful", "input"}
    assert strong.chosen in {"strong", "input"}
    assert set(careful.scores) == {"input", "careful"}


def test_only_the_damaged_pixels_change_when_only_damage_is_mended():
    mask = np.zeros(PHOTO.shape[:2], bool)
    mask[:, 300:303] = True
    restored = restore(Image(PHOTO), [Repair(grow=0)], mask=mask)
    assert restored.chosen == "careful"
    assert np.array_equal(restored.image.pixels[~mask], PHOTO[~mask])
    assert [step.name for step in restored.steps_done] == ["repair"]
    assert np.array_equal(restored.mask, mask)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=12, deadline=None)
def test_with_another_mask_nothing_changes_outside_both_masks(seed):
    random = np.random.default_rng(seed)
    photo = noisy(np.ascontiguousarray(SMALL[:120, :160]))
    steps = [Repair(grow=int(random.integers(4))), Denoise(), Levels(saturation=1.2)]
    first, second = (strokes(random, photo.shape[:2]) for _ in range(2))
    one, other = (restore(Image(photo), steps, mask=mask).image.pixels for mask in (first, second))
    outside = ~(grown(first, steps[0].grow) | grown(second, steps[0].grow))
    assert np.array_equal(one[outside], other[outside])


def strokes(random, shape):
    mask = np.zeros(shape, np.uint8)
    for _ in range(int(random.integers(0, 4))):
        ends = [(int(random.integers(shape[1])), int(random.integers(shape[0]))) for _ in range(2)]
        cv2.line(mask, *ends, 1, int(random.integers(1, 12)))
    return mask > 0


def test_the_mask_that_was_found_gives_the_same_picture_when_it_is_given():
    damaged, _ = scratched(PHOTO)
    found = restore(Image(damaged), [Repair()])
    assert found.mask is not None
    given_back = restore(Image(damaged), [Repair()], mask=found.mask)
    assert np.array_equal(given_back.image.pixels, found.image.pixels)


def test_an_empty_mask_means_that_nothing_is_filled():
    damaged, _ = scratched(PHOTO)
    restored = restore(Image(damaged), [Repair()], mask=np.zeros(damaged.shape[:2], bool))
    assert restored.image.pixels is damaged
    assert restored.mask is None


def test_masks_come_from_files_and_go_to_files(tmp_path):
    source, target, found = tmp_path / "in.tif", tmp_path / "out.tif", tmp_path / "mask.png"
    damaged, _ = scratched(PHOTO)
    save_working(Image(damaged), source)
    report = restore_file(source, target, [Repair()], Strength.AUTO, Marks(found=found))
    assert 0.001 < report.mask_share < 0.1
    again = restore_file(source, tmp_path / "again.tif", [Repair()], Strength.AUTO, Marks(given=found))
    assert again.mask_share == report.mask_share
    assert np.array_equal(load_working(target).pixels, load_working(tmp_path / "again.tif").pixels)


def test_space_alpha_and_sixteen_bits_stay():
    pixels = noisy(SMALL).astype(np.uint16) * 257
    alpha = np.full(pixels.shape[:2], 65535, np.uint16)
    image = Image(pixels, space=Space.DISPLAY_P3, alpha=alpha)
    restored = restore(image, [Denoise(), Enlarge(factor=2)]).image
    assert restored.pixels.dtype == np.uint16
    assert restored.space == Space.DISPLAY_P3
    assert restored.alpha is not None
    assert restored.alpha.shape == restored.pixels.shape[:2] == (pixels.shape[0] * 2, pixels.shape[1] * 2)


def test_a_grey_file_stays_exactly_grey():
    grey = np.repeat((data.camera()[:256, :256, None] * 0.5 + 60).astype(np.uint8), 3, axis=2)
    pixels = restore(Image(grey, grey=True), [Denoise(), Levels(saturation=1.4)]).image.pixels
    assert np.array_equal(pixels[..., 0], pixels[..., 1])
    assert np.array_equal(pixels[..., 0], pixels[..., 2])


def test_progress_rises_from_zero_to_one():
    seen = []
    restore(Image(noisy(SMALL)), [Repair(), Denoise()], progress=lambda stage, share: seen.append((stage, share)))
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < 0.1
    assert shares[-1] == 1.0


def test_files_are_restored_with_a_report_that_can_be_written_down(tmp_path):
    source, target = tmp_path / "in.tif", tmp_path / "out.tif"
    save_working(Image(noisy(SMALL)), source)
    report = restore_file(source, target, [Denoise(), Enlarge(factor=2)], Strength.AUTO)
    json.dumps(dataclasses.asdict(report), allow_nan=False)
    assert (report.width, report.height) == (SMALL.shape[1] * 2, SMALL.shape[0] * 2)
    assert load_working(target).pixels.shape == (report.height, report.width, 3)


@pytest.mark.slow
def test_the_mask_that_was_found_on_a_large_photo_gives_the_same_picture_when_it_is_given():
    large = cv2.resize(scratched(PHOTO)[0], None, fx=4.3, fy=4.3, interpolation=cv2.INTER_LINEAR)
    found = restore(Image(large), [Repair()])
    again = restore(Image(large), [Repair()], mask=found.mask)
    assert large.shape[0] * large.shape[1] > 4_000_000
    assert found.mask is not None
    assert np.array_equal(found.image.pixels, again.image.pixels)
