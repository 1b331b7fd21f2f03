"""A film of a camera that moves over a picture, as H.264: one whole picture, and what the next ones add to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.making.h264 import prediction, tables
from rekindle.imaging.making.h264.entropy import CONSTANT_COLOUR, Codes, Ints, blocks, packed, signed, unit, unsigned
from rekindle.imaging.making.h264.mp4 import write_mp4
from rekindle.imaging.making.h264.residual import Quantizer, forward, from_blocks, hadamard, inverse, to_blocks

Picture: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
"""Luma, and the two planes of colour of half its width and height."""

QP = 23
"""The step of quantization: differences below about one part in 60 of the range are not coded."""
_LEVEL = 31
"""3.1: 720p at up to 30 pictures a second."""
_SEQUENCE, _SETTINGS, _WHOLE, _CHANGED = 0x67, 0x68, 0x65, 0x61
_ORDER = [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (0, 3), (1, 2), (1, 3),
          (2, 0), (2, 1), (3, 0), (3, 1), (2, 2), (2, 3), (3, 2), (3, 3)]  # fmt: skip
"""Rows and columns of the blocks of a macroblock in the order of the stream (6.4.3)."""
_DOWN, _ACROSS = (np.array(each) for each in zip(*_ORDER, strict=True))


@dataclass(frozen=True, slots=True)
class Move:
    """Where a place of one picture lay in the one before it, in pixels: `zoom` times itself, plus `across`, `down`."""

    zoom: float
    across: float
    down: float


def write_film(
    target: Path, pictures: Iterable[NDArray[np.uint8]], moves: Sequence[Move], size: tuple[int, int], rate: int
) -> None:
    """Write RGB pictures (height, width, 3) as an MP4 file. Width and height are multiples of 16.

    `moves` tell how each but the first lies to the one before it: the better they fit, the smaller the file.
    """
    quantizer = Quantizer(QP)
    units: list[bytes] = []
    before: Picture | None = None
    for number, rgb in enumerate(pictures):
        now = _to_planes(rgb)
        if before is None:
            units.append(_whole(now))
            before = now
        else:
            coded, before = _changed(now, before, _movements(moves[number - 1], size), quantizer, number)
            units.append(coded)
    write_mp4(target, units, (_sequence(size), _settings()), size, rate)


def _to_planes(rgb: NDArray[np.uint8]) -> Picture:
    """BT.709, 16..235, with colour at half size."""
    red, green, blue = (rgb[..., number].astype(np.float32) for number in range(3))
    luma = 16 + (0.2126 * red + 0.7152 * green + 0.0722 * blue) * (219 / 255)
    full = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
    colours = [128 + 224 * (each / 255 - full) / scale for each, scale in ((blue, 1.8556), (red, 1.5748))]
    halves = [each.reshape(each.shape[0] // 2, 2, each.shape[1] // 2, 2).mean(axis=(1, 3)) for each in colours]
    one, two, three = (np.clip(np.rint(each), 1, 254).astype(np.uint8) for each in (luma, *halves))
    return one, two, three


def _movements(move: Move, size: tuple[int, int]) -> Ints:
    """The movement of the middle of each macroblock, in quarters of pixels (rows, columns, 2)."""
    x, y = (np.arange(side // 16) * 16 + 7.5 for side in size)
    across, down = ((move.zoom - 1) * place + shift for place, shift in ((x, move.across), (y, move.down)))
    bound = 4 * (prediction.PAD - 8)
    both = np.stack(np.meshgrid(across, down), axis=-1)
    return np.clip(np.rint(4 * both), -bound, bound).astype(np.int32)


def _fixed(*codes: tuple[int, int]) -> Codes:
    """Values and their lengths, as they are."""
    return np.array([value for value, _ in codes], np.int32), np.array([length for _, length in codes], np.int32)


def _ue(number: int) -> tuple[int, int]:
    return number + 1, 2 * (number + 1).bit_length() - 1


def _sequence(size: tuple[int, int]) -> bytes:
    """seq_parameter_set_data (7.3.2.1.1)."""
    columns, rows = size[0] // 16, size[1] // 16
    return unit(_SEQUENCE, packed(*_fixed(
        (66, 8), (0xC0, 8), (_LEVEL, 8), _ue(0), _ue(4), _ue(2), _ue(1), (0, 1), _ue(columns - 1), _ue(rows - 1),
        (1, 1), (1, 1), (0, 1), (1, 1),
        # How colours are meant (E.1.1): BT.709, not the full range.
        (0, 1), (0, 1), (1, 1), (5, 3), (0, 1), (1, 1), (1, 8), (1, 8), (1, 8), (0, 1), (0, 1), (0, 1), (0, 1),
        (0, 1), (0, 1),
    )))  # fmt: skip


def _settings() -> bytes:
    """pic_parameter_set (7.3.2.2): CAVLC, one step of quantization, and slices may leave the filter out."""
    return unit(_SETTINGS, packed(*_fixed(
        _ue(0), _ue(0), (0, 1), (0, 1), _ue(0), _ue(0), _ue(0), (0, 1), (0, 2), _se(QP - 26), _ue(0), _ue(0),
        (1, 1), (0, 1), (0, 1),
    )))  # fmt: skip


def _se(number: int) -> tuple[int, int]:
    return _ue(2 * number - 1 if number > 0 else -2 * number)


def _whole(picture: Picture) -> bytes:
    """A picture as it is (I_PCM, 7.3.5): after the first macroblock all begin at whole bytes."""
    head, sizes = _fixed(_ue(0), _ue(7), _ue(0), (0, 8), _ue(0), (0, 1), (0, 1), _se(0), _ue(1), _ue(25))
    missing = -int(sizes.sum()) % 8
    start = packed(np.append(head, 0), np.append(sizes, missing))[:-1]
    luma, *colours = picture
    rows, columns = luma.shape[0] // 16, luma.shape[1] // 16
    parts = [
        plane.reshape(rows, side, columns, side).transpose(0, 2, 1, 3).reshape(rows * columns, side * side)
        for plane, side in ((luma, 16), (colours[0], 8), (colours[1], 8))
    ]
    kind = np.frombuffer(packed(*_fixed(_ue(25), (0, 7)))[:-1], np.uint8)
    heads = np.repeat(kind[None], rows * columns, axis=0)
    body = np.concatenate([heads, *parts], axis=1).reshape(-1)[len(kind) :].tobytes()
    return unit(_WHOLE, start + body + b"\x80")


def _changed(
    now: Picture, before: Picture, movements: Ints, quantizer: Quantizer, number: int
) -> tuple[bytes, Picture]:
    """A picture as what it adds to the one before, and the picture that decoders have then."""
    guess = prediction.luma(before[0], movements)
    difference = to_blocks(now[0] - guess, 16)
    levels = quantizer.levels(forward(difference))
    levels, luma_pattern = _worth_it(levels)
    luma = _restored(guess, quantizer.scaled(levels))
    colours = [_colour(now[each], before[each], movements, quantizer) for each in (1, 2)]
    constant = np.stack([each[0] for each in colours], axis=2)
    fine = np.stack([each[1] for each in colours], axis=2)
    has_fine, has_constant = fine.any(axis=(2, 3, 4, 5, 6)), constant.any(axis=(2, 3, 4))
    pattern = luma_pattern + 16 * np.where(has_fine, 2, has_constant.astype(np.int32))
    codes = _slice(movements, pattern, levels, constant, fine)
    head = _fixed(
        _ue(0), _ue(5), _ue(0), (number % 256, 8), (0, 1), (0, 1), (0, 1), _se(0), _ue(1)
    )  # fmt: skip
    body = packed(np.concatenate([head[0], codes[0]]), np.concatenate([head[1], codes[1]]))
    return unit(_CHANGED, body), (luma, colours[0][2], colours[1][2])


def _worth_it(levels: Ints) -> tuple[Ints, Ints]:
    """Levels without quarters of macroblocks that hold next to nothing, and which quarters have any (bits 0..3)."""
    rows, columns = levels.shape[:2]
    quarters = levels.reshape(rows, columns, 2, 2, 2, 2, 16).transpose(0, 1, 2, 4, 3, 5, 6)
    worth = np.abs(quarters).sum(axis=(4, 5, 6)) > 1
    kept = np.where(worth[..., None, None, None], quarters, 0).transpose(0, 1, 2, 4, 3, 5, 6).reshape(levels.shape)
    return kept, (worth.reshape(rows, columns, 4) * np.array([1, 2, 4, 8])).sum(axis=2)


def _restored(guess: Ints, coefficients: Ints) -> NDArray[np.uint8]:
    used = coefficients.reshape(*coefficients.shape[:4], 16).any(axis=4)
    change = np.zeros_like(coefficients)
    change[used] = inverse(coefficients[used])
    return np.clip(guess + from_blocks(change), 0, 255).astype(np.uint8)


def _colour(
    now: NDArray[np.uint8], before: NDArray[np.uint8], movements: Ints, quantizer: Quantizer
) -> tuple[Ints, Ints, NDArray[np.uint8]]:
    """Levels of the constant parts (rows, columns, 2, 2), of the others (rows, columns, 2, 2, 4, 4), and the plane."""
    guess = prediction.chroma(before, movements)
    coefficients = forward(to_blocks(now - guess, 8))
    constant = quantizer.levels(hadamard(coefficients[..., 0, 0]), constant=True)
    fine = quantizer.levels(coefficients)
    fine[..., 0, 0] = 0
    scaled = quantizer.scaled(fine)
    scaled[..., 0, 0] = quantizer.scaled_constant(constant)
    return constant, fine, _restored(guess, scaled)


def _slice(movements: Ints, pattern: Ints, levels: Ints, constant: Ints, fine: Ints) -> Codes:
    """slice_data (7.3.4) of macroblocks that move as a whole, or are skipped."""
    expected, skipping = prediction.told(movements)
    skipped = (pattern == 0) & (movements == skipping).all(axis=2)
    kept = np.flatnonzero(~skipped.ravel()).astype(np.int32)
    runs = np.asarray(np.diff(kept, prepend=-1) - 1, np.int32)
    by_unit = movements.reshape(-1, 2)[kept] - expected.reshape(-1, 2)[kept]
    coded = pattern.ravel()[kept]
    heads = [
        unsigned(runs), unsigned(np.zeros_like(runs)), signed(by_unit[:, 0]), signed(by_unit[:, 1]),
        unsigned(tables.PATTERN_CODES[coded]), (np.ones_like(runs), (coded > 0).astype(np.int32)),
    ]  # fmt: skip
    parts = [
        *((value[:, None], length[:, None]) for value, length in heads),
        _luma_codes(levels, coded, kept),
        _constant_codes(constant, coded, kept),
        _fine_codes(fine, coded, kept),
    ]
    values, lengths = (np.concatenate([part[which] for part in parts], axis=1) for which in (0, 1))
    used = lengths > 0
    left = pattern.size - 1 - (int(kept[-1]) if len(kept) else -1)
    last = _fixed(*([_ue(left)] if left else []))
    return np.concatenate([values[used], last[0]]), np.concatenate([lengths[used], last[1]])


def _luma_codes(levels: Ints, pattern: Ints, kept: Ints) -> Codes:
    scanned = levels.reshape(*levels.shape[:4], 16)[..., tables.ZIGZAG]
    around = _around(np.count_nonzero(scanned, axis=4))
    bits = (pattern[:, None] >> np.repeat(np.arange(4), 4)) & 1
    return _coded(
        scanned[:, :, _DOWN, _ACROSS].reshape(-1, 16, 16)[kept],
        around[:, :, _DOWN, _ACROSS].reshape(-1, 16)[kept],
        bits > 0,
    )


def _constant_codes(constant: Ints, pattern: Ints, kept: Ints) -> Codes:
    around = np.full((len(kept), 2), CONSTANT_COLOUR)
    return _coded(constant.reshape(-1, 2, 4)[kept], around, np.repeat((pattern >= 16)[:, None], 2, axis=1))


def _fine_codes(fine: Ints, pattern: Ints, kept: Ints) -> Codes:
    scanned = fine.reshape(*fine.shape[:5], 16)[..., tables.ZIGZAG[1:]]
    around = np.stack([_around(np.count_nonzero(scanned[:, :, each], axis=4)) for each in (0, 1)], axis=2)
    used = np.repeat((pattern >= 32)[:, None], 8, axis=1)
    return _coded(scanned.reshape(-1, 8, 15)[kept], around.reshape(-1, 8)[kept], used)


def _coded(scanned: Ints, around: Ints, used: NDArray[np.bool_]) -> Codes:
    """Codes (macroblocks, slots) of blocks (macroblocks, blocks, levels), none where a block is not used."""
    slots = 3 + 2 * scanned.shape[-1]
    flat = used.shape[0], used.shape[1] * slots
    values, lengths = (np.zeros((*used.shape, slots), np.int32) for _ in range(2))
    values[used], lengths[used] = blocks(scanned[used], around[used])
    return values.reshape(flat), lengths.reshape(flat)


def _around(counts: Ints) -> Ints:
    """As nC in 9.2.1: the mean of the coefficients in the blocks on the left and above, where there are such.

    `counts` has the shape (rows, columns, down, across).
    """
    rows, columns, down, across = counts.shape
    flat = counts.transpose(0, 2, 1, 3).reshape(rows * down, columns * across)
    left, above = np.zeros_like(flat), np.zeros_like(flat)
    left[:, 1:], above[1:] = flat[:, :-1], flat[:-1]
    both = (left + above + 1) >> 1
    both[0], both[:, 0] = left[0], above[:, 0]
    return both.reshape(rows, down, columns, across).transpose(0, 2, 1, 3)
