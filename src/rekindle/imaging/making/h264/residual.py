"""Differences between pictures as quantized coefficients, and back (8.5)."""

from dataclasses import dataclass

import numpy as np

from rekindle.imaging.making.h264 import tables
from rekindle.imaging.making.h264.entropy import Ints

_FORWARD = np.array([[1, 1, 1, 1], [2, 1, -1, -2], [1, -1, -1, 1], [1, -2, 2, -1]], np.float32)
_BOTH_WAYS = np.ascontiguousarray(np.kron(_FORWARD, _FORWARD).T)
"""Rows and columns at once, on blocks as rows of 16: exact in float32."""
_LARGEST = 2000
"""No level is larger, so that none needs the longest codes."""


@dataclass(frozen=True, slots=True)
class Quantizer:
    """Quantizes with one step `qp` (0..29, where colour has the same) for a whole film."""

    qp: int

    def levels(self, coefficients: Ints, *, constant: bool = False) -> Ints:
        """Levels of coefficients (..., 4, 4), or of the `constant` parts of colour (..., 2, 2)."""
        shift = 15 + self.qp // 6 + constant
        factors = tables.MULTIPLIERS[self.qp % 6][tables.KINDS if not constant else 0]
        sizes = (np.abs(coefficients) * factors + (1 << shift) // 6) >> shift
        return np.sign(coefficients) * np.minimum(sizes, _LARGEST)

    def scaled(self, levels: Ints) -> Ints:
        """Coefficients of levels (..., 4, 4), as decoders have them."""
        return (levels * tables.SCALES[self.qp % 6][tables.KINDS]) << (self.qp // 6)

    def scaled_constant(self, levels: Ints) -> Ints:
        """The same for the constant parts of colour (..., 2, 2)."""
        return ((hadamard(levels) * int(tables.SCALES[self.qp % 6, 0])) << (self.qp // 6)) >> 1


def to_blocks(plane: Ints, side: int) -> Ints:
    """A plane as macroblocks of `side`, each of 4 x 4 blocks: (rows, columns, down, across, 4, 4)."""
    rows, columns, blocks = plane.shape[0] // side, plane.shape[1] // side, side // 4
    parts = plane.reshape(rows, blocks, 4, columns, blocks, 4).transpose(0, 3, 1, 4, 2, 5)
    return np.ascontiguousarray(parts, np.int32)


def from_blocks(blocks: Ints) -> Ints:
    """And back."""
    rows, columns, down, across = blocks.shape[:4]
    return blocks.transpose(0, 2, 4, 1, 3, 5).reshape(rows * down * 4, columns * across * 4)


def forward(blocks: Ints) -> Ints:
    """The transform of blocks (..., 4, 4)."""
    exact = blocks.reshape(-1, 16).astype(np.float32) @ _BOTH_WAYS
    return np.rint(exact).astype(np.int32).reshape(blocks.shape)


def hadamard(blocks: Ints) -> Ints:
    """The transform of 2 x 2 blocks, which undoes itself but for a factor."""
    a, b, c, d = blocks[..., 0, 0], blocks[..., 0, 1], blocks[..., 1, 0], blocks[..., 1, 1]
    both = np.stack([a + b + c + d, a - b + c - d, a + b - c - d, a - b - c + d], axis=-1)
    return both.reshape(blocks.shape)


def inverse(blocks: Ints) -> Ints:
    """What decoders make of coefficients (..., 4, 4), bit by bit."""
    for _ in range(2):
        a, b, c, d = (blocks[..., number] for number in range(4))
        even, odd = (a + c, a - c), ((b >> 1) - d, b + (d >> 1))
        mixed = np.stack([even[0] + odd[1], even[1] + odd[0], even[1] - odd[0], even[0] - odd[1]], axis=-1)
        blocks = mixed.swapaxes(-1, -2)
    return (blocks + 32) >> 6
