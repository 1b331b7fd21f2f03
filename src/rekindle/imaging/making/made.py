"""What making something of a photo tells, and what all of it needs: copies of a bearable size, and mixing."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.pipeline import THREADS
from rekindle.imaging.planes import Plane, floats, to_planes, to_samples

Bytes: TypeAlias = NDArray[np.uint8]

_ROWS = 128
"""So many rows are worked on at a time, so that little memory is needed beside the picture."""


@dataclass(frozen=True, slots=True)
class MadeReport:
    """What was made, for people. With `changed` false the result is the photo as it was, and `reason` says why.

    `label` names what the result is where that is not a photo any more, and `facts` are plain values.
    """

    width: int
    height: int
    changed: bool
    reason: str
    label: str = ""
    facts: Mapping[str, object] = field(default_factory=dict[str, object])


def sized(samples: Samples, longest: int) -> Bytes:
    """A copy in 8 bits whose longer side is at most `longest`, by area average."""
    height, width = samples.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cast("Samples", cv2.resize(samples, size, interpolation=cv2.INTER_AREA)) if scale < 1 else samples
    return small.astype(np.uint8, copy=False) if small.dtype == np.uint8 else (small // 257).astype(np.uint8)


def grown(array: Bytes, size: tuple[int, int]) -> Bytes:
    """A picture in another size (width, height), smoothly."""
    if (array.shape[1], array.shape[0]) == size:
        return array
    smaller = size[0] < array.shape[1]
    return cast("Bytes", cv2.resize(array, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC))


def plane_in(plane: Plane, size: tuple[int, int]) -> Plane:
    """Float planes in another size (width, height)."""
    return cast("Plane", cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR))


def by_stripes(samples: Samples, change: Callable[[Planes, slice], Planes]) -> Samples:
    """The samples after a change that looks at single pixels. `change` gets float RGB and the rows where they lie."""
    result = np.empty_like(samples)

    def one(top: int) -> None:
        rows = slice(top, min(top + _ROWS, samples.shape[0]))
        planes = change(to_planes(samples[rows]), rows)
        result[rows] = to_samples(floats(np.clip(planes, 0, 1)), samples)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(0, samples.shape[0], _ROWS)))
    return result


def mixed(before: Plane, after: Plane, weight: Plane | float) -> Plane:
    """From `before` (weight 0) to `after` (weight 1)."""
    return floats(before + (after - before) * weight)


def smooth(value: Plane, start: float, end: float) -> Plane:
    """0 below `start`, 1 above `end`, with an S between."""
    share = np.clip((value - np.float32(start)) * np.float32(1 / (end - start)), 0, 1)
    return floats(share * share * (3 - 2 * share))
