"""Photos of different scenes side by side: tones matched, on one sheet, with a soft seam."""

import math
from collections.abc import Sequence

import numpy as np

from rekindle.imaging.faces import find_faces, focus_of
from rekindle.imaging.image import Image
from rekindle.imaging.making.borrowed import borrowed
from rekindle.imaging.making.made import Bytes, MadeReport, grown, sized, smooth
from rekindle.imaging.planes import Plane, floats

_LONGEST = 2400
"""Pixels of the longer side of the sheet."""
_MATCHED = 0.45
"""How far the photos follow the tones of the first."""
_SEAM = 0.09
"""Width of a seam, as a share of a photo's width."""
_ASPECT = (0.6, 1.6)
"""Width to height that a photo may have on the sheet; others are cut towards their faces."""


def beside(images: Sequence[Image]) -> tuple[Image, MadeReport]:
    """The photos in rows of at most three, each row as wide as the sheet."""
    photos = [_matched(each, images[0]) for each in images]
    rows = _rows(len(photos))
    ends = np.cumsum(rows)
    strips = [_strip(photos[end - count : end]) for end, count in zip(ends, rows, strict=True)]
    width = min(_LONGEST, max(each.shape[1] for each in strips))
    sheet = _stacked([grown(each, (width, round(each.shape[0] * width / each.shape[1]))) for each in strips])
    sheet = sized(sheet, _LONGEST)
    reason = f"The {len(photos)} photos show different scenes, so they were put side by side in matched tones."
    facts: dict[str, object] = {"scene": "different", "photos": len(photos)}
    result = Image(np.ascontiguousarray(sheet), images[0].space)
    return result, MadeReport(result.width, result.height, changed=True, reason=reason, label="a collage", facts=facts)


def _rows(count: int) -> list[int]:
    """How many photos each row holds: 3 in one row, 4 as 2 and 2, 5 as 3 and 2."""
    if count <= 3:
        return [count]
    number = math.ceil(count / 3)
    return [count // number + (row < count % number) for row in range(number)]


def _matched(image: Image, first: Image) -> Bytes:
    small = sized(image.pixels, _LONGEST // 2)
    if image is not first:
        small = sized(borrowed(small, first.pixels, _MATCHED), _LONGEST)
    return _cut(small)


def _cut(photo: Bytes) -> Bytes:
    """The part of a very wide or high photo that is shown: around its faces."""
    height, width = photo.shape[:2]
    wide = min(width, round(height * _ASPECT[1]))
    high = min(height, round(width / _ASPECT[0]))
    x, y = focus_of(find_faces(photo)) or (0.5, 0.45)
    left = round(min(max(x * width - wide / 2, 0), width - wide))
    top = round(min(max(y * height - high / 2, 0), height - high))
    return photo[top : top + high, left : left + wide]


def _strip(photos: Sequence[Bytes]) -> Bytes:
    """One row: all as high as the lowest but half, each running softly into the next."""
    height = int(np.median([each.shape[0] for each in photos]))
    scaled = [grown(each, (max(8, round(each.shape[1] * height / each.shape[0])), height)) for each in photos]
    strip = scaled[0].astype(np.float32)
    for each in scaled[1:]:
        strip = _joined(strip, each.astype(np.float32), 1)
    return np.clip(np.round(strip), 0, 255).astype(np.uint8)


def _stacked(strips: Sequence[Bytes]) -> Bytes:
    sheet = strips[0].astype(np.float32)
    for each in strips[1:]:
        sheet = _joined(sheet, each.astype(np.float32), 0)
    return np.clip(np.round(sheet), 0, 255).astype(np.uint8)


def _joined(one: Plane, other: Plane, axis: int) -> Plane:
    """Two pictures that overlap by a seam in which one fades into the other."""
    seam = max(2, round(_SEAM * min(one.shape[axis], other.shape[axis])))
    ramp = smooth(floats(np.linspace(0, 1, seam).astype(np.float32)), 0, 1)
    ramp = ramp.reshape((1, seam, 1) if axis else (seam, 1, 1))
    first, last = np.split(one, [one.shape[axis] - seam], axis=axis)
    begin, rest = np.split(other, [seam], axis=axis)
    return floats(np.concatenate([first, last * (1 - ramp) + begin * ramp, rest], axis=axis))
