"""Restoring a picture from end to end: what is damaged gets better, what is not stays as it was."""

import dataclasses
import json

import numpy as np
import pytest
from skimage import data

from rekindle.imaging.image import Image, Space
from rekindle.imaging.measures import measure
from rekindle.imaging.pipeline import Tools
from rekindle.imaging.restoration import measure_file, restore, restore_file
from rekindle.imaging.steps.denoise import Denoise
from rekindle.imaging.steps.enlarge import Enlarge
from rekindle.imaging.steps.levels import Levels
from rekindle.imaging.steps.repair import Repair
from rekindle.imaging.strength import Strength
from rekindle.imaging.working import load_working, save_working
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import diagnose
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Wishes, plan

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
    restored = restore(Image(PHOTO), [Repair(grow=0)], tools=Tools(find_damage=lambda _: mask))
    assert restored.chosen == "careful"
    assert np.array_equal(restored.image.pixels[~mask], PHOTO[~mask])
    assert [step.name for step in restored.steps_done] == ["repair"]


def test_another_denoiser_can_take_the_place_of_ours():
    calls = []

    def denoiser(pixels, options):
        calls.append((pixels.shape, options))
        return Tools().denoiser(pixels, options)

    restore(Image(noisy(SMALL)), [Denoise()], tools=Tools(denoiser=denoiser))
    assert calls


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
    assert measure_file(source).noise_sigma > 0.015
    report = restore_file(source, target, [Denoise(), Enlarge(factor=2)], Strength.AUTO)
    json.dumps(dataclasses.asdict(report), allow_nan=False)
    assert (report.width, report.height) == (SMALL.shape[1] * 2, SMALL.shape[0] * 2)
    assert load_working(target).pixels.shape == (report.height, report.width, 3)
