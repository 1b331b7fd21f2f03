"""The look of another photo: its tones and colours, as far as they suit."""

import numpy as np

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.making.colours import from_lab, from_linear, to_lab, to_linear
from rekindle.imaging.making.made import by_stripes, mixed, sized
from rekindle.imaging.planes import Plane, floats, to_planes

_LONGEST = 384
"""Pixels of the copies whose colours are looked at."""
_TONES, _COLOURS = 0.6, 0.75
"""How far tones and the middle of the colours follow the example; their spread follows it wholly."""
_LEVELS = 17
_GAIN = (0.4, 1.6)
"""How much the spread of colours may shrink or grow."""


def borrowed(samples: Samples, example: Samples, amount: float) -> Samples:
    """The picture with the tones and colours of the example, by `amount` (0..1).

    Colours by the linear map that moves one cloud to the other at the least cost (F. Pitie and A. Kokaram, The linear
    Monge-Kantorovitch linear colour mapping, CVMP 2007), tones by their percentiles.
    """
    ours, theirs = (to_lab(to_linear(to_planes(sized(each, _LONGEST)))) for each in (samples, example))
    levels = np.linspace(2, 98, _LEVELS)
    here, there = (np.percentile(lab[..., 0], levels) for lab in (ours, theirs))
    turn, shift = _colour_map(ours[..., 1:].reshape(-1, 2), theirs[..., 1:].reshape(-1, 2))

    def change(planes: Planes, _: slice) -> Planes:
        lab = to_lab(to_linear(planes))
        tone = floats(np.interp(lab[..., 0], [0, *here, 1.0], [0, *there, 1.0]))
        tone = mixed(floats(lab[..., 0]), tone, _TONES)
        colour = floats(lab[..., 1:] @ turn.T + shift * np.clip(np.minimum(tone, 1 - tone) * 6, 0, 1)[..., None])
        after = np.dstack([tone, colour])
        return mixed(planes, from_linear(from_lab(after)), amount)

    return by_stripes(samples, change)


def _colour_map(ours: Plane, theirs: Plane) -> tuple[Plane, Plane]:
    """The matrix and the shift that give one cloud of colours (n, 2) the middle and the spread of another."""
    small = 1e-5 * np.eye(2)
    one, other = np.cov(ours, rowvar=False) + small, np.cov(theirs, rowvar=False) + small
    root = _root(one)
    back = np.linalg.inv(root)
    turn = back @ _root(root @ other @ root) @ back
    left, sizes, right = np.linalg.svd(turn)
    turn = left @ np.diag(np.clip(sizes, *_GAIN)) @ right
    return floats(turn), floats(_COLOURS * (theirs.mean(0) - ours.mean(0)) + ours.mean(0) - ours.mean(0) @ turn.T)


def _root(
    matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
