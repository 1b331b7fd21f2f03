"""Reads what a picture file says about itself: pure Python, no decoder, quick on any input."""

import mmap
from collections.abc import Callable, Mapping
from pathlib import Path

from rekindle.errors import UnsupportedFormat
from rekindle.imaging.formats import Format, sniff
from rekindle.imaging.header_base import Data, EmptyFile, Header
from rekindle.imaging.header_isobmff import read_isobmff
from rekindle.imaging.header_jpeg import read_jpeg
from rekindle.imaging.header_png import read_png
from rekindle.imaging.header_tiff import read_tiff
from rekindle.imaging.header_webp import read_webp

_READERS: Mapping[Format, Callable[[Data], Header]] = {
    Format.JPEG: read_jpeg,
    Format.PNG: read_png,
    Format.WEBP: read_webp,
    Format.TIFF: read_tiff,
    Format.HEIC: read_isobmff,
    Format.AVIF: read_isobmff,
}


def read_header(path: Path) -> Header:
    """The header of a file, whatever its name.

    Raises EmptyFile, UnsupportedFormat, or DamagedFile when the structure that the first bytes announce is not there.
    Work is bounded: a 50 MB file made to be slow takes a fraction of a second.
    """
    if path.stat().st_size == 0:
        raise EmptyFile("This file is empty. Perhaps the copy was cut short: take it again from where it came.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = sniff(data[:64])
        if found is None:
            raise UnsupportedFormat(
                "This is not a picture in a format that can be used. Choose a JPEG, PNG, WebP, HEIC, AVIF or TIFF file."
            )
        return _READERS[found](data)
