"""How close a picture is to the truth, and a mask to the true one."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.damage import Mask, Samples

_WINDOW = 7
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
MOST = 99.0
"""PSNR of equal pictures, in dB."""


def psnr(truth: Samples, other: Samples, inside: Mask | None = None) -> float:
    """Peak signal to noise ratio in dB of 8-bit pictures, of all pixels or those `inside` a mask; 99 for equal ones and
    where there is nothing to compare.
    """
    difference = truth.astype(np.float32) - other
    error = float(np.mean((difference if inside is None else difference[inside]) ** 2)) if _any(inside) else 0.0
    return MOST if error == 0 else min(MOST, float(10 * np.log10(255**2 / error)))


def _any(inside: Mask | None) -> bool:
    return inside is None or bool(inside.any())


def ssim(truth: Samples, other: Samples) -> float:
    """Mean structural similarity over channels, windows of 7 pixels (Wang et al., "Image quality assessment", 2004),
    as scikit-image counts it, in a tenth of its time.
    """
    one, two = truth.astype(np.float32), other.astype(np.float32)
    mean_one, mean_two = _mean(one), _mean(two)
    sample = _WINDOW**2 / (_WINDOW**2 - 1)
    var_one = sample * (_mean(one * one) - mean_one**2)
    var_two = sample * (_mean(two * two) - mean_two**2)
    both = sample * (_mean(one * two) - mean_one * mean_two)
    likeness = (2 * mean_one * mean_two + _C1) * (2 * both + _C2)
    likeness /= (mean_one**2 + mean_two**2 + _C1) * (var_one + var_two + _C2)
    rim = (_WINDOW - 1) // 2
    return float(likeness[rim:-rim, rim:-rim].mean(dtype=np.float64))


def _mean(planes: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = planes.astype(np.float64)
    return np.asarray(cv2.blur(wide, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REFLECT), np.float64)


@dataclass(frozen=True, slots=True)
class Overlap:
    """How a mask fits the true one, each 0..1: `iou` is their common part over their union, `precision` the right share
    of what was marked, `recall` the marked share of what is right.
    """

    iou: float
    precision: float
    recall: float


def overlap(found: Mask, truth: Mask) -> Overlap:
    """Compare two masks. Nothing found is precise; nothing to find is found."""
    common = int(np.count_nonzero(found & truth))
    union, marked, right = (int(np.count_nonzero(m)) for m in (found | truth, found, truth))
    return Overlap(
        common / union if union else 1.0,
        common / marked if marked else 1.0,
        common / right if right else 1.0,
    )
