"""Blocks of 8 x 8 pixels and their cosine transform, as matrix products that run at the speed of the processor."""

import numpy as np

from rekindle.imaging.planes import Plane, floats

SIDE = 8
SIZE = SIDE * SIDE


def _line() -> Plane:
    frequency, position = np.mgrid[0:SIDE, 0:SIDE]
    line = np.cos((2 * position + 1) * frequency * np.pi / (2 * SIDE)) * np.sqrt(2 / SIDE)
    line[0] /= np.sqrt(2)
    return np.asarray(line, np.float32)


LINE = _line()
"""The orthonormal DCT-II of eight numbers: (8, 8), row = frequency, column = position."""

BASIS = floats(np.kron(LINE, LINE))
"""The same of two dimensions: (64, 64), row = frequency (vertical major), column = pixel (row major)."""

_BACK = np.ascontiguousarray(LINE.T)

ORDER = np.add.outer(np.arange(SIDE), np.arange(SIDE)).reshape(-1)
"""Sum of the vertical and horizontal frequency of each of the 64 coefficients, 0..14."""


def cut_up(plane: Plane, top: int, left: int) -> Plane:
    """The whole blocks of a plane from the offset (top, left) on, as a view (rows, columns, 8, 8)."""
    rows, columns = (plane.shape[0] - top) // SIDE, (plane.shape[1] - left) // SIDE
    cut = plane[top : top + rows * SIDE, left : left + columns * SIDE]
    return cut.reshape(rows, SIDE, columns, SIDE).transpose(0, 2, 1, 3)


def forward(blocks: Plane) -> Plane:
    """Coefficients of blocks, both (n, 64)."""
    return floats(blocks @ BASIS.T)


def forward_strips(strips: Plane) -> Plane:
    """Coefficients of strips of blocks that lie side by side, both (n, 8, width), each in the place of its pixel. One
    dimension after the other takes a quarter of the multiplications, and no block has to be moved.
    """
    return (np.matmul(LINE, strips).reshape(-1, SIDE) @ _BACK).reshape(strips.shape)


def inverse_strips(coefficients: Plane) -> Plane:
    """Strips of coefficients, both (n, 8, width)."""
    across = (coefficients.reshape(-1, SIDE) @ LINE).reshape(coefficients.shape)
    return floats(np.matmul(_BACK, across))


def block_sums(strips: Plane) -> Plane:
    """The sum over each block of strips (n, 8, width): (n, width / 8)."""
    rows, _, width = strips.shape
    return (strips.reshape(-1, SIDE) @ np.ones(SIDE, np.float32)).reshape(rows, SIDE, width // SIDE).sum(axis=1)
