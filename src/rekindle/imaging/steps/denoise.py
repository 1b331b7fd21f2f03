"""Takes noise, grain, JPEG blocks and a little softness away: adds the change that was found for the whole picture.

Pictures at which the network looked in a smaller size keep a finest octave that it did not see. That one is shrunk
where it holds no more than noise (the local Wiener filter of Lee, "Digital image enhancement and noise filtering by
use of local statistics", 1980).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self, cast

import cv2
import numpy as np

from rekindle.imaging.faces import Face, weight_of
from rekindle.imaging.gentle import KEEP, MARGIN, gentle
from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.nets.restorer import Seen, changed
from rekindle.imaging.planes import box, floats, to_planes, windows
from rekindle.imaging.steps.filter import Area, PlacedFilter

_WINDOW = 7
_FLAT = 20
"""Percentile of the local variance that counts as noise alone."""
_EXCESS = 1.6
"""How much stronger noise is than in those flattest places, which were chosen for having little of it."""


@dataclass(frozen=True, slots=True)
class Denoise:
    """`amount` of the change that is done, 0..1."""

    name: ClassVar[str] = "denoise"
    title: ClassVar[str] = "Removed noise and compression blocks"
    amount: float = 1.0

    def softened(self) -> Self:
        """The careful variant."""
        return replace(self, amount=self.amount * 0.75)


def prepare_denoise(pixels: Samples, options: Denoise, seen: Seen, faces: Sequence[Face] = ()) -> PlacedFilter:
    """A filter that looks its change up in what was seen, and keeps a trace of the fine detail of faces."""
    clean = _cleaner(pixels, options, seen)
    if not faces or not options.amount:
        return clean
    shape = pixels.shape[0], pixels.shape[1]

    def apply(planes: Planes, area: Area) -> Planes:
        return gentle(planes, clean.apply(planes, area), weight_of(faces, shape, area), keep=KEEP)

    return PlacedFilter(apply, margin=clean.margin + MARGIN)


def _cleaner(pixels: Samples, options: Denoise, seen: Seen) -> PlacedFilter:
    shrink, amount = seen.shrink, np.float32(options.amount)
    if shrink == 1:
        return PlacedFilter(lambda planes, area: floats(planes + amount * seen.change[area]))
    noise = _finest_noise(pixels, shrink) * np.float32(_EXCESS)

    def apply(planes: Planes, area: Area) -> Planes:
        wide = changed(seen, area)
        finest = planes - _coarse(planes, shrink)
        power = box(floats(finest * finest), _WINDOW)
        taken = finest * np.minimum(1, noise / np.maximum(power, 1e-9))
        return floats(planes + amount * (wide - taken))

    return PlacedFilter(apply, margin=4 * shrink + _WINDOW)


def _coarse(planes: Planes, shrink: int) -> Planes:
    """What of a tile survives in the smaller copy."""
    height, width = planes.shape[:2]
    padded = cv2.copyMakeBorder(planes, 0, -height % shrink, 0, -width % shrink, cv2.BORDER_REPLICATE)
    size = (padded.shape[1] // shrink, padded.shape[0] // shrink)
    small = cv2.resize(padded, size, interpolation=cv2.INTER_AREA)
    back = cv2.resize(small, (padded.shape[1], padded.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cast("Planes", np.asarray(back)[:height, :width])


def _finest_noise(pixels: Samples, shrink: int) -> Planes:
    """Variance of the noise in the octaves that the network did not see, one number for each channel."""
    found: list[Planes] = []
    for area in windows(*pixels.shape[:2], side=256, most=12):
        planes = to_planes(pixels[area])
        finest = planes - _coarse(planes, shrink)
        power = box(floats(finest * finest), _WINDOW)
        found.append(floats(np.percentile(power, _FLAT, axis=(0, 1))))
    return floats(np.median(found, axis=0))
