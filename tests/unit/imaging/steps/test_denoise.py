"""Denoising takes noise away, keeps edges, and does nothing where there is nothing to take."""

import numpy as np
import pytest

from rekindle.imaging.image import Samples
from rekindle.imaging.measure.blocks import measure_blockiness
from rekindle.imaging.measure.noise import Noise, measure_noise
from rekindle.imaging.pipeline import Tools, prepare, run
from rekindle.imaging.planes import to_planes
from rekindle.imaging.steps.denoise import Denoise, prepare_denoise, shrink
from tests.damages import Pixels, compressed, deep, noisy, psnr, sample


def part(name: str) -> Pixels:
    return np.ascontiguousarray(sample(name)[40:200, 60:260])


def denoised(pixels: Samples, options: Denoise | None = None) -> Samples:
    return run(pixels, prepare(pixels, [options or Denoise()], Tools()), lambda *_: None)


@pytest.mark.parametrize(("sigma", "gain"), [(5, 2.0), (10, 4.5), (20, 6.5)])
@pytest.mark.parametrize("name", ["astronaut", "flower"])
def test_the_more_noise_the_more_is_gained(name: str, sigma: int, gain: float) -> None:
    clean = part(name)
    damaged = noisy(clean, sigma)
    assert psnr(denoised(damaged), clean) > psnr(damaged, clean) + gain


def test_an_edge_stays_as_steep_as_it_was() -> None:
    clean = np.full((160, 160, 3), 90, np.uint8)
    clean[:, 80:] = 170
    result = denoised(noisy(clean, 12)).astype(float)
    assert result[:, 79].mean() == pytest.approx(90, abs=2)
    assert result[:, 80].mean() == pytest.approx(170, abs=2)
    assert result[:, 10:70].std() < 2


def test_brightness_and_colour_of_an_area_stay() -> None:
    damaged = noisy(np.full((120, 120, 3), (180, 90, 60), np.uint8), 15)
    assert denoised(damaged).mean(axis=(0, 1)) == pytest.approx(damaged.mean(axis=(0, 1)), abs=0.3)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("level", [0.0, 0.4, 1.0])
def test_an_even_area_comes_back_as_it_was(dtype: type, level: float) -> None:
    even = np.full((60, 90, 3), level * np.iinfo(dtype).max, dtype)
    assert np.array_equal(denoised(even), even)


@pytest.mark.parametrize("shape", [(1, 1), (3, 50), (8, 8), (33, 17), (64, 1)])
def test_any_size_keeps_its_shape(shape: tuple[int, int]) -> None:
    picture = noisy(np.full((*shape, 3), 128, np.uint8), 10)
    assert denoised(picture).shape == picture.shape


def test_none_of_the_noise_assumed_means_no_change() -> None:
    damaged = noisy(part("chelsea"), 10)
    assert np.array_equal(denoised(damaged, Denoise(luma=0.0, chroma=0.0)), damaged)


def test_colour_noise_goes_alone_when_only_that_is_asked_for() -> None:
    damaged = noisy(part("chelsea"), 12)
    before, after = measure_noise(damaged), measure_noise(denoised(damaged, Denoise(luma=0.0)))
    assert after.chroma < 0.35 * before.chroma
    assert after.luma > 0.9 * before.luma


def test_twice_gives_the_same_picture_in_either_depth() -> None:
    damaged = noisy(part("flower"), 8)
    once = denoised(damaged)
    assert np.array_equal(denoised(damaged), once)
    assert np.abs(denoised(deep(damaged)) / 257 - once).max() <= 0.51


def test_blocks_of_compression_become_fewer() -> None:
    blocky = compressed(part("chelsea"), 20)
    assert measure_blockiness(denoised(blocky)) < 0.8 * measure_blockiness(blocky)


def test_the_quick_way_for_large_pictures_gives_a_little_less() -> None:
    clean = part("flower")
    damaged = noisy(clean, 15)
    noise, planes = measure_noise(damaged), to_planes(damaged)
    slow, quick = (psnr(shrink(planes, noise, quick=quick) * 255, clean) for quick in (False, True))
    assert psnr(damaged, clean) + 4 < quick < slow + 0.3
    assert slow - quick < 1.5


def test_without_noise_the_planes_come_back() -> None:
    planes = to_planes(part("chelsea"))
    assert np.allclose(shrink(planes, Noise(np.zeros((3, 64), np.float32))), planes, atol=1e-6)


def test_what_a_pixel_becomes_depends_on_no_more_than_the_margin() -> None:
    damaged = noisy(part("chelsea"), 12)
    denoise = prepare_denoise(damaged, Denoise())
    planes = to_planes(damaged)
    other = planes.copy()
    other[:, 120:] = 0.9
    untouched = slice(0, 120 - denoise.margin)
    assert np.allclose(denoise.apply(other)[:, untouched], denoise.apply(planes)[:, untouched], atol=1e-5)
