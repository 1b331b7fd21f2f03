"""Finds marks on a picture - scratches, creases, cracks, dust - where the network for them saw any."""

from collections.abc import Sequence
from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.components import LONG, Components
from rekindle.imaging.faces import Face, weight_of
from rekindle.imaging.image import Samples
from rekindle.imaging.nets.restorer import Held, Marked, glance_for_marks
from rekindle.imaging.planes import Mask, halved, peak
from rekindle.imaging.repeats import repeating

Chances: TypeAlias = NDArray[np.uint8]
"""How likely a mark covers each pixel, (h, w), 255 = certain."""

_LIKELY, _CERTAIN = 0.3, 0.8
"""Chance from which a pixel belongs to a mark, and that at least one pixel of the mark must reach (hysteresis as in
Canny 1986). Of pairs between 0.3, 0.6 and 0.5, 0.8 the best on photographs that the networks were not trained on.
"""
_ON_FACES, _GLINT = 0.9, 0.1
"""The same chance on faces, for what is shorter than this share of their height, as the glint of an eye is: chosen for
caution. When it was asked of scratches, too, they stayed there in dots.
"""
_PROOF, _HALF, _ENOUGH, _SURE = 0.99, 0.5, 0.0025, 0.25
"""A picture counts as damaged when the network is nearly certain of this share of its pixels, and of a quarter of those
that it holds for more likely than not: what looks a little like marks everywhere is a scene. Of 24 photographs that it
was not trained on, none passes without marks and one when it is only noisy; with scratches all do, with scratches and
noise 22, and with seven ruled white lines on a noisy, faded copy all.
"""
_LEAST, _LONGEST = 960, 1024


def find_damage(seen: Marked, faces: Sequence[Face] = ()) -> Mask:
    """Which pixels marks cover, (h, w) at the size at which the network looked. Of what is short on a face the network
    must be more certain: the glint of an eye is a bright speck too. A grid is no mark.
    """
    return _found(_single(seen.chance), faces)


def _single(chance: Chances) -> Chances:
    """The chances without the lines of a grid, as the wires of a fence are."""
    return np.where(repeating(chance >= np.float32(_LIKELY * 255)), np.uint8(0), chance)


def _found(chance: Chances, faces: Sequence[Face]) -> Mask:
    found = Components.of(chance >= np.float32(_LIKELY * 255))
    certain = np.zeros(found.lengths.shape, np.bool_)
    certain[np.unique(found.labels[chance >= round(_CERTAIN * 255)])] = True
    certain[0] = False
    marks = certain[found.labels]
    if faces:
        height, width = chance.shape
        longest = max(LONG, _GLINT * height * max(face.height for face in faces))
        least = np.float32(_LIKELY * 255) + np.float32((_ON_FACES - _LIKELY) * 255) * weight_of(faces, (height, width))
        marks &= (found.lengths >= longest)[found.labels] | (chance >= least)
    return marks


def full_size(plane: Held, height: int, width: int) -> Held:
    """A mask, or chances, (h, w) that were found on a smaller copy, at the size of the picture."""
    if plane.shape == (height, width):
        return plane
    shrink = -(-height // plane.shape[0])
    size = (plane.shape[1] * shrink, plane.shape[0] * shrink)
    grown = cv2.resize(plane.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return cast("Held", np.asarray(grown)[:height, :width].astype(plane.dtype))


def measure_damage(samples: Samples) -> float:
    """The share of a picture, 0..1, that marks cover, seen on a copy of at most 1024 pixels a side; 0 where too few of
    them are certain to call the picture damaged.
    """
    samples = halved(samples, _LEAST)
    height, width = samples.shape[:2]
    scale = _LONGEST / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        samples = cast("Samples", cv2.resize(samples, size, interpolation=cv2.INTER_AREA))
    if peak(samples) != 255:
        samples = (samples >> 8).astype(np.uint8)
    chance = _single(glance_for_marks(samples).chance)
    certain = np.mean(chance >= round(_PROOF * 255))
    if certain < max(_ENOUGH, _SURE * np.mean(chance >= round(_HALF * 255))):
        return 0.0
    return float(np.mean(_found(chance, ())))
