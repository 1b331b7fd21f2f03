"""Reads the directories of tags that TIFF files and EXIF blocks are made of (TIFF 6.0, section 2; BigTIFF), within
bounds.
"""

import struct
from dataclasses import dataclass

from rekindle.imaging.header_base import Data

ORIENTATION = 0x0112
EXIF_DIRECTORY = 0x8769
GPS_DIRECTORY = 0x8825

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_CODES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_MOST_ENTRIES = 4096
_MOST_VALUES = 1 << 20


class TagError(ValueError):
    """The directory points outside of the data, or is not one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag: its type and number of values (TIFF 6.0, p. 14-16), where its entry is, and where its values are."""

    tag: int
    kind: int
    count: int
    entry_at: int
    value_at: int

    @property
    def size(self) -> int:
        """Bytes that the values take."""
        return _SIZES.get(self.kind, 0) * self.count


@dataclass(frozen=True, slots=True)
class Directory:
    """The tags of one directory, its own place, and the place of the offset of the next one."""

    entries: dict[int, Entry]
    at: int
    next_at: int
    next: int


class TagFile:
    """A TIFF structure in memory or in a mapped file."""

    def __init__(self, data: Data) -> None:
        mark = bytes(data[:4])
        if mark[:2] not in (b"II", b"MM"):
            raise TagError("no byte order")
        self.data = data
        self.order = "<" if mark[:2] == b"II" else ">"
        self.big = struct.unpack(f"{self.order}H", mark[2:4].ljust(2, b"\0"))[0] == 43
        self.first = self.unpack("Q", 8) if self.big else self.unpack("I", 4)

    def unpack(self, code: str, at: int) -> int:
        """One whole number of the struct type `code` at a place."""
        try:
            return int(struct.unpack_from(f"{self.order}{code}", self.data, at)[0])
        except struct.error as error:
            raise TagError("ends too early") from error

    def directory(self, at: int) -> Directory:
        """The directory at a place. Raises TagError."""
        count, start = (self.unpack("Q", at), at + 8) if self.big else (self.unpack("H", at), at + 2)
        step, code = (20, "Q") if self.big else (12, "I")
        next_at = start + count * step
        if count > _MOST_ENTRIES or next_at > len(self.data):
            raise TagError("a directory is cut off")
        entries = [self._entry(start + index * step) for index in range(count)]
        following = self.unpack(code, next_at) if next_at + struct.calcsize(f"={code}") <= len(self.data) else 0
        return Directory({entry.tag: entry for entry in reversed(entries)}, at, next_at, following)

    def numbers(self, entry: Entry) -> tuple[int, ...]:
        """The values of a tag as whole numbers; fractions (types 5 and 10) come as numerator, denominator, numerator,
        …
        """
        code = _CODES.get(entry.kind) or {5: "II", 10: "ii"}.get(entry.kind)
        if code is None or entry.count > _MOST_VALUES:
            raise TagError(f"tag {entry.tag} is not a list of numbers")
        try:
            return struct.unpack_from(f"{self.order}{code * entry.count}", self.data, entry.value_at)
        except struct.error as error:
            raise TagError("a value is cut off") from error

    def number(self, directory: Directory, tag: int, default: int) -> int:
        """The first value of a tag, or `default` when it is not there."""
        entry = directory.entries.get(tag)
        values = self.numbers(entry) if entry else ()
        return values[0] if values else default

    def raw(self, entry: Entry) -> bytes:
        """The bytes of the values of a tag, in the byte order of the file."""
        end = entry.value_at + entry.size
        if end > len(self.data):
            raise TagError("a value is cut off")
        return bytes(self.data[entry.value_at : end])

    def _entry(self, at: int) -> Entry:
        tag, kind = self.unpack("H", at), self.unpack("H", at + 2)
        count = self.unpack("Q", at + 4) if self.big else self.unpack("I", at + 4)
        field, inline, code = (at + 12, 8, "Q") if self.big else (at + 8, 4, "I")
        place = field if _SIZES.get(kind, 0) * count <= inline else self.unpack(code, field)
        return Entry(tag, kind, count, at, place)


def orientation_of(exif: bytes) -> int:
    """The orientation (1..8) that an EXIF block asks for; 1 when it is missing or makes no sense."""
    try:
        tags = TagFile(exif.removeprefix(b"Exif\0\0"))
        value = tags.number(tags.directory(tags.first), ORIENTATION, 1)
    except TagError:
        return 1
    return value if 1 <= value <= 8 else 1
