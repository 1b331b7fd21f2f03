"""Maps the samples of a plain working file into memory, where they need not be read and copied."""

import mmap
import sys
from pathlib import Path
from typing import cast

import numpy as np

from rekindle.imaging.image import Image, Samples, Space
from rekindle.imaging.profiles import read_profile
from rekindle.imaging.tags import Directory, TagError, TagFile

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_STRIPS, _ORIENTATION, _SAMPLES, _SIZES, _PLANES = 273, 274, 277, 279, 284
_FORMAT, _PROFILE = 339, 34675
_RGB = 2
_PLAIN = {_COMPRESSION: 1, _PHOTOMETRIC: _RGB, _ORIENTATION: 1, _SAMPLES: 3, _PLANES: 1, _FORMAT: 1}
"""What the tags of TIFF 6.0 must say: samples as they are, three to a pixel, side by side, upright, whole numbers."""
_COLOUR = "RGB "


def mapped(path: Path) -> Image | None:
    """The image of a TIFF as `save_working` writes it of three channels, or None for any other file.

    Its samples can be written to, which does not change the file. The file must not be cut short meanwhile: working
    files are replaced, never written to again.
    """
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        tags = TagFile(data)
        page = tags.directory(tags.first)
        return _image(data, tags, page) if _is_plain(tags, page) else None
    except (OSError, ValueError):  # an empty file cannot be mapped; TagError is a ValueError
        return None


def _is_plain(tags: TagFile, page: Directory) -> bool:
    native = tags.order == ("<" if sys.byteorder == "little" else ">")
    return native and not page.next and all(tags.number(page, tag, 1) == value for tag, value in _PLAIN.items())


def _image(data: mmap.mmap, tags: TagFile, page: Directory) -> Image | None:
    """The image, where its strips follow one another and its profile is that of a working space."""
    bits, starts, sizes = (_all(tags, page, tag) for tag in (_BITS, _STRIPS, _SIZES))
    width, height = tags.number(page, _WIDTH, 0), tags.number(page, _HEIGHT, 0)
    space = _space(tags, page)
    if space is None or len(bits) != 3 or len(starts) != len(sizes) or set(bits) not in ({8}, {16}):
        return None
    kind = np.uint8 if bits[0] == 8 else np.uint16
    ends = [start + size for start, size in zip(starts, sizes, strict=True)]
    count = width * height * 3
    broken = not count or ends[-1] > len(data) or ends[-1] - starts[0] != count * np.dtype(kind).itemsize
    if broken or list(starts[1:]) != ends[:-1]:
        return None
    samples = np.frombuffer(data, kind, count, starts[0]).reshape(height, width, 3)
    return Image(cast("Samples", samples), space)


def _all(tags: TagFile, page: Directory, tag: int) -> tuple[int, ...]:
    if tag not in page.entries:
        raise TagError(f"tag {tag} is missing")
    return tags.numbers(page.entries[tag])


def _space(tags: TagFile, page: Directory) -> Space | None:
    """The working space that the profile names."""
    profile = read_profile(tags.raw(page.entries[_PROFILE])) if _PROFILE in page.entries else None
    return profile.space if profile is not None and profile.kind == _COLOUR else None
