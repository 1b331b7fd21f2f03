"""Reads the header of a PNG by walking its chunks (W3C PNG, third edition), and bounds what its compressed texts
unpack to.
"""

import struct
import zlib
from collections.abc import Iterator

from rekindle.imaging.formats import Format
from rekindle.imaging.header_base import Data, Header, damaged
from rekindle.imaging.tags import orientation_of

_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}
_MOST_CHUNKS = 100_000
_MOST_UNPACKED = 16 << 20
"""Bytes that all compressed texts and the profile may unpack to; the largest profiles in use have 4 MB."""


def read_png(data: Data) -> Header:
    """The header of a PNG. An animation counts its frames; a sequence of one is a still picture."""
    chunks = _chunks(data)
    kind, body = next(chunks, (b"", slice(0, 0)))
    if kind != b"IHDR" or body.stop - body.start != 13 or body.stop > len(data):
        raise damaged("has no PNG header")
    width, height, bits, colour = struct.unpack_from(">IIBB", data, body.start)
    if colour not in _CHANNELS:
        raise damaged("has a colour type that PNG does not know")
    frames, orientation, unpacked, pictured = 1, 1, 0, False
    for kind, body in chunks:
        if kind == b"acTL" and not pictured:
            frames = max(1, int.from_bytes(data[body.start : body.start + 4], "big"))
        elif kind == b"eXIf":
            orientation = orientation_of(bytes(data[body]))
        elif kind in (b"iCCP", b"zTXt", b"iTXt"):
            unpacked += _unpacked(kind, bytes(data[body]), _MOST_UNPACKED - unpacked)
        pictured = pictured or kind == b"IDAT"
    if not pictured:
        raise damaged("holds no picture data")
    return Header(Format.PNG, width, height, frames, orientation=orientation, bits=bits, channels=_CHANNELS[colour])


def _chunks(data: Data) -> Iterator[tuple[bytes, slice]]:
    """Types of chunks and the places of their bodies, up to IEND or the end of the file."""
    at = 8
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IEND":
            return
        yield kind, slice(at + 8, at + 8 + length)
        at += 12 + length
    raise damaged("is made of more parts than any photo has")


def _unpacked(kind: bytes, body: bytes, most: int) -> int:
    """How many bytes a compressed chunk unpacks to. Raises DamagedFile beyond `most`."""
    name_end = body.find(b"\0")
    packed = b""
    if kind != b"iTXt":
        packed = body[name_end + 2 :]
    elif body[name_end + 1 : name_end + 2] == b"\1":
        packed = body[name_end + 3 :].split(b"\0", 2)[-1]
    total, engine = 0, zlib.decompressobj()
    try:
        while packed and not engine.eof and total <= most:
            total += len(engine.decompress(packed, 1 << 20))
            packed = engine.unconsumed_tail
    except zlib.error:
        return total
    if total > most:
        raise damaged("hides a text that unpacks to an absurd size")
    return total
