"""Puts blocks of metadata into finished JPEG, PNG, WebP and TIFF files as they are, byte for byte."""

import mmap
import shutil
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rekindle.imaging.exif import stating_resolution
from rekindle.imaging.formats import Format
from rekindle.imaging.image import Metadata
from rekindle.imaging.iptc import to_photoshop
from rekindle.imaging.jfif import jfif_segment
from rekindle.imaging.tag_blocks import (
    RESOLUTION_TAGS,
    PhotoTags,
    Value,
    all_values,
    read_photo_tags,
    write_photo_tags,
)
from rekindle.imaging.tags import TagError, TagFile

_SEGMENT = 65_533
_XMP_NAME = b"http://ns.adobe.com/xap/1.0/\0"
_TIFF_XMP, _TIFF_IPTC = 700, 33723
_XMP_KEYWORD = b"XML:com.adobe.xmp\0\0\0\0\0"
_EXIF_FLAG, _XMP_FLAG, _ALPHA_FLAG, _ICC_FLAG = 0x08, 0x04, 0x10, 0x20


def add_blocks(path: Path, kind: Format, metadata: Metadata) -> None:
    """Add EXIF, XMP and IPTC records (where the format has a place for them) to a file that has none yet.

    The resolution is written as well where libvips does not.
    """
    _INSERTERS[kind](path, metadata)


def _insert(path: Path, at: int, skip: int, new: bytes) -> None:
    """Replace `skip` bytes at a place of a file, copying the rest in pieces."""
    other = path.with_name(f"{path.name}.blocks")
    with path.open("rb") as source, other.open("wb") as target:
        target.write(source.read(at))
        target.write(new)
        source.seek(at + skip)
        shutil.copyfileobj(source, target, 1 << 20)
    other.replace(path)


def _into_jpeg(path: Path, metadata: Metadata) -> None:
    """Segments go to the beginning, behind a JFIF header; a block too long for one segment is left out (EXIF 3.0,
    4.7).
    """
    bodies = (
        (0xE1, metadata.exif and b"Exif\0\0" + metadata.exif),
        (0xE1, metadata.xmp and _XMP_NAME + metadata.xmp),
        (0xED, metadata.iptc and to_photoshop(metadata.iptc)),
    )
    new = b"".join(
        struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
        for marker, body in bodies
        if body and len(body) <= _SEGMENT
    )
    with path.open("rb") as file:
        head = file.read(6)
    skip = 2 + int.from_bytes(head[4:6], "big") if head[2:4] == b"\xff\xe0" else 0
    _insert(path, 2, skip, jfif_segment(metadata.dpi) + new)


def _into_png(path: Path, metadata: Metadata) -> None:
    """Chunks go right before the first piece of picture data (PNG, third edition, 5.6)."""
    chunks = (
        (b"eXIf", metadata.exif),
        (b"iTXt", metadata.xmp and _XMP_KEYWORD + metadata.xmp),
    )
    if not (metadata.exif or metadata.xmp):
        return
    new = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
        if body
    )
    with path.open("rb") as file:
        at = 8
        while True:
            file.seek(at)
            length, kind = struct.unpack(">I4s", file.read(8))
            if kind == b"IDAT":
                break
            at += 12 + length
    _insert(path, at, 0, new)


def _into_webp(path: Path, metadata: Metadata) -> None:
    """Chunks go to the end, and the extended header that announces them to the beginning (RFC 9649, 2.7)."""
    exif = stating_resolution(metadata.exif, metadata.dpi) if metadata.dpi else metadata.exif
    if not (exif or metadata.xmp):
        return
    chunks = ((b"EXIF", exif), (b"XMP ", metadata.xmp))
    new = b"".join(_riff(kind, body) for kind, body in chunks if body)
    flags = (_EXIF_FLAG if exif else 0) | (_XMP_FLAG if metadata.xmp else 0)
    with path.open("r+b") as file:
        head = file.read(30)
        file.seek(0, 2)
        file.write(new)
        size = file.tell()
    if head[12:16] == b"VP8X":
        extended = _riff(b"VP8X", bytes([head[20] | flags]) + head[21:30])
    else:
        extended = _riff(b"VP8X", bytes([flags, 0, 0, 0]) + _webp_canvas(head))
    skip = 30 if head[12:16] == b"VP8X" else 12
    riff = b"RIFF" + struct.pack("<I", size - skip + len(extended) + 12 - 8) + b"WEBP"
    _insert(path, 0, skip, riff + extended)


def _riff(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _webp_canvas(head: bytes) -> bytes:
    """Width and height less one, 24 bits each, of a plain lossy file."""
    width, height = struct.unpack_from("<HH", head, 26)
    return ((width & 0x3FFF) - 1).to_bytes(3, "little") + ((height & 0x3FFF) - 1).to_bytes(3, "little")


def _into_tiff(path: Path, metadata: Metadata) -> None:
    """Append a first directory with the tags of the pixels and those of the photo, and point the header to it."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        tags = TagFile(data)
        stored, end = all_values(tags, tags.first), len(data)
    photo = _photo_tags(metadata.exif).in_order(tags.order)
    texts = ((_TIFF_XMP, 1, metadata.xmp), (_TIFF_IPTC, 7, metadata.iptc))
    if metadata.dpi is None:
        stored = tuple(value for value in stored if value.tag not in RESOLUTION_TAGS)
    others = (*stored, *(Value(tag, kind, len(raw), raw) for tag, kind, raw in texts if raw))
    at = end + end % 2
    with path.open("r+b") as file:
        file.seek(at)
        file.write(write_photo_tags(photo, others, base=at))
        file.seek(4)
        file.write(struct.pack(f"{tags.order}I", at))


def _photo_tags(exif: bytes | None) -> PhotoTags:
    if exif:
        with suppress(TagError):
            tags = TagFile(exif)
            return read_photo_tags(tags, tags.first)
    return PhotoTags("<", (), (), ())


_INSERTERS: dict[Format, Callable[[Path, Metadata], None]] = {
    Format.JPEG: _into_jpeg,
    Format.PNG: _into_png,
    Format.WEBP: _into_webp,
    Format.TIFF: _into_tiff,
}
