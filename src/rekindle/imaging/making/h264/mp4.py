"""H.264 pictures as an MP4 file (ISO/IEC 14496-12 and 14496-15), its index first so that players can start at once."""

import struct
from collections.abc import Sequence
from pathlib import Path

_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SCALE = 1000


def write_mp4(
    target: Path, pictures: Sequence[bytes], settings: tuple[bytes, bytes], size: tuple[int, int], rate: int
) -> None:
    """`pictures` are one NAL unit each, the first one to be decoded by itself; `settings` are those of the sequence and
    of its pictures.
    """
    samples = [struct.pack(">I", len(each)) + each for each in pictures]
    kind = _box(b"ftyp", b"isom", struct.pack(">I", 0x200), b"isomiso2avc1mp41")
    # The place of the samples is known once the index is: it does not change its length.
    index = _index(samples, settings, size, rate, 0)
    index = _index(samples, settings, size, rate, len(kind) + len(index) + 8)
    with target.open("wb") as file:
        file.write(kind + index + struct.pack(">I", 8 + sum(map(len, samples))) + b"mdat")
        file.writelines(samples)


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + name + body


def _full(name: bytes, flags: int, *parts: bytes) -> bytes:
    return _box(name, struct.pack(">I", flags), *parts)


def _index(
    samples: Sequence[bytes], settings: tuple[bytes, bytes], size: tuple[int, int], rate: int, offset: int
) -> bytes:
    lasts = _SCALE * len(samples) // rate
    film = _full(
        b"mvhd", 0, struct.pack(">4I", 0, 0, _SCALE, lasts), struct.pack(">IH10x", 0x10000, 0x100), _MATRIX,
        bytes(24), struct.pack(">I", 2),
    )  # fmt: skip
    track = _full(
        b"tkhd", 3, struct.pack(">5I", 0, 0, 1, 0, lasts), bytes(8), struct.pack(">4H", 0, 0, 0, 0), _MATRIX,
        struct.pack(">2I", size[0] << 16, size[1] << 16),
    )  # fmt: skip
    media = _box(
        b"mdia",
        _full(b"mdhd", 0, struct.pack(">4I2H", 0, 0, rate, len(samples), 0x55C4, 0)),
        _full(b"hdlr", 0, struct.pack(">I4s12x", 0, b"vide"), b"video\0"),
        _box(
            b"minf",
            _full(b"vmhd", 1, bytes(8)),
            _box(b"dinf", _full(b"dref", 0, struct.pack(">I", 1), _full(b"url ", 1))),
            _samples(samples, settings, size, offset),
        ),
    )
    return _box(b"moov", film, _box(b"trak", track, media))


def _samples(samples: Sequence[bytes], settings: tuple[bytes, bytes], size: tuple[int, int], offset: int) -> bytes:
    sequence, picture = settings
    decoder = _box(
        b"avcC", bytes([1, *sequence[1:4], 0xFF, 0xE1]), struct.pack(">H", len(sequence)), sequence, b"\x01",
        struct.pack(">H", len(picture)), picture,
    )  # fmt: skip
    shown = struct.pack(">6xH16x2H2I4xH32xHh", 1, *size, 0x480000, 0x480000, 1, 24, -1)
    colours = _box(b"colr", b"nclx", struct.pack(">3HB", 1, 1, 1, 0))
    count = len(samples)
    return _box(
        b"stbl",
        _full(b"stsd", 0, struct.pack(">I", 1), _box(b"avc1", shown, decoder, colours)),
        _full(b"stts", 0, struct.pack(">3I", 1, count, 1)),
        _full(b"stss", 0, struct.pack(">2I", 1, 1)),
        _full(b"stsc", 0, struct.pack(">4I", 1, 1, count, 1)),
        _full(b"stsz", 0, struct.pack(f">2I{count}I", 0, count, *map(len, samples))),
        _full(b"stco", 0, struct.pack(">2I", 1, offset)),
    )
