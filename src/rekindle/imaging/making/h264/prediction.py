"""A picture from the one before it, moved by quarters of pixels (8.4.2.2), and how movements are told (8.4.1)."""

from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from rekindle.imaging.making.h264.entropy import Ints

Plane: TypeAlias = NDArray[np.uint8]

PAD = 24
"""Pixels around a plane that repeat its rim: movements may lead so far outside, less the reach of the filter."""
_TAPS = np.array([1, -5, 20, 20, -5, 1], np.float32)


def luma(plane: Plane, movements: Ints) -> Ints:
    """The prediction of a plane from its predecessor; `movements` (rows, columns, 2) in quarters: x, y."""
    rows, columns = movements.shape[:2]
    padded = np.pad(plane, PAD, mode="edge")
    finer = _Finer(padded)
    blocks = np.empty((rows, columns, 16, 16), np.int32)
    part = movements & 3
    x, y = _begins(movements, 16, 2)
    for across in range(4):
        for down in range(4):
            chosen = (part[..., 0] == across) & (part[..., 1] == down)
            if chosen.any():
                blocks[chosen] = sliding_window_view(finer.at(across, down), (16, 16))[y[chosen], x[chosen]]
    return blocks.transpose(0, 2, 1, 3).reshape(rows * 16, columns * 16)


def chroma(plane: Plane, movements: Ints) -> Ints:
    """The same for a plane of colour, of half the size: eighths of pixels, bilinear."""
    rows, columns = movements.shape[:2]
    padded = np.pad(plane, PAD, mode="edge").astype(np.int32)
    x, y = _begins(movements, 8, 3)
    windows = sliding_window_view(padded, (9, 9))[y, x]
    across, down = ((movements[..., axis] & 7)[..., None, None] for axis in (0, 1))
    upper = windows[..., :8, :8] * (8 - across) + windows[..., :8, 1:] * across
    lower = windows[..., 1:, :8] * (8 - across) + windows[..., 1:, 1:] * across
    blocks = (upper * (8 - down) + lower * down + 32) >> 6
    return blocks.transpose(0, 2, 1, 3).reshape(rows * 8, columns * 8)


def told(movements: Ints) -> tuple[Ints, Ints]:
    """What decoders expect of each movement (rows, columns, 2), and what they take for skipped macroblocks."""
    rows, columns = movements.shape[:2]
    framed = np.zeros((rows + 1, columns + 2, 2), np.int32)
    framed[1:, 1:-1] = movements
    left, above, beyond = framed[1:, :-2], framed[:-1, 1:-1], framed[:-1, 2:].copy()
    beyond[1:, -1] = framed[1:-1, -3] if columns > 1 else 0
    expected = left + above + beyond - np.maximum(np.maximum(left, above), beyond)
    expected -= np.minimum(np.minimum(left, above), beyond)
    expected[0] = left[0]
    moving = np.any(left != 0, axis=2, keepdims=True) & np.any(above != 0, axis=2, keepdims=True)
    skipping = np.where(moving, expected, 0)
    skipping[0], skipping[:, 0] = 0, 0
    return expected, skipping


def _begins(movements: Ints, side: int, bits: int) -> tuple[Ints, Ints]:
    """Columns and rows of a padded plane where the blocks begin that are meant, the last `bits` left out."""
    rows, columns = movements.shape[:2]
    x = np.arange(columns, dtype=np.int32) * side + PAD + (movements[..., 0] >> bits)
    return x, np.arange(rows, dtype=np.int32)[:, None] * side + PAD + (movements[..., 1] >> bits)


class _Finer:
    """A plane and what lies between its pixels."""

    def __init__(self, plane: Plane) -> None:
        whole = plane.astype(np.float32)
        raw = _filtered(whole, _TAPS, None)
        self._whole = plane
        self._across = _rounded(raw, 5)
        self._down = _rounded(_filtered(whole, None, _TAPS), 5)
        self._middle = _rounded(_filtered(raw, None, _TAPS), 10)

    def at(self, across: int, down: int) -> Plane:
        """The plane moved by quarters: Table 8-12."""
        if across % 2 == 0 and down % 2 == 0:
            return self._half(across, down)
        if across % 2 == 0 or down % 2 == 0:
            one = self._half(across - across % 2, down - down % 2)
            two = self._half(across + across % 2, down + down % 2)
        else:
            one = self._half(2, 4 if down == 3 else 0)
            two = self._half(4 if across == 3 else 0, 2)
        return ((one.astype(np.uint16) + two + 1) >> 1).astype(np.uint8)

    def _half(self, across: int, down: int) -> Plane:
        """At multiples of half a pixel, 0..4 quarters."""
        planes = {(0, 0): self._whole, (2, 0): self._across, (0, 2): self._down, (2, 2): self._middle}
        moved = planes[across % 4, down % 4]
        if across == 4:
            moved = np.concatenate([moved[:, 1:], moved[:, -1:]], axis=1)
        return np.concatenate([moved[1:], moved[-1:]], axis=0) if down == 4 else moved


def _filtered(
    plane: NDArray[np.float32], across: NDArray[np.float32] | None, down: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """Six pixels from two before to three after, exact in float32."""
    one = np.ones(1, np.float32)
    kernels = one if across is None else across, one if down is None else down
    anchor = (0 if across is None else 2, 0 if down is None else 2)
    filtered = cv2.sepFilter2D(plane, cv2.CV_32F, *kernels, anchor=anchor, borderType=cv2.BORDER_REPLICATE)
    return cast("NDArray[np.float32]", filtered)


def _rounded(values: NDArray[np.float32], shift: int) -> Plane:
    whole = (values.astype(np.int32) + (1 << (shift - 1))) >> shift
    return np.clip(whole, 0, 255).astype(np.uint8)
