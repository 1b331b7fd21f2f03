"""Black and white points, colour casts, and prints of one tone."""

import numpy as np
import pytest

from rekindle.imaging.image import Planes
from rekindle.imaging.measure.tone import measure_tone
from rekindle.imaging.planes import to_planes
from tests.damages import noisy, sample


def ramp(low: float, high: float) -> Planes:
    """All levels between two, equally often, in grey."""
    return np.repeat(np.linspace(low, high, 10_000, dtype=np.float32).reshape(100, 100, 1), 3, axis=2)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.2, 0.7), (0.45, 0.5)])
def test_black_white_and_middle_of_a_ramp_are_exact(low: float, high: float) -> None:
    tone = measure_tone(ramp(low, high))
    assert tone.black_point == pytest.approx([low + 0.005 * (high - low)] * 3, abs=1e-4)
    assert tone.white_point == pytest.approx([high - 0.005 * (high - low)] * 3, abs=1e-4)
    assert tone.median == pytest.approx([(low + high) / 2] * 3, abs=1e-4)


def test_each_channel_has_points_of_its_own() -> None:
    gains, offsets = np.array([0.5, 0.4, 0.3], np.float32), np.array([0.1, 0.2, 0.3], np.float32)
    tone = measure_tone(ramp(0, 1) * gains + offsets)
    assert tone.black_point == pytest.approx(offsets + 0.005 * gains, abs=1e-3)
    assert tone.white_point == pytest.approx(offsets + 0.995 * gains, abs=1e-3)


def test_a_few_specks_and_lamps_do_not_move_the_points() -> None:
    planes = ramp(0.3, 0.6)
    planes[0, :20], planes[-1, -20:] = 0.0, 1.0
    tone = measure_tone(planes)
    assert min(tone.black_point) > 0.29
    assert max(tone.white_point) < 0.61


def test_a_cast_is_as_large_as_the_shift_and_goes_with_it() -> None:
    found = []
    for shift in (0.0, 0.05, 0.1):
        planes = ramp(0.2, 0.8)
        planes[..., 0] += shift
        found.append(measure_tone(planes).cast)
    assert found[0] == pytest.approx(0, abs=1e-6)
    assert found[2] == pytest.approx(2 * found[1], rel=1e-3)
    assert found[2] == pytest.approx(0.1 * np.linalg.norm([0.701, 0.299, 0.299]), rel=1e-3)


def test_colours_that_balance_are_chroma_without_a_cast() -> None:
    planes = ramp(0.3, 0.7)
    planes[::2, :, 2] += 0.1
    planes[1::2, :, 2] -= 0.1
    tone = measure_tone(planes)
    assert tone.cast < 1e-3
    assert tone.chroma_mean > 0.08
    assert tone.chroma_std > 0.03


@pytest.mark.parametrize("tint", [(1.0, 1.0, 1.0), (1.0, 0.85, 0.65), (0.8, 0.9, 1.0)])
def test_grey_sepia_and_cyanotype_have_one_tone_even_with_grain(tint: tuple[float, float, float]) -> None:
    print_ = (sample("camera") * np.array(tint)).astype(np.uint8)
    assert measure_tone(to_planes(print_)).monochrome
    assert measure_tone(to_planes(noisy(print_, 8, grey=True))).monochrome


def test_a_duotone_whose_tint_follows_lightness_has_one_tone() -> None:
    grey = to_planes(sample("camera"))
    warm_lights = grey * np.array([1.0, 0.9, 0.7], np.float32) + (1 - grey) * np.array([0.0, 0.05, 0.2], np.float32)
    assert measure_tone(warm_lights).monochrome


@pytest.mark.parametrize("name", ["coffee", "astronaut", "chelsea", "china", "flower"])
def test_colour_photos_have_more_than_one_tone_even_when_pale(name: str) -> None:
    assert not measure_tone(to_planes(sample(name))).monochrome
    grey = sample(name).mean(axis=2, keepdims=True)
    assert not measure_tone(to_planes((grey + 0.4 * (sample(name) - grey)).astype(np.uint8))).monochrome
