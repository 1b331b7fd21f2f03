"""The judge of faded tones: sound for any picture, and right about photographs that it has never seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.pipeline import prepare, run
from rekindle.imaging.planes import to_planes
from rekindle.imaging.steps.levels import Levels
from rekindle.imaging.steps.tone_model import TONE_FILE, Curves, describe, ends, judge, network, unfold
from tests.damages import Pixels, deep, noisy, psnr, sample

LEARNED = Levels(learned=True)
PICTURES = arrays.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3)))


def levelled(pixels: Samples, options: Levels = LEARNED) -> Samples:
    return run(pixels, prepare(pixels, [options], None), lambda *_: None)


def faded(pixels: Pixels, colour: float, low: float, high: float, tint: tuple[float, float, float]) -> Pixels:
    grey = pixels @ np.array([0.299, 0.587, 0.114])
    planes = low + (high - low) * (grey[..., None] + colour * (pixels - grey[..., None])) / 255
    return np.round(planes * np.array(tint) * 255).astype(np.uint8)


def flat(pixels: Pixels) -> Planes:
    return to_planes(pixels).reshape(-1, 3)


@settings(max_examples=60, deadline=None)
@given(pixels=PICTURES)
def test_any_picture_gets_curves_within_sense(pixels: Pixels) -> None:
    curves = judge(flat(pixels))
    assert np.all((curves.low >= 0) & (curves.high <= 1.05) & (curves.low < curves.high))
    assert np.all((curves.gamma > 0.5) & (curves.gamma < 2))
    assert np.all((curves.saturation >= 0.9) & (curves.saturation <= 2.4))
    made = curves.apply(flat(pixels))
    assert np.all(np.isfinite(made))
    assert made.min() >= 0
    assert made.max() <= 1


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "rocket", "china", "flower"])
@pytest.mark.parametrize("fading", [(0.5, 0.2, 0.75, (1, 0.93, 0.8)), (0.7, 0.12, 0.7, (1, 1, 1))])
def test_a_faded_photo_comes_closer_to_what_it_was(name: str, fading: tuple[float, float, float, tuple]) -> None:
    clean = sample(name)
    before = faded(clean, *fading)
    assert psnr(levelled(before), clean) > psnr(before, clean) - 0.1


def test_on_average_it_gains_more_than_full_range_does() -> None:
    names = ("astronaut", "coffee", "chelsea", "rocket", "china", "flower")
    pairs = [(sample(name), faded(sample(name), 0.5, 0.2, 0.75, (1, 0.93, 0.8))) for name in names]
    judged, stretched = (
        np.mean([psnr(levelled(before, options), clean) for clean, before in pairs]) for options in (LEARNED, Levels())
    )
    assert judged > stretched + 1


def test_the_order_of_the_pixels_does_not_matter() -> None:
    pixels = flat(faded(sample("coffee"), 0.5, 0.2, 0.75, (1, 0.9, 0.8)))[:5000]
    shuffled = np.random.default_rng(1).permutation(pixels)
    assert np.allclose(describe(pixels[None]), describe(shuffled[None]), atol=1e-4)
    assert np.allclose(judge(pixels).low, judge(shuffled).low, atol=1e-4)


def test_many_pictures_are_described_as_each_alone() -> None:
    pixels = np.random.default_rng(2).random((3, 400, 3)).astype(np.float32)
    together = describe(pixels)
    assert together.shape == (3, 79)
    assert np.allclose(together[1], describe(pixels[1:2])[0], atol=1e-5)


def test_without_a_say_the_curves_stay_between_the_tones_and_the_ends() -> None:
    pixels = np.random.default_rng(3).uniform(0.2, 0.7, (1, 1000, 3)).astype(np.float32)
    low, high = ends(pixels)
    curves = unfold(np.zeros((1, 8), np.float32), low, high)
    assert np.allclose(curves.low[0, 0], low[0] / 2)
    assert np.allclose(curves.high[0, 0], (1 + high[0]) / 2)
    assert curves.gamma[0, 0, 0] == 1


def test_curves_that_say_nothing_change_nothing() -> None:
    same = Curves(*(np.full(n, v, np.float32) for n, v in ((3, 0), (3, 1), (1, 1), (1, 1))))
    planes = flat(sample("coffee"))
    assert np.allclose(same.apply(planes), planes, atol=1e-6)


@pytest.mark.parametrize("keep", [True, False])
def test_a_grey_photo_stays_neutral(keep: bool) -> None:
    grey = faded(sample("camera"), 0, 0.2, 0.7, (1, 1, 1))
    result = levelled(grey, Levels(learned=True, keep_tone=keep)).astype(int)
    assert np.abs(result[..., 0] - result[..., 2]).max() <= 1
    assert result.std() > 1.2 * grey.std()


def test_a_sepia_print_keeps_its_tone_when_asked_and_loses_it_otherwise() -> None:
    sepia = noisy(faded(sample("camera"), 0, 0.12, 0.75, (1, 0.85, 0.65)), 3, grey=True)
    kept, neutral = (levelled(sepia, Levels(learned=True, keep_tone=k)).astype(float) for k in (True, False))
    tint = (sepia[..., 0].astype(float) - sepia[..., 2]).mean()
    assert (kept[..., 0] - kept[..., 2]).mean() > 0.8 * tint
    assert abs((neutral[..., 0] - neutral[..., 2]).mean()) < 0.4 * tint
    assert kept.std() > sepia.std()


def test_sixteen_bits_become_the_same_as_eight() -> None:
    pale = faded(sample("chelsea"), 0.5, 0.2, 0.7, (1, 0.9, 0.8))
    assert np.abs(levelled(deep(pale)) / 257 - levelled(pale)).max() <= 0.6


def test_no_amount_means_no_change() -> None:
    assert np.array_equal(levelled(sample("coffee"), Levels(learned=True, amount=0.0)), sample("coffee"))


@pytest.mark.parametrize("level", [0, 90, 255])
def test_one_level_alone_stays_a_single_level(level: int) -> None:
    assert len(np.unique(levelled(np.full((20, 20, 3), level, np.uint8)))) == 1


def test_contrast_grows_no_more_than_the_limit() -> None:
    pale = faded(sample("coffee"), 0.5, 0.4, 0.6, (1, 1, 1))
    results = (levelled(pale, Levels(learned=True, max_gain=limit)) for limit in (1.2, 3.0))
    before, narrow, wide = (picture.mean(axis=2).std() for picture in (pale, *results))
    assert narrow < 1.3 * before < wide


def test_the_weights_are_small_and_hold_numbers_alone() -> None:
    assert TONE_FILE.stat().st_size < 200_000
    assert all(np.all(np.isfinite(layer)) and layer.dtype == np.float32 for layer in network().layers)
