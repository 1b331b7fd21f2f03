"""Bits: numbers of variable length, blocks of coefficients by CAVLC (9.2), and their packing."""

import re
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.making.h264 import tables

Ints: TypeAlias = NDArray[np.int32]
Codes: TypeAlias = tuple[Ints, Ints]
"""Values and how many bits each takes, of the same shape; 0 bits: none."""

CONSTANT_COLOUR = -1
"""What surrounds the constant parts of colour: they have tables of their own."""


def unsigned(numbers: Ints) -> Codes:
    """ue(v), 9.1: Exp-Golomb codes."""
    size = np.floor(np.log2(numbers + 1)).astype(np.int32)
    return numbers + 1, 2 * size + 1


def signed(numbers: Ints) -> Codes:
    """se(v), 9.1.1."""
    return unsigned(np.where(numbers > 0, 2 * numbers - 1, -2 * numbers))


def packed(values: Ints, lengths: Ints) -> bytes:
    """All codes after one another, a one and zeros up to a whole byte (rbsp_trailing_bits)."""
    used = lengths > 0
    values, lengths = (np.append(each[used], np.int32(1)) for each in (values, lengths))
    ends = np.cumsum(lengths)
    owner = np.repeat(np.arange(len(values)), lengths)
    left = ends[owner] - 1 - np.arange(int(ends[-1]))
    return np.packbits(((values[owner] >> left) & 1).astype(np.uint8)).tobytes()


def unit(kind: int, body: bytes) -> bytes:
    """A NAL unit (7.3.1) without start code: no two zero bytes are followed by one below 4."""
    return bytes([kind]) + re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", body)


def blocks(levels: Ints, around: Ints) -> Codes:
    """The codes (n, slots) of blocks of levels (n, 4, 15 or 16) in scan order. `around` (n) is nC of 9.2.1."""
    count, most = levels.shape
    total = np.count_nonzero(levels, axis=1)
    order = np.argsort(levels[:, ::-1] == 0, axis=1, kind="stable")
    last_first = np.take_along_axis(levels[:, ::-1], order, axis=1)
    places = most - 1 - order
    units = np.minimum.accumulate((np.abs(last_first[:, :3]) == 1).astype(np.int32), axis=1)
    ones = np.count_nonzero(units, axis=1)
    values, lengths = (np.zeros((count, 3 + 2 * most), np.int32) for _ in range(2))
    table = np.where(around < 0, 4, np.digitize(around, (2, 4, 8)))
    values[:, 0], lengths[:, 0] = tables.TOKEN_BITS[table, total, ones], tables.TOKEN_LENGTHS[table, total, ones]
    for number in range(3):
        seen = ones > number
        values[seen, 1] = values[seen, 1] * 2 + (last_first[seen, number] < 0)
    lengths[:, 1] = ones
    values[:, 2 : 2 + most], lengths[:, 2 : 2 + most] = _levels(last_first, total, ones)
    at = 2 + most
    zeros = np.where(total > 0, places[:, 0] + 1 - total, 0)
    coded = (total > 0) & (total < most)
    bits, sizes = _zeros_tables(most)
    row = np.clip(total - 1, 0, bits.shape[0] - 1)
    values[coded, at], lengths[coded, at] = bits[row, zeros][coded], sizes[row, zeros][coded]
    values[:, at + 1 :], lengths[:, at + 1 :] = _runs(places, total, zeros)
    return values, lengths


def _zeros_tables(most: int) -> Codes:
    if most == 4:
        return tables.FEW_ZEROS_BITS, tables.FEW_ZEROS_LENGTHS
    return tables.ZEROS_BITS, tables.ZEROS_LENGTHS


def _levels(last_first: Ints, total: Ints, ones: Ints) -> Codes:
    """9.2.2.1: each level with a suffix whose length follows the levels before it."""
    values, lengths = np.zeros_like(last_first), np.zeros_like(last_first)
    suffix = ((total > 10) & (ones < 3)).astype(np.int32)
    for number in range(int(total.max(initial=0))):
        coded = (number >= ones) & (number < total)
        level = last_first[:, number]
        code = 2 * np.abs(level) - 2 + (level < 0) - 2 * ((number == ones) & (ones < 3))
        value, length = _level(code, suffix)
        values[coded, number], lengths[coded, number] = value[coded], length[coded]
        longer = np.maximum(suffix, 1)
        longer = longer + ((np.abs(level) > (3 << (longer - 1))) & (longer < 6))
        suffix = np.where(coded, longer, suffix)
    return values, lengths


def _level(code: Ints, suffix: Ints) -> Codes:
    """Level prefix and suffix for one level of each block."""
    code = np.maximum(code, 0)
    short = code < np.where(suffix == 0, 14, 15 << suffix)
    value = np.where(suffix == 0, 1, (1 << suffix) | (code & ((1 << suffix) - 1)))
    length = np.where(suffix == 0, code + 1, (code >> suffix) + 1 + suffix)
    middle = (suffix == 0) & (code >= 14) & (code < 30)
    escaped = (1 << 12) | (code - np.where(suffix == 0, 30, 15 << suffix))
    value = np.where(short, value, np.where(middle, 16 | (code - 14), escaped))
    return value, np.where(short, length, np.where(middle, 19, 28))


def _runs(places: Ints, total: Ints, zeros: Ints) -> Codes:
    """9.2.3: the zeros before each level, as long as any are left."""
    values, lengths = np.zeros_like(places), np.zeros_like(places)
    left = zeros.copy()
    for number in range(int(total.max(initial=1)) - 1):
        coded = (number < total - 1) & (left > 0)
        run = np.where(coded, places[:, number] - places[:, number + 1] - 1, 0)
        row = np.clip(left, 1, 7) - 1
        values[coded, number] = tables.RUN_BITS[row, run][coded]
        lengths[coded, number] = tables.RUN_LENGTHS[row, run][coded]
        left -= run
    return values, lengths
