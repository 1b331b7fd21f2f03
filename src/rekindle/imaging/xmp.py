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


def with_source_type(packet: bytes | None, source_type: str) -> bytes:
    """The packet, or a new one, that says how the picture came to be: a word of IPTC's digital source types.

    A packet in which there is no place for it that is understood stays as it is.
    """
    if packet is None:
        return _NEW_PACKET % _said(b"", source_type)
    about = _ABOUT.search(packet)
    told = _said(about[1] if about else b"", source_type)
    end = packet.rfind(_END)
    if end < 0:
        return packet
    return _SOURCE_TYPE.sub(b"", packet[:end]) + told + packet[end:]


def _said(about: bytes, source_type: str) -> bytes:
    return (
        b'<rdf:Description rdf:about="' + about + b'" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        b"<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/" + source_type.encode() +
        b"</Iptc4xmpExt:DigitalSourceType></rdf:Description>"
    )  # fmt: skip


_SOURCE_TYPE = _pattern("Iptc4xmpExt:DigitalSourceType")
_ABOUT = re.compile(rb"\srdf:about\s*=\s*[\"']([^\"'<>&]*)[\"']")
_END = b"</rdf:RDF>"
_NEW_PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">%s</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
