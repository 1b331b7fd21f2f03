"""How strongly each place of a mask is filled: what a network was unsure of is only half a mark."""

from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.components import LONG, Components
from rekindle.imaging.planes import Mask, Plane, gaussian

Strengths: TypeAlias = NDArray[np.uint8]
"""How strongly each pixel of a mask is filled, (height, width), 255 = wholly."""

_NONE, _WHOLE = 0.5, 1.0
"""Chances, the mean of those around, from which a mark is filled at all, and wholly. Of four ways, to fill all of it
among them, the best on 24 photographs that the networks were not trained on: half a dB more for marks on good copies
than to fill all, 0.1 dB on poor ones, and less harm to the worst photo.
"""
_CERTAIN, _BOLD = 0.97, 5
"""The chance from which a mark that is so many pixels wide is filled wholly: what is left of it would shine through."""
_LINE = 0.8
"""The mean chance from which all of a long thin mark is filled wholly: a person sees the rest of a line however faint,
and of what is no line the network is seldom so sure. On photographs that it was not trained on this takes up to 0.2 dB
from good copies, gives 0.1 dB to poor ones, and leaves a sixth less of thin white lines on faded ones.
"""
_BROAD = 7
"""Pixels from which a mark is no line any more, but perhaps the rim of a cup that a line runs into."""
_AROUND = 3.0
"""Width in pixels of the mean: the soft edges of a bold line belong to it."""
_STROKE, _NEAR = 3, 8
"""Pixels: what is narrower than a stroke comes from masks that were made smaller; a stroke counts for what is near."""


def trusted(chance: NDArray[np.uint8], mask: Mask) -> Strengths:
    """How strongly a mask (height, width) that was found by these chances, 0..255, is filled, and what is near it."""
    inside = mask.astype(np.float32)
    surest = np.asarray(cv2.dilate(chance, _ball(1)), np.float32) * inside
    mean = gaussian(surest, _AROUND) / np.maximum(gaussian(inside, _AROUND), np.float32(1e-3)) / 255
    slope = np.clip((mean - _NONE) / (_WHOLE - _NONE), 0, 1)
    whole = bold(mask & (mean >= _CERTAIN), _BOLD) | _lines(surest, mask)
    return np.where(whole, 255, np.round(slope * 255)).astype(np.uint8)


def _lines(surest: Plane, mask: Mask) -> Mask:
    """The long and thin marks of a mask of which the network is sure as a whole."""
    found = Components.of(mask & ~bold(mask, _BROAD))
    flat = found.labels.ravel()
    mean = np.bincount(flat, weights=surest.ravel()) / np.maximum(np.bincount(flat), 1) / 255
    sure = (mean >= _LINE) & (found.lengths >= LONG)
    sure[0] = False
    return sure[found.labels]


def bold(mask: Mask, width: int) -> Mask:
    """The parts of a mask (height, width) that are at least `width` pixels wide."""
    return np.asarray(
        cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((width, width), np.uint8)), np.bool_
    )


def as_changed(strength: Strengths, found: Mask, given: Mask) -> Strengths:
    """The strength for a mask that a person gave: as it was found, and whole where the person had a hand in it."""
    changed = found ^ given
    own = np.asarray(cv2.dilate(bold(changed, _STROKE).astype(np.uint8), _ball(_NEAR)), np.uint8) > 0
    return np.where(own | (given & ~found), np.uint8(255), strength).astype(np.uint8)


def _ball(radius: int) -> Plane:
    return cast("Plane", cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)))
