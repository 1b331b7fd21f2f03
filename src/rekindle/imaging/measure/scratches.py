"""Finds scratches and cracks: lines that a small trained network tells from the lines of the scene.

The network reads the 22 numbers per line of `lines.py`; `training/scratch_lines.py` makes its weights. A
picture counts as scratched only when some lines are nearly certain, since a wire that is taken for a scratch would be
erased.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Samples
from rekindle.imaging.measure.lines import Lines, find_lines
from rekindle.imaging.planes import Mask, Plane, floats, luma, reduced

_LONGEST = 1024
"""Pixels of the longer side of the copy that is searched."""

_CERTAIN, _LIKELY = 0.97, 0.6
_ENOUGH = 0.25
"""Length of certain lines, as a share of the longer side, that makes a picture a scratched one."""

_WEIGHTS: dict[str, Plane] = dict(np.load(Path(__file__).with_name("scratch_lines.npz")))


@dataclass(frozen=True, slots=True)
class Scratches:
    """`mask` (height, width) of the searched copy; `evidence`: length of the certain lines over the longer side."""

    mask: Mask
    evidence: float


def find_scratches(samples: Samples) -> Mask:
    """Which pixels of a picture (height, width, 3) are damaged: (height, width), empty where nothing is certain."""
    height, width = samples.shape[:2]
    mask = search(samples).mask
    if mask.shape == (height, width):
        return mask
    return np.asarray(cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)) > 0


def search(samples: Samples) -> Scratches:
    """The scratches on a copy of at most 1024 pixels a side."""
    planes = reduced(samples, _LONGEST)
    groups = find_lines(planes)
    chances = [probability(lines.features) for lines in groups]
    sure = sum(float(lines.lengths[chance > _CERTAIN].sum()) for lines, chance in zip(groups, chances, strict=True))
    evidence = sure / max(planes.shape)
    mask = np.zeros(planes.shape[:2], np.bool_)
    if evidence >= _ENOUGH:
        grey = luma(planes)
        for lines, chance in zip(groups, chances, strict=True):
            mask |= _exact(grey, lines, lines.ids[chance > _LIKELY])
    return Scratches(mask, evidence)


def probability(features: Plane) -> Plane:
    """How likely each line (n, 22) is a scratch, 0..1: two hidden layers of 24."""
    w = _WEIGHTS
    scaled = np.clip((features - w["mean"]) / w["spread"], -4, 4)
    one = np.maximum(scaled @ w["layer0"] + w["layer1"], 0)
    two = np.maximum(one @ w["layer2"] + w["layer3"], 0)
    return floats(1 / (1 + np.exp(-(two @ w["layer4"] + w["layer5"])[:, 0])))


def _exact(grey: Plane, lines: Lines, ids: NDArray[np.intp]) -> Mask:
    """The pixels of the chosen lines that stand out from the background by a good part of what their line does."""
    chosen = np.isin(lines.labels, ids)
    if not chosen.any():
        return chosen
    ground = np.asarray(cv2.medianBlur(np.round(grey * 255).astype(np.uint8), 15), np.float32) / 255
    out = (grey - ground) * lines.polarity
    contrast = np.where(chosen, out, 0)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    near = cast("Plane", cv2.dilate(contrast, kernel))
    return (near > 0) & (out > np.maximum(0.25 * near, 0.02))
