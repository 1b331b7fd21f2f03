"""Makes one picture of several photos: of one scene by blending, of different scenes side by side."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from rekindle.imaging.image import Image, Planes, Samples
from rekindle.imaging.making.aligning import Laid, lay
from rekindle.imaging.making.beside import beside
from rekindle.imaging.making.made import MadeReport, by_stripes
from rekindle.imaging.pipeline import Progress
from rekindle.imaging.planes import Plane, floats, gaussian, luma, reduced, to_planes
from rekindle.imaging.restoration import silent
from rekindle.imaging.working import load_working, save_working

_LONGEST = 1024
"""Longest side, in pixels, of the copies on which it is decided which photo is best where."""
_TOLD_APART = 0.16
"""Luma by which two photos of one exposure differ where one has a reflection or dust."""
_WELL, _SPREAD = 0.5, 0.22
"""The tone that is exposed best, and how quickly others are worse: T. Mertens and others, Exposure fusion (PG 2007)."""
_SOFT = 0.02


def fuse(images: Sequence[Image], progress: Progress = silent) -> tuple[Image, MadeReport]:
    """One picture of two or more. The first gives the frame and the tones."""
    first = images[0]
    laid: list[Laid] = []
    for number, each in enumerate(images[1:], 1):
        progress("aligning", 0.1 + 0.5 * number / len(images))
        found = lay(first.pixels, _like(first.pixels, each.pixels))
        if found is None:
            break
        laid.append(found)
    progress("blending", 0.65)
    if len(laid) < len(images) - 1:
        return beside(images)
    return _blended(first, laid)


def fuse_file(sources: Sequence[Path], target: Path, progress: Progress = silent) -> MadeReport:
    """`fuse` from working files to one; for a child process."""
    result, report = fuse([load_working(each) for each in sources], progress)
    progress("blending", 0.95)
    save_working(result, target)
    return report


def _like(samples: Samples, other: Samples) -> Samples:
    """The other samples in the depth of the first."""
    if other.dtype == samples.dtype:
        return other
    if samples.dtype == np.uint8:
        return (other // 257).astype(np.uint8)
    return other.astype(np.uint16) * np.uint16(257)


def _blended(first: Image, laid: Sequence[Laid]) -> tuple[Image, MadeReport]:
    pictures = [first.pixels, *(each.pixels for each in laid)]
    covered = [np.ones(first.pixels.shape[:2], bool), *(each.covered for each in laid)]
    copies = [reduced(each, _LONGEST) for each in pictures]
    size = copies[0].shape[1], copies[0].shape[0]
    seen = [cast("Plane", cv2.resize(each.astype(np.float32), size, interpolation=cv2.INTER_AREA)) for each in covered]
    bracketed = _is_bracketed(copies)
    weights = _best_exposed(copies, seen) if bracketed else _least_odd(copies, seen)
    full = first.width, first.height
    maps = [cast("Plane", cv2.resize(each, full, interpolation=cv2.INTER_LINEAR)) for each in weights]
    gains = [np.float32(1.0)] * len(pictures) if bracketed else _gains(copies, seen)

    def change(planes: Planes, rows: slice) -> Planes:
        total = planes * maps[0][rows][..., None]
        for picture, weight, gain in zip(pictures[1:], maps[1:], gains[1:], strict=True):
            total = total + to_planes(picture[rows]) * gain * weight[rows][..., None]
        return floats(total)

    how = (
        "from each what it exposed best" if bracketed else "without the reflections and dust that only one of them has"
    )
    reason = f"{len(pictures)} photos of one scene were laid on one another and blended, {how}."
    facts: dict[str, object] = {"scene": "same", "photos": len(pictures), "by": "exposure" if bracketed else "median"}
    result = replace(first, pixels=by_stripes(first.pixels, change))
    return result, MadeReport(first.width, first.height, changed=True, reason=reason, label="a blend", facts=facts)


def _is_bracketed(copies: Sequence[Planes]) -> bool:
    """Whether the photos differ by their exposure: then the best of each is taken, else what most agree on."""
    middles = [float(np.median(luma(each))) for each in copies]
    return max(middles) - min(middles) > 0.12


def _gains(copies: Sequence[Planes], seen: Sequence[Plane]) -> list[Plane]:
    """What brings each photo to the tones of the first, by channel."""
    gains: list[Plane] = []
    for copy, inside in zip(copies, seen, strict=True):
        both = inside > 0.99
        ours, theirs = (each[both] if both.any() else each.reshape(-1, 3) for each in (copies[0], copy))
        ratio = np.median(ours, axis=0) / np.maximum(np.median(theirs, axis=0), 0.02)
        gains.append(floats(np.clip(ratio, 0.75, 1.33).astype(np.float32)))
    return gains


def _best_exposed(copies: Sequence[Planes], seen: Sequence[Plane]) -> list[Plane]:
    weights: list[Plane] = []
    for copy, inside in zip(copies, seen, strict=True):
        # Judged over areas, not pixels: neighbours of other tones keep their order.
        around = gaussian(copy, 0.02 * max(copy.shape[:2]))
        well = np.exp(-0.5 * ((luma(around) - _WELL) / _SPREAD) ** 2) * np.clip((1.02 - around.max(axis=2)) * 6, 0, 1)
        weights.append(floats((well + 1e-3) * (inside > 0.99)))
    return _shares(weights, copies[0])


def _least_odd(copies: Sequence[Planes], seen: Sequence[Plane]) -> list[Plane]:
    """The photo that is like the middle of all, and of two the darker one where they differ: reflections and dust on
    the lens are light.
    """
    gains = _gains(copies, seen)
    even = [luma(floats(copy * gain)) for copy, gain in zip(copies, gains, strict=True)]
    stack = np.stack(even)
    wanted = np.median(stack, axis=0) if len(even) > 2 else stack.min(axis=0)
    weights: list[Plane] = []
    for tone, inside in zip(even, seen, strict=True):
        odd = gaussian(floats(np.abs(tone - wanted)), 1.5)
        weights.append(floats(np.exp(-0.5 * (odd / (_TOLD_APART / 3)) ** 2 * 4) * (inside > 0.99) + 1e-6))
    # Among photos that agree the first one counts, so that nothing is doubled where something moved.
    weights[0] = floats(weights[0] * 4)
    return _shares(weights, copies[0])


def _shares(weights: Sequence[Plane], copy: Planes) -> list[Plane]:
    """Weights that add up to 1 everywhere, without hard edges."""
    sigma = max(1.0, _SOFT * max(copy.shape[:2]) / 2)
    soft = [gaussian(each, sigma) + np.float32(1e-9) for each in weights]
    total = np.sum(soft, axis=0)
    return [floats(each / total) for each in soft]
