"""Copies directories of tags between TIFF files and EXIF blocks, moving their values along."""

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

from rekindle.imaging.tags import EXIF_DIRECTORY, GPS_DIRECTORY, TagError, TagFile

_INTEROPERABILITY = 0xA005
_ABOUT_THE_PHOTO = frozenset({
    0x010D, 0x010E, 0x010F, 0x0110, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x013B, 0x8298, 0x4746, 0x4749,
})  # fmt: skip
"""Tags of a first directory that describe the photo and not how its pixels are stored."""

RESOLUTION_TAGS = frozenset({0x011A, 0x011B, 0x0128})

_LARGEST_VALUE = 1 << 20

_UNITS = {3: 2, 8: 2, 4: 4, 9: 4, 5: 4, 10: 4, 11: 4, 13: 4, 12: 8}
"""Bytes that change places together when the byte order of a value changes, by its type."""


@dataclass(frozen=True, slots=True)
class Value:
    """A tag with its values as bytes, in the byte order of where it came from."""

    tag: int
    kind: int
    count: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class PhotoTags:
    """What a TIFF or an EXIF block says about a photo."""

    order: str
    first: tuple[Value, ...]
    exif: tuple[Value, ...]
    gps: tuple[Value, ...]

    def in_order(self, order: str) -> "PhotoTags":
        """The same with the values in another byte order ("<" or ">")."""
        if order == self.order:
            return self
        first, exif, gps = (tuple(map(_swapped, values)) for values in (self.first, self.exif, self.gps))
        return PhotoTags(order, first, exif, gps)


def exif_of_tiff(path: Path, page: int) -> bytes | None:
    """An EXIF block made of the descriptive tags of a page of a TIFF file, or None when it has none."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            tags = TagFile(data)
            at = tags.first
            for _ in range(page):
                at = tags.directory(at).next
            found = read_photo_tags(tags, at)
        except TagError:
            return None
    return _exif_block(found) if found.first or found.exif or found.gps else None


def _exif_block(found: PhotoTags) -> bytes:
    mark = b"II*\0" if found.order == "<" else b"MM\0*"
    return mark + struct.pack(f"{found.order}I", 8) + write_photo_tags(found, (), base=8)


def read_photo_tags(tags: TagFile, at: int) -> PhotoTags:
    """The descriptive tags of the directory at a place, with its EXIF and GPS directories. Raises TagError."""
    first = tags.directory(at)
    inner = {name: tags.number(first, name, 0) for name in (EXIF_DIRECTORY, GPS_DIRECTORY)}
    values = tuple(value for value in all_values(tags, at) if value.tag in _ABOUT_THE_PHOTO)
    exif, gps = (_inner_values(tags, inner[name]) for name in (EXIF_DIRECTORY, GPS_DIRECTORY))
    return PhotoTags(tags.order, values, exif, gps)


def write_photo_tags(found: PhotoTags, others: tuple[Value, ...], *, base: int) -> bytes:
    """A first directory with these and `others` (in the same byte order), to be put at the offset `base` of a file."""
    places: list[Value] = []
    body = b""
    size = _directory_size(len({value.tag for value in (*found.first, *others)}) + bool(found.exif) + bool(found.gps))
    for name, values in ((EXIF_DIRECTORY, found.exif), (GPS_DIRECTORY, found.gps)):
        if values:
            at = base + size + len(body)
            places.append(Value(name, 4, 1, struct.pack(f"{found.order}I", at)))
            body += _directory(found.order, values, at, at + _directory_size(len(values)))
    merged = {value.tag: value for value in (*found.first, *others, *places)}
    return _directory(found.order, tuple(merged.values()), base, base + size + len(body), between=body)


def _directory_size(entries: int) -> int:
    return 2 + 12 * entries + 4


def _directory(order: str, values: tuple[Value, ...], at: int, free: int, *, between: bytes = b"") -> bytes:
    """A directory for the offset `at`; long values follow `between`, from the offset `free` on."""
    assert free == at + _directory_size(len(values)) + len(between)
    entries, long = b"", b""
    for value in sorted(values, key=lambda each: each.tag):
        field = value.raw.ljust(4, b"\0")
        if len(value.raw) > 4:
            field = struct.pack(f"{order}I", free + len(long))
            long += value.raw + b"\0" * (len(value.raw) % 2)
        entries += struct.pack(f"{order}HHI", value.tag, value.kind, value.count) + field
    return struct.pack(f"{order}H", len(values)) + entries + bytes(4) + between + long


def _inner_values(tags: TagFile, at: int) -> tuple[Value, ...]:
    """The values of a directory that others point to; a broken one is as good as none."""
    try:
        return all_values(tags, at) if at else ()
    except TagError:
        return ()


def all_values(tags: TagFile, at: int) -> tuple[Value, ...]:
    """The values of a directory, without absurdly long ones. Raises TagError."""
    return tuple(
        Value(entry.tag, entry.kind, entry.count, tags.raw(entry))
        for entry in tags.directory(at).entries.values()
        if 0 < entry.size <= _LARGEST_VALUE and entry.kind <= 13 and entry.tag != _INTEROPERABILITY
    )


def _swapped(value: Value) -> Value:
    unit = _UNITS.get(value.kind, 1)
    raw = b"".join(value.raw[at : at + unit][::-1] for at in range(0, len(value.raw), unit))
    return Value(value.tag, value.kind, value.count, raw)
