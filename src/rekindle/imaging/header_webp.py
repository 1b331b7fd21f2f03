"""Reads the header of a WebP by walking its RIFF chunks (RFC 9649)."""

import struct
from collections.abc import Iterator

from rekindle.imaging.formats import Format
from rekindle.imaging.header_base import Data, Header, damaged
from rekindle.imaging.tags import orientation_of

_MOST_CHUNKS = 20_000
_ALPHA, _ANIMATED = 0x10, 0x02


def read_webp(data: Data) -> Header:
    """The header of a WebP: of the canvas, where there is one, or of the picture, whichever is larger."""
    width = height = frames = flags = 0
    orientation = 1
    for kind, body in _chunks(data):
        head = bytes(data[body.start : min(body.stop, body.start + 10)])
        if kind == b"VP8X" and len(head) == 10:
            flags = head[0]
            width = max(width, 1 + int.from_bytes(head[4:7], "little"))
            height = max(height, 1 + int.from_bytes(head[7:10], "little"))
        elif kind in (b"VP8 ", b"VP8L"):
            size, frames = _picture_size(kind, head), frames + 1
            width, height = max(width, size[0]), max(height, size[1])
        elif kind == b"ANMF":
            frames += 1
        elif kind == b"EXIF":
            orientation = orientation_of(bytes(data[body]))
    if frames == 0:
        raise damaged("holds no picture data")
    shown = frames if flags & _ANIMATED else 1
    channels = 4 if flags & _ALPHA else 3
    return Header(Format.WEBP, width, height, shown, orientation=orientation, channels=channels)


def _picture_size(kind: bytes, head: bytes) -> tuple[int, int]:
    """Width and height of a lossy (RFC 6386, 9.1) or lossless bitstream (RFC 9649, 3.4)."""
    if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a" and len(head) == 10:
        width, height = struct.unpack_from("<HH", head, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and head[:1] == b"\x2f" and len(head) >= 5:
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    raise damaged("has a picture that does not begin like one")


def _chunks(data: Data) -> Iterator[tuple[bytes, slice]]:
    """Types of chunks and the places of their bodies, up to the end of the file."""
    at = 12
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(data):
            return
        kind, length = struct.unpack_from("<4sI", data, at)
        yield kind, slice(at + 8, at + 8 + length)
        at += 8 + length + length % 2
    raise damaged("is made of more parts than any photo has")
