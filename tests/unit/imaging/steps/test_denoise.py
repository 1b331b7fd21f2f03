"""Denoising takes noise away, keeps edges, and does nothing where there is nothing to take."""

import numpy as np
import pytest

from rekindle.imaging.cleaning import both
from rekindle.imaging.image import Samples
from rekindle.imaging.measure.blocks import measure_blockiness
from rekindle.imaging.nets.restorer import Seen, look
from rekindle.imaging.pipeline import prepare, run
from rekindle.imaging.planes import to_planes
from rekindle.imaging.steps.denoise import Denoise, prepare_denoise
from tests.damages import Pixels, compressed, deep, noisy, psnr, sample


def part(name: str) -> Pixels:
    return np.ascontiguousarray(sample(name)[40:200, 60:260])


def denoised(pixels: Samples, options: Denoise | None = None) -> Samples:
    return run(pixels, prepare(pixels, [options or Denoise()], both(pixels, look(pixels))), lambda *_: None)


@pytest.mark.parametrize(("sigma", "gain"), [(8, 2.0), (15, 4.5), (22, 6.0)])
@pytest.mark.parametrize("name", ["astronaut", "flower"])
def test_the_more_noise_the_more_is_gained(name: str, sigma: int, gain: float) -> None:
    clean = part(name)
    damaged = noisy(clean, sigma)
    assert psnr(denoised(damaged), clean) > psnr(damaged, clean) + gain


def test_an_edge_stays_as_steep_as_it_was() -> None:
    clean = np.full((160, 160, 3), 90, np.uint8)
    clean[:, 80:] = 170
    result = denoised(noisy(clean, 12)).astype(float)
    assert result[:, 79].mean() == pytest.approx(90, abs=4)
    assert result[:, 80].mean() == pytest.approx(170, abs=4)
    assert result[:, 10:70].std() < 3


def test_brightness_and_colour_of_an_area_stay() -> None:
    damaged = noisy(np.full((120, 120, 3), (180, 90, 60), np.uint8), 15)
    assert denoised(damaged).mean(axis=(0, 1)) == pytest.approx(damaged.mean(axis=(0, 1)), abs=1.5)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("level", [0.0, 0.4, 1.0])
def test_an_even_area_stays_as_good_as_it_was(dtype: type, level: float) -> None:
    even = np.full((60, 90, 3), level * np.iinfo(dtype).max, dtype)
    assert np.abs(denoised(even).astype(float) - even).max() <= 2 / 255 * np.iinfo(dtype).max


@pytest.mark.parametrize("shape", [(1, 1), (3, 50), (8, 8), (33, 17), (64, 1)])
def test_any_size_keeps_its_shape(shape: tuple[int, int]) -> None:
    picture = noisy(np.full((*shape, 3), 128, np.uint8), 10)
    assert denoised(picture).shape == picture.shape


def test_an_amount_of_nothing_is_no_change() -> None:
    damaged = noisy(part("chelsea"), 10)
    assert np.array_equal(denoised(damaged, Denoise(amount=0.0)), damaged)


def test_the_careful_variant_lies_between_the_input_and_the_strong_one() -> None:
    damaged = noisy(part("chelsea"), 12)
    strong, careful = denoised(damaged).astype(float), denoised(damaged, Denoise().softened()).astype(float)
    assert 0 < np.abs(careful - damaged).mean() < np.abs(strong - damaged).mean()


def test_twice_gives_the_same_picture_in_either_depth() -> None:
    damaged = noisy(part("flower"), 12)
    once = denoised(damaged)
    assert np.array_equal(denoised(damaged), once)
    apart = np.abs(denoised(deep(damaged)) / 257 - once)
    assert apart.mean() < 0.5
    assert apart.max() < 5


def test_blocks_of_compression_become_fewer() -> None:
    clean = part("chelsea")
    blocky = compressed(clean, 20)
    mended = denoised(blocky)
    assert measure_blockiness(mended) < 0.9 * measure_blockiness(blocky)
    assert psnr(mended, clean) > psnr(blocky, clean)


def fine_and_coarse(clean: Pixels) -> tuple[Pixels, Samples]:
    """A picture at which the network looks in half its size, with noise in every pixel."""
    large = np.repeat(np.repeat(clean, 2, axis=0), 2, axis=1)
    return large, noisy(large, 14)


def halved(pixels: Samples) -> Seen:
    height, width = (side // 2 for side in pixels.shape[:2])
    small = pixels.reshape(height, 2, width, 2, 3).mean(axis=(1, 3)).round().astype(np.uint8)
    seen = both(small, look(small))
    return Seen(2, seen.change)


def test_the_finest_octave_of_a_large_picture_is_cleaned_too() -> None:
    large, damaged = fine_and_coarse(part("flower"))
    result = run(damaged, [prepare_denoise(damaged, Denoise(), halved(damaged))], lambda *_: None)
    assert psnr(result, large) > psnr(damaged, large) + 5


def test_tiles_of_a_large_picture_leave_no_seams() -> None:
    _, damaged = fine_and_coarse(part("chelsea"))
    denoise = prepare_denoise(damaged, Denoise(), halved(damaged))
    height, width = damaged.shape[:2]
    whole = denoise.at(to_planes(damaged), (slice(0, height), slice(0, width)))
    left = denoise.at(to_planes(damaged[:, 80:200]), (slice(0, height), slice(80, 200)))
    inner = slice(denoise.margin, 120 - denoise.margin)
    assert np.abs(left[:, inner] - whole[:, 80:200][:, inner]).max() < 0.5 / 255
