"""Builds a HEIC photo of any size from one small coded tile, the way phones store theirs: a grid of tiles.

No library that we use can write HEIC, so the 12-megapixel file of the benchmarks is put together here (ISO/IEC
14496-12 for the boxes, 23008-12, 6.6.2.3, for the grid). All cells show the same tile; a decoder decodes each of them
all the same. `data/tile.heic` is one tile of 512 x 512 pixels: the astronaut Eileen Collins, NASA, in the public
domain.
"""

import struct
from pathlib import Path

TILE = Path(__file__).parent / "data" / "tile.heic"
_SIDE = 512
_GRID = 1
_FIRST_TILE = 2


def build(columns: int, rows: int) -> bytes:
    """A HEIC file of `columns` x `rows` tiles, 512 pixels a side each."""
    coded = TILE.read_bytes()
    configuration, payload = _box_in(coded, b"hvcC"), _box_in(coded, b"mdat")[8:]
    tiles = range(_FIRST_TILE, _FIRST_TILE + columns * rows)
    width, height = columns * _SIDE, rows * _SIDE
    grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width, height)
    brands = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")

    def meta(payload_at: int) -> bytes:
        return _full(
            b"meta",
            _full(b"hdlr", bytes(4) + b"pict" + bytes(13)),
            _full(b"pitm", struct.pack(">H", _GRID)),
            _locations(tiles, payload_at, (len(grid), len(payload))),
            _infos(tiles),
            _full(b"iref", _box(b"dimg", struct.pack(f">HH{len(tiles)}H", _GRID, len(tiles), *tiles))),
            _properties(tiles, configuration, (width, height)),
            _box(b"idat", grid),
        )

    return brands + meta(len(brands) + len(meta(0)) + 8) + _box(b"mdat", payload)


def _box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + kind + body


def _full(kind: bytes, *content: bytes, version: int = 0, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *content)


def _box_in(data: bytes, kind: bytes) -> bytes:
    at = data.index(kind) - 4
    return data[at : at + int.from_bytes(data[at : at + 4], "big")]


def _locations(tiles: range, payload_at: int, sizes: tuple[int, int]) -> bytes:
    """Where the items are: the grid in the `idat` box, every tile at the same place of the file."""
    entries = struct.pack(">HHHHII", _GRID, 1, 0, 1, 0, sizes[0])
    for item in tiles:
        entries += struct.pack(">HHHHII", item, 0, 0, 1, payload_at, sizes[1])
    return _full(b"iloc", struct.pack(">BBH", 0x44, 0, 1 + len(tiles)), entries, version=1)


def _infos(tiles: range) -> bytes:
    grid = _full(b"infe", struct.pack(">HH", _GRID, 0), b"grid\0", version=2)
    hidden = [_full(b"infe", struct.pack(">HH", item, 0), b"hvc1\0", version=2, flags=1) for item in tiles]
    return _full(b"iinf", struct.pack(">H", 1 + len(tiles)), grid, *hidden)


def _properties(tiles: range, configuration: bytes, size: tuple[int, int]) -> bytes:
    """1: how tiles are coded, 2: their size, 3: the size of the whole, 4: bits, 5: sRGB (ITU-T H.273)."""
    known = _box(
        b"ipco",
        configuration,
        _full(b"ispe", struct.pack(">II", _SIDE, _SIDE)),
        _full(b"ispe", struct.pack(">II", *size)),
        _full(b"pixi", bytes([3, 8, 8, 8])),
        _box(b"colr", b"nclx", struct.pack(">HHHB", 1, 13, 6, 0x80)),
    )
    links = struct.pack(">HB3B", _GRID, 3, 3, 4, 5)
    for item in tiles:
        links += struct.pack(">HB4B", item, 4, 0x81, 2, 4, 5)
    return _box(b"iprp", known, _full(b"ipma", struct.pack(">I", 1 + len(tiles)), links))
