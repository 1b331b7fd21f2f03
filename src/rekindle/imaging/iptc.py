"""Finds the IPTC records of a JPEG inside of Photoshop's block, and puts them into one (Adobe XMP specification, part
3).
"""

import struct

PHOTOSHOP = b"Photoshop 3.0\0"
_RECORDS = 0x0404


def from_photoshop(block: bytes) -> bytes | None:
    """The IPTC records (IIM, beginning with 0x1C) of an APP13 body, of its resources, or given as they are."""
    block = block.removeprefix(PHOTOSHOP)
    if block[:1] == b"\x1c":
        return block
    at = 0
    while block[at : at + 4] == b"8BIM" and at + 12 <= len(block):
        (kind,) = struct.unpack_from(">H", block, at + 4)
        name_length = block[at + 6] + 1
        size_at = at + 6 + name_length + name_length % 2
        if size_at + 4 > len(block):
            return None
        (size,) = struct.unpack_from(">I", block, size_at)
        if kind == _RECORDS:
            return block[size_at + 4 : size_at + 4 + size] or None
        at = size_at + 4 + size + size % 2
    return None


def to_photoshop(records: bytes) -> bytes:
    """The body of an APP13 segment with these records."""
    padding = b"\0" * (len(records) % 2)
    return PHOTOSHOP + b"8BIM" + struct.pack(">HHI", _RECORDS, 0, len(records)) + records + padding
