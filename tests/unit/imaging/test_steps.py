"""Each step does its one thing, and tiles of it fit together."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from skimage import data

from rekindle.imaging.cleaning import both
from rekindle.imaging.measure.noise import measure_noise
from rekindle.imaging.nets.restorer import look
from rekindle.imaging.pipeline import margin_of, prepare, run
from rekindle.imaging.planes import tiles, to_planes, to_samples
from rekindle.imaging.steps.catalogue import steps_from_json, steps_to_json
from rekindle.imaging.steps.deblur import Deblur, inverse_kernel, prepare_deblur
from rekindle.imaging.steps.denoise import Denoise
from rekindle.imaging.steps.enlarge import Enlarge, allowed_factor, enlarge
from rekindle.imaging.steps.levels import Levels, prepare_levels
from rekindle.imaging.steps.repair import Repair, fill

PHOTO = np.ascontiguousarray(data.coffee())
EVERY = (Repair(), Denoise(), Deblur(9.0, 30.0), Levels(saturation=1.3), Enlarge(factor=4))


def psnr(one, other):
    error = np.mean((one.astype(float) - other) ** 2)
    return 99 if error == 0 else 10 * np.log10(255**2 / error)


def noisy(photo, sigma=14, seed=3):
    return np.clip(photo + np.random.default_rng(seed).normal(0, sigma, photo.shape), 0, 255).astype(np.uint8)


def applied(step, pixels):
    return run(pixels, prepare(pixels, [step], both(pixels, look(pixels))), lambda *_: None)


def test_steps_can_be_written_down_and_read_back():
    assert steps_from_json(json.loads(json.dumps(steps_to_json(EVERY)))) == EVERY


def test_a_step_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="no step named 'paint'"):
        steps_from_json([{"name": "paint"}])


def test_every_step_has_a_name_a_title_and_a_careful_variant():
    for step in EVERY:
        assert step.name
        assert step.title
        assert type(step.softened()) is type(step)


def test_denoising_gains_at_least_three_decibels_on_strong_noise():
    damaged = noisy(PHOTO)
    assert psnr(PHOTO, applied(Denoise(), damaged)) > psnr(PHOTO, damaged) + 3


def test_undoing_a_known_motion_gains_at_least_three_decibels():
    blurred = cv2.filter2D(PHOTO, -1, np.full((1, 9), 1 / 9, np.float32))
    assert psnr(PHOTO, applied(Deblur(9.0, 0.0), blurred)) > psnr(PHOTO, blurred) + 3


def test_the_kernel_that_undoes_motion_keeps_brightness():
    assert inverse_kernel(Deblur(9.0, 33.0)).sum() == pytest.approx(1, abs=1e-4)


def test_levels_bring_back_the_range_of_a_faded_photo():
    faded = (PHOTO * np.array([0.5, 0.45, 0.4]) + 50).astype(np.uint8)
    restored = applied(Levels(), faded)
    assert psnr(PHOTO, restored) > psnr(PHOTO, faded) + 5


def test_levels_keep_the_tone_of_a_sepia_print_when_asked():
    grey = data.camera()[..., None].astype(float)
    sepia = (grey * np.array([0.55, 0.48, 0.38]) + 40).astype(np.uint8)
    kept, neutral = applied(Levels(keep_tone=True), sepia), applied(Levels(), sepia)
    assert float((kept[..., 0].astype(int) - kept[..., 2]).mean()) > 15
    assert abs(float((neutral[..., 0].astype(int) - neutral[..., 2]).mean())) < 4


def test_a_neutral_grey_photo_gets_no_tint_from_any_step():
    grey = np.repeat((data.camera()[..., None] * 0.5 + 60).astype(np.uint8), 3, axis=2)
    steps = [Denoise(), Deblur(7.0, 20.0), Levels(saturation=1.5)]
    result = run(grey, prepare(grey, steps, both(grey, look(grey))), lambda *_: None).astype(int)
    assert np.abs(result[..., 0] - result[..., 2]).max() <= 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_repair_changes_the_damaged_pixels_and_no_others(dtype):
    scale = 1 if dtype == np.uint8 else 257
    photo = PHOTO.astype(dtype) * dtype(scale)
    mask = np.zeros(photo.shape[:2], bool)
    mask[:, 200:203] = True
    damaged = photo.copy()
    damaged[mask] = np.iinfo(dtype).max
    mended = fill(damaged, mask)
    assert np.array_equal(mended[~mask], damaged[~mask])
    assert psnr(photo / scale, mended / scale) > psnr(photo / scale, damaged / scale) + 6


def test_filling_in_stripes_equals_filling_at_once():
    tall = np.tile(PHOTO, (3, 1, 1))
    mask = np.zeros(tall.shape[:2], bool)
    mask[100:1100, 300:302] = True
    stripes = fill(tall, mask)
    whole = cv2.inpaint(tall, mask.astype(np.uint8), 4.0, cv2.INPAINT_TELEA)
    assert np.abs(stripes.astype(int) - whole)[mask].mean() < 1.5


def test_without_damage_repair_returns_the_same_array():
    assert fill(PHOTO, np.zeros(PHOTO.shape[:2], bool)) is PHOTO


@pytest.mark.parametrize(
    "make",
    [
        lambda p: prepare_deblur(p, Deblur(9.0, 30.0)),
        lambda p: prepare_levels(p, Levels(saturation=1.4)),
    ],
)
def test_tiles_leave_no_seams(make):
    damaged = noisy(PHOTO[:200, :300])
    filters = [make(damaged)]
    whole = to_samples(filters[0].apply(to_planes(damaged)), damaged).astype(int)
    pieces = np.empty_like(damaged)
    for tile in tiles(*damaged.shape[:2], side=64, margin=margin_of(filters)):
        planes = filters[0].apply(to_planes(damaged[tile.outer]))
        pieces[tile.target] = to_samples(planes[tile.inner], damaged)
    assert np.abs(pieces - whole).max() <= 1


def test_eight_and_sixteen_bits_give_the_same_picture():
    damaged = noisy(PHOTO)
    narrow = applied(Denoise(), damaged)
    wide = applied(Denoise(), damaged.astype(np.uint16) * 257)
    assert wide.dtype == np.uint16
    assert np.abs(wide / 257 - narrow).mean() < 0.5
    assert np.abs(wide / 257 - narrow).max() < 5


def test_nothing_to_run_returns_the_same_array():
    assert run(PHOTO, [], lambda *_: None) is PHOTO


@pytest.mark.parametrize("factor", [2, 4])
def test_enlarging_and_shrinking_gives_the_photo_back(factor):
    larger = enlarge(PHOTO, Enlarge(factor=factor, sharpen=0.0))
    assert larger.shape == (PHOTO.shape[0] * factor, PHOTO.shape[1] * factor, 3)
    assert psnr(PHOTO, cv2.resize(larger, PHOTO.shape[1::-1], interpolation=cv2.INTER_AREA)) > 30


def test_enlarging_in_tiles_leaves_no_seams():
    wide = np.tile(PHOTO, (1, 2, 1))
    tiled = enlarge(wide, Enlarge(factor=2, sharpen=0.0)).astype(int)
    whole = cv2.resize(wide, None, fx=2, fy=2, interpolation=cv2.INTER_LANCZOS4).astype(int)
    assert np.abs(tiled - whole).max() <= 1


def test_a_result_of_more_than_a_hundred_megapixels_is_not_made():
    assert allowed_factor(3000, 4000, 4) == 2
    assert allowed_factor(6000, 8000, 2) == 1


def test_a_careful_denoise_changes_less_than_a_strong_one():
    damaged = noisy(PHOTO)
    strong, careful = applied(Denoise(), damaged), applied(Denoise().softened(), damaged)
    assert psnr(damaged, careful) > psnr(damaged, strong)
    assert measure_noise(careful).luma < measure_noise(damaged).luma
    assert replace(Denoise(), amount=0.0).amount == 0
