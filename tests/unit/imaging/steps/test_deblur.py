"""A motion of known length and direction is undone; a wrong one does harm that the gate sees."""

import numpy as np
import pytest

from rekindle.imaging.gate import check
from rekindle.imaging.image import Samples
from rekindle.imaging.measure.blur import measure_blur
from rekindle.imaging.pipeline import prepare, run
from rekindle.imaging.steps.deblur import Deblur, inverse_kernel, prepare_deblur
from tests.damages import Pixels, deep, moved, noisy, psnr, sample


def part(name: str) -> Pixels:
    return np.ascontiguousarray(sample(name)[40:340, 60:420])


def deblurred(pixels: Samples, options: Deblur) -> Samples:
    return run(pixels, prepare(pixels, [options], None), lambda *_: None)


@pytest.mark.parametrize(("length", "direction"), [(9, 0), (11, 35), (9, 90), (13, 140)])
def test_the_right_motion_is_undone_and_the_gate_agrees(length: float, direction: float) -> None:
    clean = part("coffee")
    blurred = moved(clean, length, direction)
    mended = deblurred(blurred, Deblur(length, direction))
    assert psnr(mended, clean) > psnr(blurred, clean) + 2.5
    assert check([blurred], [mended], deblurred=True).harm is None


@pytest.mark.parametrize(("length", "direction"), [(9, 0), (11, 35), (9, 90), (13, 140)])
def test_the_wrong_direction_does_harm_and_the_gate_sees_it(length: float, direction: float) -> None:
    clean = part("coffee")
    blurred = moved(clean, length, direction)
    ruined = deblurred(blurred, Deblur(length, (direction + 90) % 180))
    assert psnr(ruined, clean) < psnr(blurred, clean)
    assert check([blurred], [ruined], deblurred=True).harm is not None


def test_what_was_measured_is_good_enough_to_undo() -> None:
    clean = sample("flower")
    blurred = moved(clean, 12, 25)
    found = measure_blur(blurred)
    assert psnr(deblurred(blurred, Deblur(found.length, found.direction)), clean) > psnr(blurred, clean) + 2


def test_no_length_means_no_change() -> None:
    assert np.array_equal(deblurred(part("chelsea"), Deblur(0.0, 40.0)), part("chelsea"))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_an_even_area_stays_even(dtype: type) -> None:
    even = np.full((70, 50, 3), 0.6 * np.iinfo(dtype).max, dtype)
    result = deblurred(even, Deblur(11.0, 30.0))
    assert (result.dtype, result.shape) == (even.dtype, even.shape)
    assert np.allclose(result, even, rtol=1e-4)


def test_eight_and_sixteen_bits_become_the_same() -> None:
    blurred = moved(part("chelsea"), 9, 60)
    narrow, wide = (deblurred(pixels, Deblur(9.0, 60.0)) for pixels in (blurred, deep(blurred)))
    assert np.abs(wide / 257 - narrow).max() <= 0.51


@pytest.mark.parametrize("direction", [0.0, 30.0, 77.0, 90.0, 135.0])
def test_a_motion_has_no_arrow(direction: float) -> None:
    kernel = inverse_kernel(Deblur(9.0, direction))
    assert np.allclose(kernel, kernel[::-1, ::-1], atol=1e-5)
    assert np.allclose(kernel, inverse_kernel(Deblur(9.0, direction + 180)), atol=1e-5)


def test_a_quarter_turn_of_the_motion_turns_the_kernel() -> None:
    level, upright = inverse_kernel(Deblur(9.0, 0.0)), inverse_kernel(Deblur(9.0, 90.0))
    assert np.allclose(level.T, upright, atol=1e-5)


@pytest.mark.parametrize("length", [1.0, 4.0, 12.0, 40.0, 300.0])
def test_the_kernel_stays_small_whatever_the_length(length: float) -> None:
    kernel = inverse_kernel(Deblur(length, 10.0))
    assert kernel.shape[0] == kernel.shape[1]
    assert 33 <= kernel.shape[0] <= 193
    assert prepare_deblur(part("coffee"), Deblur(length, 10.0)).margin == kernel.shape[0] // 2
    assert np.isfinite(kernel).all()


def test_the_careful_variant_raises_less_noise() -> None:
    even = noisy(np.full((120, 120, 3), 128, np.uint8), 3)
    strong = Deblur(9.0, 0.0)
    assert even.std() < deblurred(even, strong.softened()).std() < 0.8 * deblurred(even, strong).std()
