"""Reads the header of a JPEG by walking its markers (ITU-T T.81, annex B); entropy-coded data is only searched."""

import re
import struct
from collections.abc import Iterator

from rekindle.imaging.formats import Format
from rekindle.imaging.header_base import Data, Header, damaged
from rekindle.imaging.tags import orientation_of

_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
"""A marker that ends entropy-coded data: not a stuffed byte, not fill, not a restart."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, 0xD8})
_START_OF_SCAN, _END, _APP1 = 0xDA, 0xD9, 0xE1
_MOST_SEGMENTS = 20_000


def read_jpeg(data: Data) -> Header:
    """The header of the first picture in the file; what follows its end (a second picture of a phone, say) is not
    looked at.
    """
    frame, scans, orientation = b"", 0, 1
    for marker, body in _segments(data):
        if marker in _FRAMES:
            frame = max(frame, bytes(data[body.start : body.start + 6]), key=_area)
        elif marker == _START_OF_SCAN:
            scans += 1
        elif marker == _APP1 and orientation == 1 and data[body.start : body.start + 6] == b"Exif\0\0":
            orientation = orientation_of(bytes(data[body.start : body.stop]))
    if len(frame) < 6 or scans == 0:
        raise damaged("ends before the picture begins")
    bits, height, width, channels = struct.unpack(">BHHB", frame)
    return Header(Format.JPEG, width, height, scans=scans, orientation=orientation, bits=bits, channels=channels)


def _area(frame: bytes) -> int:
    """Orders frame headers, so that a file with several is judged by its largest."""
    if len(frame) < 6:
        return -1
    _, height, width, _ = struct.unpack(">BHHB", frame)
    return height * width


def _segments(data: Data) -> Iterator[tuple[int, slice]]:
    """Marker codes and the places of their bodies, up to the end of the picture or of the file."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        found = _MARKER.search(data, at)
        if found is None:
            return
        marker, at = data[found.end() - 1], found.end()
        if marker == _END:
            return
        if marker in _ALONE:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        if length < 2:
            raise damaged("has a part of an impossible length")
        yield marker, slice(at + 2, at + length)
        at += length
    raise damaged("is made of more parts than any photo has")
