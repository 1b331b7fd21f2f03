"""Cuts a picture into the tiles that a network is shown, so that as little as possible is worked out twice."""

from rekindle.imaging.planes import Tile, tiles

MARGIN = 128
"""Pixels around a tile that the network sees with it. What lies beyond moves no pixel (measured by the tests); with 112
the weights of 8 bits give one in a thousand another value, by up to five steps of 255.
"""
EXACT, QUICK = 720_000, 800_000
"""Pixels of a tile with its margins, for weights of 32 bits and of 8: more would take more memory than all else. The
larger ones take four fifths of the time of tiles of 560 x 1280 for a photo of 12 megapixels.
"""
_MULTIPLE = 16
"""Tiles begin at multiples of what the networks halve away."""
_FEWEST = 64
"""Pixels below which no side of a tile is worth its margins."""


def network_tiles(height: int, width: int, *, most: int) -> list[Tile]:
    """Tiles that cover a picture once, each with its margin, of at most `most` pixels, 336 x 336 or more: of all
    such ways to cut it into rows and columns the one that has the fewest pixels in all.
    """
    cuts = (_cut(height, width, rows, most) for rows in range(1, max(1, height // _FEWEST) + 1))
    _, side, wide = min(cut for cut in cuts if cut is not None)
    return list(tiles(height, width, side=side, wide=wide, margin=MARGIN))


def _cut(height: int, width: int, rows: int, most: int) -> tuple[int, int, int] | None:
    """The pixels of all tiles of so many rows, and the height and width of a tile; None when none is small enough."""
    side, high = _side(height, rows)
    for columns in range(1, max(1, width // _FEWEST) + 1):
        wide, across = _side(width, columns)
        if high * across <= most:
            return _total(height, side) * _total(width, wide), side, wide
    return None


def _side(length: int, count: int) -> tuple[int, int]:
    """The side of each of so many tiles along a length, and that of the largest with its margins."""
    if count == 1:
        return length, length
    side = -(-length // (count * _MULTIPLE)) * _MULTIPLE
    return side, min(length, side + MARGIN * min(2, -(-length // side) - 1))


def _total(length: int, side: int) -> int:
    """The pixels along a length of all tiles with their margins."""
    starts = range(0, length, side)
    return sum(min(length, start + side + MARGIN) - max(0, start - MARGIN) for start in starts)
