"""Reads and writes the resolution in the JFIF header of a JPEG (ITU-T T.871, 10.1)."""

import struct
from pathlib import Path

_LAYOUT = struct.Struct(">2sH5sHBHHBB")
"""APP0 and its length, identifier, version, unit, horizontal and vertical density, and the size of a thumbnail."""

_PLAIN, _PER_INCH, _PER_CM = 0, 1, 2
_CM_PER_INCH = 2.54


def jfif_resolution(path: Path) -> tuple[float, float] | None:
    """Dots per inch by the JFIF header, or None when there is no such header or it states only an aspect ratio."""
    with path.open("rb") as file:
        data = file.read(2 + _LAYOUT.size)[2:]
    if len(data) < _LAYOUT.size or not data.startswith(b"\xff\xe0") or data[4:9] != b"JFIF\0":
        return None
    _, _, _, _, unit, across, down, _, _ = _LAYOUT.unpack(data)
    if unit not in (_PER_INCH, _PER_CM) or not (across and down):
        return None
    factor = _CM_PER_INCH if unit == _PER_CM else 1.0
    return round(across * factor, 2), round(down * factor, 2)


def jfif_segment(dpi: tuple[float, float] | None) -> bytes:
    """A JFIF header that states a resolution, or that there is none."""
    fits = dpi is not None and all(1 <= round(side) <= 0xFFFF for side in dpi)
    unit, across, down = (_PER_INCH, round(dpi[0]), round(dpi[1])) if dpi and fits else (_PLAIN, 1, 1)
    return _LAYOUT.pack(b"\xff\xe0", 16, b"JFIF\0", 0x0102, unit, across, down, 0, 0)
