"""The mean of two opinions on what is noise."""

import numpy as np
import pytest

from rekindle.imaging.cleaning import assumed, both, shrink
from rekindle.imaging.measure.noise import Noise, measure_noise
from rekindle.imaging.nets.restorer import Seen, look
from rekindle.imaging.planes import to_planes
from tests.damages import Pixels, changed_by, noisy, psnr, sample


def part(name: str) -> Pixels:
    return np.ascontiguousarray(sample(name)[40:200, 60:260])


@pytest.mark.parametrize("sigma", [10, 20])
@pytest.mark.parametrize("name", ["astronaut", "flower", "chelsea"])
def test_the_mean_is_never_much_worse_than_the_better_one_and_better_than_the_input(name: str, sigma: int) -> None:
    clean = part(name)
    damaged = noisy(clean, sigma)
    seen = look(damaged)
    together = psnr(changed_by(damaged, both(damaged, seen).change), clean)
    assert together > psnr(damaged, clean) + 1
    assert together > psnr(changed_by(damaged, seen.change), clean) - 0.2


def test_the_shrinkage_takes_most_of_fresh_noise() -> None:
    damaged = noisy(part("flower"), 15)
    result = shrink(to_planes(damaged), assumed(damaged)) * 255
    assert psnr(result, part("flower")) > psnr(damaged, part("flower")) + 4
    assert measure_noise(np.clip(result, 0, 255).astype(np.uint8)).luma < 0.4 * measure_noise(damaged).luma


def test_without_noise_the_planes_come_back() -> None:
    planes = to_planes(part("chelsea"))
    assert np.allclose(shrink(planes, Noise(np.zeros((3, 64), np.float32))), planes, atol=1e-6)


def test_tiles_of_the_shrinkage_fit_together() -> None:
    damaged = noisy(np.tile(part("chelsea"), (4, 3, 1)), 12)
    nothing = Seen(1, np.zeros(damaged.shape, np.float16))
    planes = to_planes(damaged)
    whole = shrink(planes, assumed(damaged)) - planes
    assert np.abs(both(damaged, nothing).change - 0.35 * whole).max() < 1.5 / 255
