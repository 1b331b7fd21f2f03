"""Reads and mends XMP packets as text, without an XML parser that a hostile packet could make work hard (ISO
16684-1).
"""

import re
from datetime import datetime

_ELEMENT = r"<({name})(?:\s[^<>]*)?>[^<]*</\1\s*>|<{name}(?:\s[^<>]*)?/>|\s{name}\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')"


def _pattern(name: str) -> re.Pattern[bytes]:
    """Matches a simple property, written as an element or as an attribute."""
    return re.compile(_ELEMENT.format(name=name).encode())


_LOCATION = _pattern(r"exif:GPS\w+")
_OLD_SHAPE = _pattern(
    r"(?:tiff:Orientation|exif:PixelXDimension|exif:PixelYDimension|tiff:ImageWidth|tiff:ImageLength)"
)
_OLD_THUMBNAIL = _pattern(r"xmpGImg:image")
_DATE = re.compile(
    rb"(?:exif:DateTimeOriginal|photoshop:DateCreated|xmp:CreateDate)\s*(?:=\s*[\"']|>)\s*(\d{4}-\d\d-\d\dT[\d:.+-]{5,20})"
)


def has_location(packet: bytes) -> bool:
    """Whether the packet says where the photo was taken."""
    return b"exif:GPSLatitude" in packet or b"exif:GPSLongitude" in packet


def taken_at(packet: bytes) -> str | None:
    """When the photo was taken, as ISO 8601."""
    found = _DATE.search(packet)
    try:
        return datetime.fromisoformat(found[1].decode()).replace(microsecond=0).isoformat() if found else None
    except ValueError:
        return None


def mended(packet: bytes, *, location: bool) -> bytes | None:
    """The packet for an upright result: without the old orientation, size and thumbnails, and without location if so
    wanted.

    None when location should go and some of it stays in a shape that is not understood.
    """
    for pattern in (_OLD_SHAPE, _OLD_THUMBNAIL, *(() if location else (_LOCATION,))):
        packet = pattern.sub(b"", packet)
    plain = packet.replace(b"\0", b"")
    return packet if location or b"GPS" not in plain else None
