"""Reads the header of an MP4 film: its size and how long it lasts (ISO/IEC 14496-12). Nothing is decoded."""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rekindle.imaging.header_base import DamagedFile

_MOST_BOXES = 4096
_FIXED_POINT = 65536


@dataclass(frozen=True, slots=True)
class FilmHeader:
    """A film of `width` x `height` pixels; `seconds` is None where the file does not say."""

    width: int
    height: int
    seconds: float | None


def read_film(path: Path) -> FilmHeader:
    """The header of an MP4 file. Raises DamagedFile for anything else, and for one that is cut off."""
    if path.stat().st_size < 16:
        raise _damaged("is too short")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            return _read(data)
        except (struct.error, IndexError) as error:
            raise _damaged("ends within its header") from error


def _read(data: mmap.mmap) -> FilmHeader:
    boxes = list(_boxes(data, 0, len(data)))
    if not boxes or boxes[0][0] != b"ftyp":
        raise _damaged("is none")
    if not any(kind == b"mdat" for kind, _, _ in boxes):
        raise _damaged("has no pictures")
    seconds, sizes = None, [(0, 0)]
    for _, start, end in _named(data, b"moov", 0, len(data)):
        for _, at, _ in _named(data, b"mvhd", start, end):
            seconds = _duration(data, at)
        for _, track, track_end in _named(data, b"trak", start, end):
            sizes += [_size(data, head_end) for _, _, head_end in _named(data, b"tkhd", track, track_end)]
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    if width < 1 or height < 1:
        raise _damaged("does not say how large it is")
    return FilmHeader(width, height, seconds)


def _named(data: mmap.mmap, name: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    return (box for box in _boxes(data, start, end) if box[0] == name)


def _boxes(data: mmap.mmap, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Types of boxes and where their bodies begin and end (14496-12, 4.2)."""
    at = start
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            raise _damaged("is cut off")
        yield kind, at + head, at + size
        at += size


def _duration(data: mmap.mmap, at: int) -> float | None:
    """Seconds, from the body of `mvhd` (8.2.2); a film in fragments says 0."""
    scale, units = struct.unpack_from(">IQ" if data[at] == 1 else ">II", data, at + (20 if data[at] == 1 else 12))
    return units / scale if scale and units else None


def _size(data: mmap.mmap, end: int) -> tuple[int, int]:
    """Width and height at the end of `tkhd` (8.3.2), in fixed point; sound has none."""
    width, height = struct.unpack_from(">II", data, end - 8)
    return width // _FIXED_POINT, height // _FIXED_POINT


def _damaged(why: str) -> DamagedFile:
    return DamagedFile(f"This film {why}. Make it once more.")
