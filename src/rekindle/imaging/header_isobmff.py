"""Reads the header of a HEIC or AVIF: the primary item and its properties (ISO/IEC 14496-12, 23008-12)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from rekindle.errors import UnsupportedFormat
from rekindle.imaging.formats import Format
from rekindle.imaging.header_base import Data, Header, damaged

_SEQUENCE_BRANDS = frozenset({b"msf1", b"hevc", b"hevx", b"hevm", b"hevs", b"avis"})
_CODINGS = {b"hvc1": Format.HEIC, b"hev1": Format.HEIC, b"av01": Format.AVIF}
_DERIVED = frozenset({b"grid", b"iden", b"iovl"})
_MOST_BOXES = 4096
_MOST_META = 4 << 20


@dataclass(slots=True)
class _Meta:
    """What the `meta` box says: the primary item, the types of items, and which properties belong to which."""

    primary: int | None = None
    types: dict[int, bytes] = field(default_factory=dict[int, bytes])
    properties: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    owned: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    sources: dict[int, list[int]] = field(default_factory=dict[int, list[int]])

    def of(self, item: int) -> list[tuple[bytes, bytes]]:
        """The properties of an item, in their order."""
        return [self.properties[place - 1] for place in self.owned.get(item, ()) if 0 < place <= len(self.properties)]


def read_isobmff(data: Data) -> Header:
    """The header of the primary picture. Thumbnails, depth maps and other items beside it do not count; a sequence
    does.
    """
    boxes = list(_boxes(data, 0, len(data)))
    kinds = {kind for kind, _ in boxes}
    brand = bytes(data[8:12])
    meta = _read_meta(data, next((body for kind, body in boxes if kind == b"meta"), slice(0, 0)))
    if b"moov" in kinds and (brand in _SEQUENCE_BRANDS or meta.primary is None):
        return Header(_coding(meta, brand), *(_primary_size(meta) if meta.primary else (1, 1)), frames=2)
    if meta.primary is None:
        raise damaged("does not say which of its pictures is the main one")
    width, height = _primary_size(meta)
    bits, channels = _samples(meta)
    return Header(_coding(meta, brand), width, height, bits=bits, channels=channels, primaries=_primaries(meta))


def _boxes(data: Data, start: int, end: int) -> Iterator[tuple[bytes, slice]]:
    """Types of boxes and the places of their bodies between two places (14496-12, 4.2)."""
    at = start
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= end:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        elif size == 0:
            size = end - at
        if size < head:
            raise damaged("has a part of an impossible length")
        yield kind, slice(at + head, min(at + size, end))
        at += size
    raise damaged("is made of more parts than any photo has")


def _read_meta(data: Data, place: slice) -> _Meta:
    meta = _Meta()
    if place.stop - place.start > _MOST_META:
        raise damaged("has an index of an absurd size")
    body = bytes(data[place])
    try:
        for kind, inner in _boxes(body, 4, len(body)):
            if kind == b"pitm":
                meta.primary = _wide(body, inner.start, inner.start + 4)
            elif kind == b"iinf":
                _read_items(body, inner, meta)
            elif kind == b"iref":
                _read_references(body, inner, meta)
            elif kind == b"iprp":
                _read_properties(body, inner, meta)
    except (struct.error, IndexError) as error:
        raise damaged("has a broken index") from error
    return meta


def _wide(body: bytes, box: int, at: int) -> int:
    """An item number: 16 bits in version 0 of the box that begins at `box`, else 32."""
    return int(struct.unpack_from(">H" if body[box] == 0 else ">I", body, at)[0])


def _read_items(body: bytes, place: slice, meta: _Meta) -> None:
    """The types of the items (14496-12, 8.11.6)."""
    for kind, inner in _boxes(body, place.start + (6 if body[place.start] == 0 else 8), place.stop):
        version = int.from_bytes(body[inner.start : inner.start + 1], "big")
        if kind == b"infe" and version >= 2:
            after = inner.start + (6 if version == 2 else 8)
            item = struct.unpack_from(">H" if version == 2 else ">I", body, inner.start + 4)[0]
            meta.types[item] = body[after + 2 : after + 6]


def _read_references(body: bytes, place: slice, meta: _Meta) -> None:
    """What derived pictures are made of: `dimg` references (14496-12, 8.11.12)."""
    code = "H" if body[place.start] == 0 else "I"
    for kind, inner in _boxes(body, place.start + 4, place.stop):
        if kind == b"dimg":
            item, count = struct.unpack_from(f">{code}H", body, inner.start)
            start = inner.start + struct.calcsize(f">{code}H")
            meta.sources[item] = list(struct.unpack_from(f">{count}{code}", body, start))


def _read_properties(body: bytes, place: slice, meta: _Meta) -> None:
    """The properties and their owners (23008-12, 9.3)."""
    for kind, inner in _boxes(body, place.start, place.stop):
        if kind == b"ipco":
            meta.properties.extend((name, body[at]) for name, at in _boxes(body, inner.start, inner.stop))
        elif kind == b"ipma":
            _read_owners(body, inner.start, meta)


def _read_owners(body: bytes, at: int, meta: _Meta) -> None:
    """Which properties belong to which item: `ipma` (23008-12, 9.3.3)."""
    version, flags = body[at], body[at + 3]
    item_code, place_code, mask = ("H" if version < 1 else "I"), *(("H", 0x7FFF) if flags & 1 else ("B", 0x7F))
    count = struct.unpack_from(">I", body, at + 4)[0]
    at += 8
    for _ in range(min(count, _MOST_BOXES)):
        item, places = struct.unpack_from(f">{item_code}B", body, at)
        at += struct.calcsize(f">{item_code}B")
        owned = struct.unpack_from(f">{places}{place_code}", body, at)
        meta.owned.setdefault(item, []).extend(place & mask for place in owned)
        at += struct.calcsize(f">{places}{place_code}")


def _primary_size(meta: _Meta) -> tuple[int, int]:
    """The upright size of the primary item: its spatial extents, turned by its rotation."""
    width = height = 0
    for kind, body in meta.of(meta.primary or 0):
        if kind == b"ispe" and len(body) >= 12:
            width, height = struct.unpack_from(">II", body, 4)
        elif kind == b"irot" and body[:1] and body[0] & 1:
            width, height = height, width
    if not width or not height:
        raise damaged("does not say how large its picture is")
    return width, height


def _samples(meta: _Meta) -> tuple[int, int]:
    """Bits of a sample and number of channels, by the `pixi` property (23008-12, 6.5.6) where there is one."""
    for kind, body in meta.of(meta.primary or 0):
        if kind == b"pixi" and len(body) > 5 and body[4]:
            return body[5], body[4]
    return 8, 3


def _primaries(meta: _Meta) -> int:
    """The code point of the colour primaries (14496-12, 12.1.5), 2 when they are not told."""
    for kind, body in meta.of(meta.primary or 0):
        if kind == b"colr" and body[:4] == b"nclx" and len(body) >= 6:
            return int.from_bytes(body[4:6], "big")
    return 2


def _coding(meta: _Meta, brand: bytes) -> Format:
    """How the primary item, or what it is put together from, is coded."""
    item = meta.primary or 0
    for _ in range(4):
        kind = meta.types.get(item, b"")
        if kind in _CODINGS:
            return _CODINGS[kind]
        if kind not in _DERIVED or not meta.sources.get(item):
            break
        item = meta.sources[item][0]
    if meta.primary is None:
        return Format.AVIF if brand == b"avis" else Format.HEIC
    raise UnsupportedFormat(
        "Its pixels are coded in a way that cannot be read here. Export the photo as JPEG, and upload that."
    )
