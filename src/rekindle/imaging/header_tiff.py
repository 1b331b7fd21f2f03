"""Reads the header of a TIFF (TIFF 6.0, BigTIFF): its pages without thumbnails, and the size of the first."""

from rekindle.errors import UnsupportedFormat
from rekindle.imaging.formats import Format
from rekindle.imaging.header_base import Data, Header, damaged
from rekindle.imaging.tags import ORIENTATION, Directory, TagError, TagFile

_NEW_SUBFILE, _OLD_SUBFILE = 254, 255
_WIDTH, _HEIGHT, _BITS, _SAMPLES = 256, 257, 258, 277
_COMPRESSION, _PHOTOMETRIC, _STRIPS = 259, 262, 273
_TILE_WIDTH, _TILE_HEIGHT, _TILES = 322, 323, 324
_YCBCR = 6
_SUB_DIRECTORIES, _DNG_VERSION = 330, 50706
_REDUCED_OR_MASK = 0b101
_MOST_PAGES = 256
_MOST_TILE_SIDE = 8192


def read_tiff(data: Data) -> Header:
    """The header of the first full-size page; reduced copies of it and transparency masks are not counted as pages."""
    try:
        tags = TagFile(data)
        pages = _directories(tags)
        places = [place for place, page in enumerate(pages) if not _is_reduced(tags, page)]
        if _is_raw(data, pages, places):
            raise UnsupportedFormat(
                "Camera raw files cannot be used. Export the photo as JPEG, HEIC or TIFF, and upload that."
            )
        place = places[0] if places else 0
        _check_data(tags, pages[place])
        return _header(tags, pages[place], place, max(1, len(places)))
    except TagError as error:
        raise damaged("has a broken TIFF directory") from error


def _directories(tags: TagFile) -> list[Directory]:
    """The chain of directories. A chain that bites its tail is damage."""
    found: list[Directory] = []
    seen: set[int] = set()
    at = tags.first
    while at and len(found) < _MOST_PAGES:
        if at in seen:
            raise TagError("the directories form a loop")
        seen.add(at)
        found.append(tags.directory(at))
        at = found[-1].next
    if not found:
        raise TagError("there is no directory")
    return found


def _is_reduced(tags: TagFile, page: Directory) -> bool:
    """Whether a directory is a thumbnail or a mask of another (TIFF 6.0, p. 36 and 40)."""
    return bool(tags.number(page, _NEW_SUBFILE, 0) & _REDUCED_OR_MASK) or tags.number(page, _OLD_SUBFILE, 1) == 2


def _is_raw(data: Data, pages: list[Directory], places: list[int]) -> bool:
    """Whether this is the raw file of a camera: DNG and CR2 say so, others show only a thumbnail and hide the rest."""
    first = pages[0].entries
    hidden = not places and _SUB_DIRECTORIES in first
    return hidden or _DNG_VERSION in first or bytes(data[8:10]) == b"CR"


def _check_data(tags: TagFile, page: Directory) -> None:
    """Refuse a page whose samples lie beyond the end of the file: libtiff would show plain samples as black instead."""
    size = len(tags.data)
    starts = [at for tag in (_STRIPS, _TILES) if tag in page.entries for at in tags.numbers(page.entries[tag])]
    samples = tags.number(page, _SAMPLES, 1)
    row = (tags.number(page, _WIDTH, 0) * tags.number(page, _BITS, 1) * samples + 7) // 8
    plain = tags.number(page, _COMPRESSION, 1) == 1 and tags.number(page, _PHOTOMETRIC, 0) != _YCBCR
    needed = row * tags.number(page, _HEIGHT, 0) if plain else 0
    if any(start >= size for start in starts) or needed > size:
        raise damaged("is cut short")


def _header(tags: TagFile, page: Directory, place: int, frames: int) -> Header:
    width, height = tags.number(page, _WIDTH, 0), tags.number(page, _HEIGHT, 0)
    if max(tags.number(page, _TILE_WIDTH, 0), tags.number(page, _TILE_HEIGHT, 0)) > _MOST_TILE_SIDE:
        raise damaged("is cut into tiles of an absurd size")
    orientation = tags.number(page, ORIENTATION, 1)
    return Header(
        Format.TIFF,
        width,
        height,
        frames,
        orientation=orientation if 1 <= orientation <= 8 else 1,
        bits=tags.number(page, _BITS, 1),
        channels=tags.number(page, _SAMPLES, 1),
        page=place,
    )
