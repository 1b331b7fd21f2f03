"""Fading that is known is undone, gains stay within their limit, and a tint stays when it should."""

import numpy as np
import pytest

from rekindle.imaging.image import Samples
from rekindle.imaging.pipeline import prepare, run
from rekindle.imaging.steps.levels import Levels, prepare_levels, saturate
from tests.damages import Pixels, deep, psnr, sample


def levelled(pixels: Samples, options: Levels) -> Samples:
    return run(pixels, prepare(pixels, [options], None), lambda *_: None)


def faded(pixels: Pixels, gains: tuple[float, float, float], lift: float) -> Pixels:
    return np.clip(np.round(pixels * np.array(gains) + lift), 0, 255).astype(np.uint8)


def ramp(low: int, high: int) -> Pixels:
    return np.repeat(np.linspace(low, high, 4000).round().astype(np.uint8).reshape(50, 80, 1), 3, axis=2)


@pytest.mark.parametrize("gains", [(0.5, 0.5, 0.5), (0.6, 0.5, 0.4), (0.45, 0.6, 0.6)])
def test_a_known_fading_is_undone(gains: tuple[float, float, float]) -> None:
    clean = sample("coffee")
    assert psnr(levelled(faded(clean, gains, 60), Levels()), clean) > 27


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_ramp_fills_the_range_and_stays_straight(dtype: type) -> None:
    top = np.iinfo(dtype).max
    narrow = ramp(80, 200) if dtype is np.uint8 else deep(ramp(80, 200))
    result = levelled(narrow, Levels())
    assert (result.dtype, result.shape, result.min(), result.max()) == (narrow.dtype, narrow.shape, 0, top)
    flat = result[..., 0].ravel().astype(int)
    assert np.all(np.diff(flat) >= 0)
    assert flat[2000] == pytest.approx(top / 2, abs=0.01 * top)


def test_half_the_amount_goes_half_the_way() -> None:
    whole, half = levelled(ramp(85, 170), Levels()), levelled(ramp(85, 170), Levels(amount=0.5))
    assert int(half.max()) - int(half.min()) == pytest.approx((85 + 255) / 2, abs=4)
    assert int(whole.max()) - int(whole.min()) == 255


def test_no_amount_means_no_change() -> None:
    assert np.array_equal(levelled(sample("coffee"), Levels(amount=0.0)), sample("coffee"))


@pytest.mark.parametrize("limit", [1.5, 2.0, 3.0])
def test_contrast_grows_no_more_than_the_limit_around_the_same_middle(limit: float) -> None:
    result = levelled(ramp(120, 140), Levels(max_gain=limit)).astype(int)
    assert result.max() - result.min() == pytest.approx(20 * limit, abs=2)
    assert result.mean() == pytest.approx(127.5, abs=2)


@pytest.mark.parametrize("level", [0, 90, 255])
def test_one_level_alone_stays_a_single_level(level: int) -> None:
    result = levelled(np.full((20, 20, 3), level, np.uint8), Levels())
    assert len(np.unique(result)) == 1


def test_full_range_is_left_as_it_is() -> None:
    full = ramp(0, 255)
    assert np.abs(levelled(full, Levels()).astype(int) - full).max() <= 2


def test_a_kept_tone_keeps_the_ratio_of_the_channels() -> None:
    sepia = faded(sample("camera"), (0.6, 0.5, 0.4), 0)
    kept = levelled(sepia, Levels(keep_tone=True)).astype(float)
    tones = kept.reshape(-1, 3)[(kept.min(axis=2) > 20).ravel() & (kept.max(axis=2) < 250).ravel()]
    assert (tones[:, 1] / tones[:, 0]).mean() == pytest.approx(5 / 6, abs=0.03)
    assert (tones[:, 2] / tones[:, 0]).mean() == pytest.approx(4 / 6, abs=0.03)
    assert kept.std() > 1.5 * sepia.std()


def test_a_cast_goes_when_the_tone_need_not_stay() -> None:
    reddish = faded(sample("camera"), (0.7, 0.6, 0.6), 30)
    reddish[..., 0] += 25
    assert reddish[..., 0].mean() - reddish[..., 2].mean() > 30
    result = levelled(reddish, Levels()).astype(float)
    assert abs(result[..., 0].mean() - result[..., 2].mean()) < 3


def test_saturation_multiplies_colour_and_leaves_lightness() -> None:
    planes = np.random.default_rng(1).uniform(0.3, 0.6, (30, 30, 3)).astype(np.float32)
    grey = planes @ np.array([0.299, 0.587, 0.114], np.float32)
    assert saturate(planes, 1) is planes
    assert np.allclose(saturate(planes, 0), grey[..., None], atol=1e-6)
    assert np.allclose(saturate(planes, 1.5) - grey[..., None], 1.5 * (planes - grey[..., None]), atol=1e-5)


def test_eight_and_sixteen_bits_become_the_same() -> None:
    pale = faded(sample("chelsea"), (0.5, 0.45, 0.5), 70)
    options = Levels(saturation=1.2)
    assert np.abs(levelled(deep(pale), options) / 257 - levelled(pale, options)).max() <= 0.6


def test_large_pictures_are_measured_on_a_small_copy_alike() -> None:
    pale = faded(sample("flower"), (0.5, 0.5, 0.5), 60)
    large = np.kron(pale, np.ones((3, 3, 1), np.uint8))
    planes = np.linspace(0.2, 0.8, 300, dtype=np.float32).reshape(10, 10, 3)
    small, big = (prepare_levels(pixels, Levels()).apply(planes) for pixels in (pale, large))
    assert np.abs(small - big).max() < 0.03
