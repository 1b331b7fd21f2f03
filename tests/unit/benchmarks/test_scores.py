"""The scores say what they claim: PSNR by its formula, SSIM as scikit-image counts it, masks by their pixels."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from benchmarks.scores import MOST, overlap, psnr, ssim
from tests.damages import noisy, sample


@pytest.mark.parametrize("sigma", [2, 12, 40])
def test_psnr_and_ssim_are_those_of_scikit_image(sigma: float) -> None:
    clean = sample("chelsea")
    other = noisy(clean, sigma)
    assert psnr(clean, other) == pytest.approx(peak_signal_noise_ratio(clean, other), abs=1e-3)
    assert ssim(clean, other) == pytest.approx(structural_similarity(clean, other, channel_axis=2), abs=1e-4)


def test_equal_pictures_score_most() -> None:
    clean = sample("coffee")
    assert psnr(clean, clean) == MOST
    assert ssim(clean, clean) == pytest.approx(1)


def test_psnr_inside_a_mask_sees_nothing_else() -> None:
    clean = np.full((20, 30, 3), 100, np.uint8)
    other = clean.copy()
    other[:, :10] = 200
    inside = np.zeros((20, 30), bool)
    inside[:, 5:15] = True
    assert psnr(clean, other, inside) == pytest.approx(10 * np.log10(255**2 / (100**2 / 2)), abs=1e-3)
    assert psnr(clean, other, ~inside & (np.arange(30) > 14)) == MOST
    assert psnr(clean, other, np.zeros((20, 30), bool)) == MOST


def test_masks_are_compared_by_their_common_pixels() -> None:
    truth, found = np.zeros((10, 10), bool), np.zeros((10, 10), bool)
    truth[:4], found[2:8] = True, True
    fit = overlap(found, truth)
    assert (fit.iou, fit.precision, fit.recall) == pytest.approx((20 / 80, 20 / 60, 20 / 40))


def test_an_empty_mask_is_precise_and_finds_nothing() -> None:
    none, some = np.zeros((5, 5), bool), np.ones((5, 5), bool)
    assert overlap(none, some) == type(overlap(none, some))(0.0, 1.0, 0.0)
    assert overlap(none, none).iou == 1.0
