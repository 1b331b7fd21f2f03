"""Blocks of 8 x 8 pixels and their cosine transform, as matrix products that run at the speed of the processor."""

import numpy as np

from rekindle.imaging.planes import Plane

SIDE = 8
SIZE = SIDE * SIDE


def _basis() -> Plane:
    frequency, position = np.mgrid[0:SIDE, 0:SIDE]
    one = np.cos((2 * position + 1) * frequency * np.pi / (2 * SIDE)) * np.sqrt(2 / SIDE)
    one[0] /= np.sqrt(2)
    return np.asarray(np.kron(one, one), np.float32)


BASIS = _basis()
"""The orthonormal two-dimensional DCT-II: (64, 64), row = frequency (vertical major), column = pixel (row major)."""

ORDER = np.add.outer(np.arange(SIDE), np.arange(SIDE)).reshape(-1)
"""Sum of the vertical and horizontal frequency of each of the 64 coefficients, 0..14."""


def blocks_of(plane: Plane, top: int, left: int) -> Plane:
    """The whole blocks of a plane from the offset (top, left) on: (rows * columns, 64), a copy."""
    return cut_up(plane, top, left).reshape(-1, SIZE)


def cut_up(plane: Plane, top: int, left: int) -> Plane:
    """The same as a view (rows, columns, 8, 8)."""
    rows, columns = (plane.shape[0] - top) // SIDE, (plane.shape[1] - left) // SIDE
    cut = plane[top : top + rows * SIDE, left : left + columns * SIDE]
    return cut.reshape(rows, SIDE, columns, SIDE).transpose(0, 2, 1, 3)


def forward(blocks: Plane) -> Plane:
    """Coefficients of blocks, both (n, 64)."""
    return blocks @ BASIS.T


def inverse(coefficients: Plane) -> Plane:
    """Blocks of coefficients, both (n, 64)."""
    return coefficients @ BASIS
