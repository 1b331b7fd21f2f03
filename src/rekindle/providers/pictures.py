"""What comes of an edit, into its folder: pictures and films, from base64 or from an address, and only what they are.

A result whose own bytes say that it is something else is a BadResult, whatever it was announced as.
"""

import asyncio
import binascii
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pybase64

from rekindle.errors import RekindleError
from rekindle.imaging.films import read_film
from rekindle.imaging.header import read_header
from rekindle.imaging.marks import read_mask
from rekindle.infra.fetching import Fetcher, NotFetched
from rekindle.providers.errors import BadResult, Lost, ProviderError, Unavailable
from rekindle.providers.protocol import VIDEO_TYPE, Edit, Picture

MOST_PIXELS = 200_000_000
"""Of a result: no model makes more, and what says so means harm."""

_QUARTER_TURN = 5
"""From this EXIF orientation on, width and height change places."""

_TO_STANDARD = str.maketrans("-_", "+/", "\r\n")
"""From the base64 of addresses, or of mail, to the usual one (RFC 4648)."""

_UNUSUAL = "-_\r\n"


async def picture_from_base64(edit: Edit, text: str, name: str = "result") -> Picture:
    """A picture that came as base64, also as a `data:` address (RFC 2397). Raises BadResult."""
    return await asyncio.to_thread(_decoded, edit.folder / name, text)


async def picture_from_url(fetcher: Fetcher, edit: Edit, url: str, name: str = "result") -> Picture:
    """A picture that lies at an address, also a `data:` address. Raises BadResult when it is none or lies where we do
    not go, Lost when it has gone, and Unavailable when it may come another time: then ask for it again, not for the
    edit.
    """
    if url.startswith("data:"):
        return await picture_from_base64(edit, url, name)
    return await _fetched(fetcher, url, edit.folder / name, _picture)


async def film_from_url(fetcher: Fetcher, edit: Edit, url: str, name: str = "result") -> Picture:
    """A film that lies at an address. Raises as `picture_from_url` does."""
    return await _fetched(fetcher, url, edit.folder / name, _film)


async def alpha_mask(edit: Edit, mask: Picture) -> bytes:
    """A mask as some upstreams want it: a PNG of the size of the first picture, transparent where it is to be filled.

    Raises DamagedFile, MaskDoesNotFit.
    """
    return await asyncio.to_thread(_cut_out, mask.path, edit.images[0])


async def _fetched(fetcher: Fetcher, url: str, target: Path, read: Callable[[Path], Picture]) -> Picture:
    found: list[Picture] = []
    try:
        await fetcher.fetch(url, target, lambda path: found.append(read(path)))
    except NotFetched as error:
        raise _meaning(error) from error
    return found[0]


def _meaning(error: NotFetched) -> ProviderError:
    match error.why:
        case "gone":
            return Lost("The provider does not have the result any more.", detail=error.message)
        case "forbidden":
            return BadResult("The result is said to be where we do not go.", detail=error.message)
        case "too_large":
            return BadResult("The result is too large.", detail=error.message)
        case "unreachable":
            return Unavailable("The result cannot be fetched right now.", detail=error.message)


def _decoded(path: Path, text: str) -> Picture:
    if text.startswith("data:"):
        head, _, text = text.partition(",")
        if not head.endswith(";base64"):
            raise BadResult("The result came in a form that cannot be read.", detail=head)
    try:
        if any(letter in text for letter in _UNUSUAL):
            text = text.translate(_TO_STANDARD)
        data = pybase64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadResult("The result came in a form that cannot be read.", detail=str(error)) from error
    path.write_bytes(data)
    return _picture(path)


def _picture(path: Path) -> Picture:
    try:
        header = read_header(path)
    except (OSError, RekindleError) as error:
        raise BadResult("What came back is not a picture.", detail=_begin(path)) from error
    width, height = header.width, header.height
    if width * height > MOST_PIXELS:
        raise BadResult("The picture that came back is too large.", detail=f"{width} x {height}")
    if header.orientation >= _QUARTER_TURN:
        width, height = height, width
    return Picture(path, header.format.media_type, width, height)


def _film(path: Path) -> Picture:
    try:
        header = read_film(path)
    except (OSError, RekindleError) as error:
        raise BadResult("What came back is not a film.", detail=_begin(path)) from error
    return Picture(path, VIDEO_TYPE, header.width, header.height)


def _cut_out(path: Path, picture: Picture) -> bytes:
    marked = read_mask(path, picture.height, picture.width)
    pixels = np.zeros((picture.height, picture.width, 4), np.uint8)
    pixels[..., 3] = np.where(marked, 0, 255)
    done, buffer = cv2.imencode(".png", pixels)
    assert done, "a PNG of pixels in memory can always be written"
    return buffer.tobytes()


def _begin(path: Path) -> str:
    """How a file begins, for an operator who wonders what it is."""
    with path.open("rb") as file:
        return file.read(200).decode(errors="replace")
