"""Makes picture files for tests: good ones of every kind, odd ones, and ones made to hurt. Everything is drawn here."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

DATA = Path(__file__).parent / "data"
PHONE_HEIC = DATA / "phone.heic"

RED, BLUE = (200, 60, 50), (30, 60, 200)
"""Colours of `flat`: blue in the upper left quarter, red elsewhere."""


def flat(width: int = 96, height: int = 64) -> NDArray[np.uint8]:
    """Red with a blue upper left quarter: shows a colour shift, a turn and a mirroring at a glance."""
    pixels = np.full((height, width, 3), RED, np.uint8)
    pixels[: height // 2, : width // 2] = BLUE
    return pixels


def photo(width: int, height: int, seed: int = 1) -> NDArray[np.uint8]:
    """Soft shapes with a little grain: compresses about as a photograph does."""
    random = np.random.default_rng(seed)
    coarse = Pillow.fromarray(random.integers(0, 256, (24, 32, 3), np.uint8))
    smooth = np.asarray(coarse.resize((width, height), Pillow.Resampling.BICUBIC)).astype(np.int16)
    return np.clip(smooth + random.integers(-6, 7, smooth.shape, np.int16), 0, 255).astype(np.uint8)


def exif(*, orientation: int = 1, location: bool = False, maker_note: bytes = b"") -> Pillow.Exif:
    """An EXIF block with a camera, a date, and what is asked for."""
    block = Pillow.Exif()
    block[0x010F], block[0x0112] = "Kodak", orientation
    inner = block.get_ifd(0x8769)
    inner[0x9003], inner[0x9011] = "1987:06:05 14:03:02", "+02:00"
    inner[0xA002], inner[0xA003] = 96, 64
    if maker_note:
        inner[0x927C] = maker_note
    if location:
        place = block.get_ifd(0x8825)
        place[1], place[2], place[3], place[4] = "N", (48.0, 51.0, 30.0), "E", (2.0, 17.0, 40.0)
    return block


def encoded(kind: str, pixels: NDArray[np.uint8] | None = None, **options: object) -> bytes:
    """`pixels` (or `flat`) as a file of a kind that Pillow writes."""
    buffer = io.BytesIO()
    Pillow.fromarray(flat() if pixels is None else pixels).save(buffer, kind, **options)
    return buffer.getvalue()


# Colour profiles (ICC.1:2022), as small as they can be


def rgb_profile(name: str, primaries: tuple[tuple[float, float, float], ...], curve: bytes) -> bytes:
    """A matrix profile: XYZ of red, green and blue under D50, and one tone curve for all."""
    tags = [(b"desc", _text(name)), (b"wtpt", _xyz(0.9642, 1.0, 0.8249))]
    tags += [(letter + b"XYZ", _xyz(*each)) for letter, each in zip((b"r", b"g", b"b"), primaries, strict=True)]
    return _profile(b"RGB ", [*tags, *((letter + b"TRC", curve) for letter in (b"r", b"g", b"b"))])


def gamma(exponent: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256))


def srgb_curve() -> bytes:
    values = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return b"para\0\0\0\0" + struct.pack(">HH5i", 3, 0, *(round(value * 65536) for value in values))


def display_p3() -> bytes:
    primaries = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
    return rgb_profile("Display P3", primaries, srgb_curve())


def wide_gamma_22() -> bytes:
    """The primaries and the curve of Adobe RGB (1998)."""
    primaries = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
    return rgb_profile("Wide", primaries, gamma(2.2))


def grey_profile(exponent: float = 1.8) -> bytes:
    tags = [(b"desc", _text("Grey")), (b"wtpt", _xyz(0.9642, 1.0, 0.8249)), (b"kTRC", gamma(exponent))]
    return _profile(b"GRAY", tags)


def _xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(value * 65536) for value in (x, y, z)))


def _text(text: str) -> bytes:
    body = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", len(body), 28) + body


def _profile(space: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    start, table, body = 132 + 12 * len(tags), b"", b""
    for name, value in tags:
        table += struct.pack(">4sII", name, start + len(body), len(value))
        body += value + b"\0" * (-len(value) % 4)
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"\0" * 4, 0x04300000, b"mntr", space, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


# PNG, JPEG and TIFF by hand


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def packed_zeros(count: int) -> bytes:
    """`count` zero bytes, deflated: a thousandth of their size."""
    engine, block = zlib.compressobj(9), bytes(1 << 20)
    packed = b"".join(engine.compress(block[: min(len(block), count - at)]) for at in range(0, count, len(block)))
    return packed + engine.flush()


def png(
    width: int, height: int, *, data: bytes | None = None, extra: bytes = b"", bits: int = 8, colour: int = 2
) -> bytes:
    """A PNG with any header, `extra` chunks before the picture data, and any picture data."""
    row = (width * bits * {0: 1, 2: 3, 4: 2, 6: 4}[colour] + 7) // 8 + 1
    body = packed_zeros(row * height) if data is None else data
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def animated_png(frames: int) -> bytes:
    control = chunk(b"acTL", struct.pack(">II", frames, 0))
    return png(8, 8, extra=control + chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 8, 8, 0, 0, 1, 10, 0, 0)))


def many_scans(scans: int, side: int = 64) -> bytes:
    """A progressive JPEG whose last scan is repeated until there are `scans` of them."""
    plain = encoded("JPEG", photo(side, side), progressive=True, quality=50)
    last, end = plain.rfind(b"\xff\xda"), plain.rfind(b"\xff\xd9")
    return plain[:end] + plain[last:end] * (scans - plain.count(b"\xff\xda")) + plain[end:]


def with_size(jpeg: bytes, width: int, height: int) -> bytes:
    """A JPEG whose header claims another size."""
    at = jpeg.find(b"\xff\xc0")
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def tiff_directory(tags: dict[int, tuple[int, int]], following: int = 0) -> bytes:
    """A little-endian directory of tags with one inline value each: {tag: (type, value)}."""
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, (kind, value) in sorted(tags.items()))
    return struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)


def tiff(width: int, height: int, *, following: int = 0, extra: dict[int, tuple[int, int]] | None = None) -> bytes:
    """A TIFF of grey zeros in one strip behind the directory at offset 8, unless `extra` tags say otherwise."""
    tags = {256: (4, width), 257: (4, height), 258: (3, 8), 259: (3, 1), 262: (3, 1), 277: (3, 1), 278: (4, height)}
    tags |= {279: (4, width * height)} | (extra or {})
    start = 8 + 2 + 12 * (len(tags) + (273 not in tags)) + 4
    tags.setdefault(273, (4, start))
    return b"II*\0" + struct.pack("<I", 8) + tiff_directory(tags, following) + bytes(min(width * height, 1 << 16))


# HEIC and AVIF by hand (ISO/IEC 14496-12, 23008-12)


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def phone_header(width: int, height: int, *, turns: int = 0, coding: bytes = b"hvc1", brand: bytes = b"heic") -> bytes:
    """The index of a phone's photo without data: a grid of two tiles as primary, a thumbnail, a depth map, EXIF."""
    items = ((1, coding), (2, coding), (3, b"grid"), (4, coding), (5, coding), (6, b"Exif"))
    infos = b"".join(box(b"infe", b"\2\0\0\0" + struct.pack(">HH", item, 0) + kind + b"\0") for item, kind in items)
    references = box(b"dimg", struct.pack(">HHHH", 3, 2, 1, 2)) + box(b"thmb", struct.pack(">HHH", 4, 1, 3))
    sizes = ((512, 512), (width, height), (320, 240), (width // 2, height // 2))
    properties = b"".join(box(b"ispe", bytes(4) + struct.pack(">II", *size)) for size in sizes)
    properties += box(b"irot", bytes([turns])) + box(b"pixi", bytes(4) + b"\3\x0a\x0a\x0a")
    owners = ((1, (1,)), (2, (1,)), (3, (2, 5, 6)), (4, (3,)), (5, (4,)))
    links = b"".join(struct.pack(">HB", item, len(places)) + bytes(places) for item, places in owners)
    meta = box(b"hdlr", bytes(4)) + box(b"pitm", bytes(4) + struct.pack(">H", 3))
    meta += box(b"iinf", bytes(4) + struct.pack(">H", len(items)) + infos) + box(b"iref", bytes(4) + references)
    meta += box(b"iprp", box(b"ipco", properties) + box(b"ipma", bytes(4) + struct.pack(">I", len(owners)) + links))
    return box(b"ftyp", brand + bytes(4) + b"mif1" + brand) + box(b"meta", bytes(4) + meta) + box(b"mdat", b"\0" * 64)


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def mutated(content: bytes, random: np.random.Generator) -> bytes:
    """A file with a few bits, bytes, numbers or stretches of it changed, doubled or gone."""
    changed = bytearray(content)
    for _ in range(int(random.choice((1, 2, 4, 16, 64)))):
        at = int(random.integers(0, len(changed)))
        _MUTATIONS[int(random.integers(0, len(_MUTATIONS)))](changed, at, int(random.integers(1, 64)))
        changed = changed or bytearray(b"x")
    return bytes(changed)


def _flip(data: bytearray, at: int, amount: int) -> None:
    data[at] ^= 1 << amount % 8


def _set(data: bytearray, at: int, amount: int) -> None:
    data[at] = (0, 255, 127, 128, 1)[amount % 5]


def _cut(data: bytearray, at: int, amount: int) -> None:
    del data[at : at + amount]


def _double(data: bytearray, at: int, amount: int) -> None:
    data[at:at] = data[at : at + amount]


def _number(data: bytearray, at: int, amount: int) -> None:
    value = (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x10000, 0xFFFF)[amount % 6]
    data[at : at + 4] = struct.pack(">I", value)[: len(data) - at]


_MUTATIONS: tuple[Callable[[bytearray, int, int], None], ...] = (_flip, _set, _cut, _double, _number)
