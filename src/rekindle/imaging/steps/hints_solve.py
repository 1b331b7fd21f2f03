"""Spreads what is known at a few pixels over all of them, along a picture's surfaces and not across its edges.

The colours minimize a weighted sum of squared differences between neighbours (Levin, Lischinski, Weiss, "Colorization
using optimization", 2004), here between the four next pixels. It is solved by conjugate gradients with a multigrid
cycle as preconditioner, whose coarse pixels are 2 x 2 blocks (Braess, "Towards algebraic multigrid for elliptic
problems of second order", 1995).
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.planes import Plane, floats

Fields: TypeAlias = NDArray[np.float32]
"""Several fields over one grid, shape (fields, height, width)."""

_COARSEST = 6
_SMOOTHINGS = 2
_DAMPING = 0.8
_ENOUGH = 1e-6
"""Share of the first error's energy, as the preconditioner sees it, at which it stops. The plain residual would not do:
it hardly notices a whole surface that has the wrong colour.
"""
_COARSE_LINK = 0.55
"""Links of blocks, weakened because a step between constant blocks is steeper than the slope that it stands for."""


@dataclass(frozen=True, slots=True)
class System:
    """One grid: what holds each pixel (`mass`), and its link to the next pixel to the right and below; the links of
    the last column and row are zero.
    """

    mass: Plane
    right: Plane
    below: Plane
    diagonal: Plane

    def times(self, fields: Fields) -> Fields:
        """The matrix of the system times each field."""
        out = self.diagonal * fields
        out[..., :-1] -= self.right[:, :-1] * fields[..., 1:]
        out[..., 1:] -= self.right[:, :-1] * fields[..., :-1]
        out[..., :-1, :] -= self.below[:-1] * fields[..., 1:, :]
        out[..., 1:, :] -= self.below[:-1] * fields[..., :-1, :]
        return out


def system(mass: Plane, right: Plane, below: Plane) -> System:
    """A system from its masses and links."""
    diagonal = mass + right + below
    diagonal[:, 1:] += right[:, :-1]
    diagonal[1:] += below[:-1]
    return System(mass, right, below, np.maximum(diagonal, np.float32(1e-12)))


def spread(mass: Plane, links: tuple[Plane, Plane], known: Fields, *, rounds: int) -> Fields:
    """The fields that are held to `known` by `mass` and to their neighbours by `links` (right, below)."""
    pyramid = [system(mass, *links)]
    while min(pyramid[-1].mass.shape) > _COARSEST:
        pyramid.append(_coarser(pyramid[-1]))
    fields = floats(mass / pyramid[0].diagonal) * known
    rest = mass * known - pyramid[0].times(fields)
    better = _cycle(pyramid, rest)
    direction, size = better, float(np.vdot(rest, better))
    target = size * _ENOUGH
    for _ in range(rounds):
        if size <= target:
            break
        moved = pyramid[0].times(direction)
        step = np.float32(size / max(float(np.vdot(direction, moved)), 1e-30))
        fields += step * direction
        rest -= step * moved
        better = _cycle(pyramid, rest)
        last, size = size, float(np.vdot(rest, better))
        direction = floats(better + np.float32(size / last) * direction)
    return fields


def _coarser(fine: System) -> System:
    right, below = _even(fine.right), _even(fine.below)
    link = np.float32(_COARSE_LINK)
    return system(
        _summed(fine.mass),
        link * (right[::2, 1::2] + right[1::2, 1::2]),
        link * (below[1::2, ::2] + below[1::2, 1::2]),
    )


def _cycle(pyramid: list[System], rest: Fields) -> Fields:
    """One symmetric V-cycle from zero: an approximate solution for `rest`."""
    here = pyramid[0]
    scale = np.float32(_DAMPING) / here.diagonal
    fields = scale * rest
    if len(pyramid) == 1:
        return _relaxed(here, fields, rest, scale, 16)
    fields = _relaxed(here, fields, rest, scale, _SMOOTHINGS - 1)
    correction = _cycle(pyramid[1:], _summed(rest - here.times(fields)))
    height, width = rest.shape[-2:]
    fields += correction.repeat(2, axis=-2).repeat(2, axis=-1)[..., :height, :width]
    return _relaxed(here, fields, rest, scale, _SMOOTHINGS)


def _relaxed(here: System, fields: Fields, rest: Fields, scale: Plane, times: int) -> Fields:
    for _ in range(times):
        fields += scale * (rest - here.times(fields))
    return fields


def _even(fields: Fields) -> Fields:
    height, width = fields.shape[-2:]
    if height % 2 == 0 and width % 2 == 0:
        return fields
    padding = [(0, 0)] * (fields.ndim - 2) + [(0, height % 2), (0, width % 2)]
    return np.pad(fields, padding)


def _summed(fields: Fields) -> Fields:
    even = _even(fields)
    return floats(even[..., ::2, ::2] + even[..., 1::2, ::2] + even[..., ::2, 1::2] + even[..., 1::2, 1::2])
