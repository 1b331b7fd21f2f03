"""What every header reader gives back, and how it says that a file cannot be read."""

import mmap
from dataclasses import dataclass
from typing import TypeAlias

from rekindle.errors import Invalid
from rekindle.imaging.formats import Format
from rekindle.imaging.image import Space

Data: TypeAlias = bytes | mmap.mmap
"""The bytes of a whole file; readers look at few of them."""

_P3_PRIMARIES = 12
"""SMPTE EG 432-1 in the code points of ITU-T H.273."""


class DamagedFile(Invalid):
    code = "damaged_file"
    title = "The file is damaged"


class EmptyFile(Invalid):
    code = "empty_file"
    title = "The file is empty"


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says about itself before anything is decoded.

    `width` and `height` are those of the stored pixels, before `orientation` (EXIF, 1..8) is applied. `frames` counts
    full-size pictures that are shown one after another or as pages (2 can stand for "several"), `scans` the passes of
    a JPEG (1 elsewhere). `bits` is the depth of a sample, `channels` their number, alpha included, as far as the
    header tells. `page` is the place of the picture in a TIFF that begins with a thumbnail. `primaries` are those
    that a HEIC or AVIF names by their code point in ITU-T H.273 (2: not told).
    """

    format: Format
    width: int
    height: int
    frames: int = 1
    scans: int = 1
    orientation: int = 1
    bits: int = 8
    channels: int = 3
    page: int = 0
    primaries: int = 2

    @property
    def space_without_profile(self) -> Space:
        """The space of pixels that come without a profile: Display P3 if the file names its primaries, else sRGB."""
        return Space.DISPLAY_P3 if self.primaries == _P3_PRIMARIES else Space.SRGB

    @property
    def pixels(self) -> int:
        return self.width * self.height


def damaged(why: str) -> DamagedFile:
    """The refusal of a file that is not what it claims to be; `why` completes the sentence "This file cannot be read:
    it …".
    """
    return DamagedFile(
        f"This file cannot be read: it {why}. Export or copy it again from where it came, and upload that."
    )
