"""Enlarging gives exactly the size asked for, within a hundred megapixels, and invents no tones."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.imaging.steps.enlarge import Enlarge, allowed_factor, enlarge
from tests.damages import deep, psnr, sample

SIDES = st.integers(1, 40_000)


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 515, 3), (513, 9, 3), (40, 30)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_size_is_exact_and_an_even_area_stays_even(factor: int, shape: tuple[int, ...], dtype: type) -> None:
    level = np.iinfo(dtype).max // 3
    result = enlarge(np.full(shape, level, dtype), Enlarge(factor=factor))  # type: ignore[arg-type]
    assert result.shape == (shape[0] * factor, shape[1] * factor, *shape[2:])
    assert result.dtype == dtype
    assert np.all(result == level)


@given(height=SIDES, width=SIDES, wished=st.sampled_from([2, 4]))
def test_the_factor_is_the_largest_that_fits(height: int, width: int, wished: int) -> None:
    factor = allowed_factor(height, width, wished)
    assert factor in {1, 2, 4}
    assert factor <= wished
    assert factor == 1 or height * width * factor**2 <= 100_000_000
    assert factor == wished or height * width * (2 * factor) ** 2 > 100_000_000


def test_what_must_not_grow_comes_back_as_the_very_same() -> None:
    huge = np.broadcast_to(np.uint8(0), (6000, 8000, 3))
    assert enlarge(huge, Enlarge(factor=4)) is huge


@pytest.mark.parametrize(("name", "better"), [("flower", 0.8), ("coffee", 0.8)])
def test_detail_comes_back_better_than_by_repeating_pixels(name: str, better: float) -> None:
    clean = sample(name)[:400, :400]
    small = cv2.resize(clean, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    repeated = np.kron(small, np.ones((2, 2, 1), np.uint8))
    assert psnr(enlarge(small, Enlarge(factor=2)), clean) > psnr(repeated, clean) + better


def test_nothing_moves() -> None:
    dot = np.zeros((31, 41, 3), np.uint8)
    dot[12, 17] = 255
    large = enlarge(dot, Enlarge(factor=4)).astype(float)[..., 0]
    rows, columns = np.mgrid[0 : 31 * 4, 0 : 41 * 4]
    assert (large * rows).sum() / large.sum() == pytest.approx(12 * 4 + 1.5, abs=0.2)
    assert (large * columns).sum() / large.sum() == pytest.approx(17 * 4 + 1.5, abs=0.2)


def test_sharpened_tiles_leave_no_seam() -> None:
    left, right = np.tile(sample("coffee")[:60], (1, 2, 1)), np.tile(sample("coffee")[:60], (1, 2, 1))[:, 40:]
    one, other = (enlarge(np.ascontiguousarray(part), Enlarge(factor=2, sharpen=1.0)) for part in (left, right))
    assert np.abs(one[:, 80 + 64 :].astype(int) - other[:, 64:]).max() <= 1


def test_sixteen_bits_are_as_large_and_as_bright_as_eight() -> None:
    photo = sample("chelsea")[:100, :100]
    narrow, wide = enlarge(photo, Enlarge(factor=2)), enlarge(deep(photo), Enlarge(factor=2))
    assert np.abs(wide / 257 - narrow).max() <= 2


def test_the_mask_sharpens() -> None:
    photo = sample("flower")[:150, :150]
    plain, crisp = (enlarge(photo, Enlarge(factor=2, sharpen=amount)).astype(int) for amount in (0.0, 0.8))
    assert np.abs(np.diff(crisp, axis=1)).mean() > 1.1 * np.abs(np.diff(plain, axis=1)).mean()


def test_size_is_no_matter_of_strength() -> None:
    wished = Enlarge(factor=4)
    assert wished.softened() is wished
