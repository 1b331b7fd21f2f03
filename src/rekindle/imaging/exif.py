"""Reads and mends EXIF blocks in place, so that the offsets inside of makers' notes stay true (EXIF 3.0, CIPA
DC-008).
"""

import re
import struct
from datetime import datetime

from rekindle.imaging.tags import EXIF_DIRECTORY, GPS_DIRECTORY, ORIENTATION, Directory, Entry, TagError, TagFile

_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
_TAKEN, _DIGITIZED, _TAKEN_OFFSET = 0x9003, 0x9004, 0x9011
_WIDTHS, _HEIGHTS = (0x0100, 0xA002), (0x0101, 0xA003)
_THUMBNAIL, _THUMBNAIL_LENGTH = 0x0201, 0x0202
_STRIPS, _STRIP_LENGTHS = 0x0111, 0x0117
_POSITION_TAGS = frozenset(range(1, 32))
"""All of the GPS directory but its version."""

_EMPTY = b"II*\0\x08\0\0\0" + bytes(6)


def has_location(exif: bytes) -> bool:
    """Whether the block says where the photo was taken."""
    try:
        tags = TagFile(exif)
        place = tags.number(tags.directory(tags.first), GPS_DIRECTORY, 0)
        return bool(place) and bool(_POSITION_TAGS & tags.directory(place).entries.keys())
    except TagError:
        return b"GPSLatitude" in exif


def taken_at(exif: bytes) -> str | None:
    """When the photo was taken or else digitized, as ISO 8601 without a zone, or with its offset when the block has
    one.
    """
    try:
        tags = TagFile(exif)
        inner = tags.directory(tags.number(tags.directory(tags.first), EXIF_DIRECTORY, 0))
        texts = {tag: _text(tags, inner, tag) for tag in (_TAKEN, _DIGITIZED, _TAKEN_OFFSET)}
    except TagError:
        return None
    moment = _moment(texts[_TAKEN]) or _moment(texts[_DIGITIZED])
    offset = texts[_TAKEN_OFFSET]
    zone = offset if moment and texts[_TAKEN] and re.fullmatch(r"[+-][01]\d:[0-5]\d", offset) else ""
    return f"{moment}{zone}" if moment else None


def resolution(exif: bytes) -> tuple[float, float] | None:
    """Dots per inch, horizontally and vertically."""
    try:
        tags = TagFile(exif)
        first = tags.directory(tags.first)
        sides = [_fraction(tags, first, tag) for tag in (_X_RESOLUTION, _Y_RESOLUTION)]
        unit = {2: 1.0, 3: 2.54}.get(tags.number(first, _RESOLUTION_UNIT, 2), 0.0)
    except TagError:
        return None
    return (round(sides[0] * unit, 2), round(sides[1] * unit, 2)) if all(sides) and unit else None


def stating_resolution(exif: bytes | None, dpi: tuple[float, float]) -> bytes:
    """The block, or a new one, with the resolution in it if it states none. Raises TagError.

    A new first directory goes to the end, so that everything else stays in its place.
    """
    block = exif or _EMPTY
    if resolution(block):
        return block
    tags = TagFile(block)
    first, start = tags.directory(tags.first), len(block) + len(block) % 2
    entries = {tag: block[entry.entry_at : entry.entry_at + 12] for tag, entry in first.entries.items()}
    values_at = start + 2 + 12 * len(entries.keys() | {_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT}) + 4
    for place, tag in enumerate((_X_RESOLUTION, _Y_RESOLUTION)):
        entries[tag] = struct.pack(f"{tags.order}HHII", tag, 5, 1, values_at + 8 * place)
    entries[_RESOLUTION_UNIT] = struct.pack(f"{tags.order}HHIHH", _RESOLUTION_UNIT, 3, 1, 2, 0)
    directory = b"".join(entries[tag] for tag in sorted(entries))
    values = struct.pack(f"{tags.order}4I", round(dpi[0] * 100), 100, round(dpi[1] * 100), 100)
    head = block[:4] + struct.pack(f"{tags.order}I", start) + block[8:].ljust(start - 8, b"\0")
    return (
        head
        + struct.pack(f"{tags.order}H", len(entries))
        + directory
        + struct.pack(f"{tags.order}I", first.next)
        + values
    )


def mended(exif: bytes, *, width: int, height: int, location: bool) -> bytes | None:
    """The block for an upright result of this size: no thumbnail of the old pixels, and no location unless that is
    wanted.

    None when the block cannot be read: one that cannot be mended is not passed on.
    """
    block = bytearray(exif)
    try:
        tags = TagFile(exif)
        first = tags.directory(tags.first)
        _drop_thumbnail(tags, first, block)
        inner_at = tags.number(first, EXIF_DIRECTORY, 0)
        directories = [first, *([tags.directory(inner_at)] if inner_at else [])]
        for directory in directories:
            _set(tags, directory, block, {ORIENTATION: 1})
            _set(tags, directory, block, dict.fromkeys(_WIDTHS, width) | dict.fromkeys(_HEIGHTS, height))
        if not location:
            _drop_location(tags, first, block)
    except (TagError, OverflowError):
        return None
    return bytes(block)


def _set(tags: TagFile, directory: Directory, block: bytearray, wanted: dict[int, int]) -> None:
    """Give tags that are there a new single value, as a LONG unless they hold a SHORT that is wide enough."""
    order = "little" if tags.order == "<" else "big"
    for tag, value in wanted.items():
        entry = directory.entries.get(tag)
        if entry is None:
            continue
        short = entry.kind == 3 and value <= 0xFFFF
        block[entry.entry_at + 2 : entry.entry_at + 4] = (3 if short else 4).to_bytes(2, order)
        block[entry.entry_at + 4 : entry.entry_at + 8] = (1).to_bytes(4, order)
        block[entry.entry_at + 8 : entry.entry_at + 12] = value.to_bytes(2 if short else 4, order).ljust(4, b"\0")


def _drop_thumbnail(tags: TagFile, first: Directory, block: bytearray) -> None:
    """Cut the second directory off, and wipe it with its picture."""
    if not first.next:
        return
    block[first.next_at : first.next_at + 4] = bytes(4)
    try:
        second = tags.directory(first.next)
        for places, lengths in ((_THUMBNAIL, _THUMBNAIL_LENGTH), (_STRIPS, _STRIP_LENGTHS)):
            if places in second.entries and lengths in second.entries:
                for at, size in zip(
                    tags.numbers(second.entries[places]), tags.numbers(second.entries[lengths]), strict=False
                ):
                    _wipe(block, at, size)
        _wipe(block, second.at, second.next_at + 4 - second.at)
    except TagError:
        return


def _drop_location(tags: TagFile, first: Directory, block: bytearray) -> None:
    """Take the entry out of the first directory, and wipe what it pointed to."""
    entry = first.entries.get(GPS_DIRECTORY)
    if entry is None:
        return
    place = tags.number(first, GPS_DIRECTORY, 0)
    rest = bytes(block[entry.entry_at + 12 : first.next_at + 4])
    block[entry.entry_at : entry.entry_at + len(rest)] = rest
    _wipe(block, first.next_at - 8, 12)
    count = tags.unpack("H", first.at) - 1
    block[first.at : first.at + 2] = count.to_bytes(2, "little" if tags.order == "<" else "big")
    gone = tags.directory(place)
    for each in gone.entries.values():
        _wipe(block, each.value_at, each.size)
    _wipe(block, gone.at, gone.next_at - gone.at)


def _wipe(block: bytearray, at: int, size: int) -> None:
    stop = min(at + size, len(block))
    if 8 <= at < stop:
        block[at:stop] = bytes(stop - at)


def _text(tags: TagFile, directory: Directory, tag: int) -> str:
    entry: Entry | None = directory.entries.get(tag)
    if entry is None or entry.kind != 2 or entry.size > 64:
        return ""
    return tags.raw(entry).split(b"\0")[0].decode("ascii", "replace").strip()


def _fraction(tags: TagFile, directory: Directory, tag: int) -> float:
    entry = directory.entries.get(tag)
    values = tags.numbers(entry) if entry and entry.kind == 5 else ()
    return values[0] / values[1] if len(values) == 2 and values[1] else 0.0


def _moment(text: str) -> str | None:
    """EXIF's "2004:07:19 18:05:11" in ISO 8601; None for what is no moment."""
    try:
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").isoformat()  # noqa: DTZ007 - EXIF has local time
    except ValueError:
        return None
