"""Takes the blocks of metadata out of a file, says what is in them, and chooses what a result keeps."""

from enum import StrEnum
from pathlib import Path

from rekindle.imaging import exif as exif_block
from rekindle.imaging import xmp as xmp_block
from rekindle.imaging.formats import Format
from rekindle.imaging.header import read_header
from rekindle.imaging.header_base import Header
from rekindle.imaging.heic import read_heic_metadata
from rekindle.imaging.image import Metadata
from rekindle.imaging.iptc import from_photoshop
from rekindle.imaging.jfif import jfif_resolution
from rekindle.imaging.tag_blocks import exif_of_tiff
from rekindle.imaging.vips import Picture, block, open_file, reading

_UNSET = (1.0, 2.834)
"""What libvips gives as pixels per millimetre when a file says nothing, the second for PNG."""

_MM_PER_INCH = 25.4
_MOST_DPI = 100_000.0


class Keep(StrEnum):
    """How much of the metadata a result keeps. The colour profile and the resolution stay in any case."""

    ALL = "all"
    NO_LOCATION = "no_location"
    NOTHING = "nothing"


def read_metadata(path: Path) -> Metadata:
    """The metadata of a file, without decoding its pixels. Raises what read_header raises, and DamagedFile."""
    header = read_header(path)
    if header.format is Format.HEIC:
        return with_resolution(read_heic_metadata(path))
    with reading():
        return metadata_of(open_file(path, page=header.page), path, header)


def metadata_of(picture: Picture, path: Path, header: Header) -> Metadata:
    """The metadata of an opened file."""
    exif = exif_of_tiff(path, header.page) if header.format is Format.TIFF else block(picture, "exif")
    iptc = block(picture, "iptc")
    found = Metadata(
        exif=exif.removeprefix(b"Exif\0\0") if exif else None,
        xmp=block(picture, "xmp"),
        iptc=from_photoshop(iptc) if iptc else None,
        icc=block(picture, "icc"),
        dpi=_stated_resolution(picture, path, header.format),
    )
    return found if found.dpi else with_resolution(found)


def _stated_resolution(picture: Picture, path: Path, kind: Format) -> tuple[float, float] | None:
    """The resolution that the container itself states; what libvips makes up is not taken for one."""
    if kind is Format.JPEG:
        return jfif_resolution(path)
    dpi = (picture.xres * _MM_PER_INCH, picture.yres * _MM_PER_INCH)
    stated = all(abs(picture.xres - unset) > 1e-5 for unset in _UNSET) and all(1 <= side <= _MOST_DPI for side in dpi)
    return (round(dpi[0], 2), round(dpi[1], 2)) if stated else None


def with_resolution(metadata: Metadata) -> Metadata:
    """The same, with the resolution that its EXIF block states."""
    dpi = exif_block.resolution(metadata.exif) if metadata.exif else None
    return Metadata(metadata.exif, metadata.xmp, metadata.iptc, metadata.icc, dpi)


def has_location(metadata: Metadata) -> bool:
    """Whether EXIF or XMP say where the photo was taken."""
    return bool(metadata.exif and exif_block.has_location(metadata.exif)) or bool(
        metadata.xmp and xmp_block.has_location(metadata.xmp)
    )


def captured_at(metadata: Metadata) -> str | None:
    """When the photo was taken, by EXIF or else XMP: ISO 8601, with an offset only if the file has one."""
    taken = exif_block.taken_at(metadata.exif) if metadata.exif else None
    return taken or (xmp_block.taken_at(metadata.xmp) if metadata.xmp else None)


def kept(metadata: Metadata, keep: Keep, *, width: int, height: int) -> Metadata:
    """What an upright result of this size carries. Orientation, size and thumbnails of the original are mended or
    gone.
    """
    if keep is Keep.NOTHING:
        return Metadata(icc=metadata.icc, dpi=metadata.dpi)
    location = keep is Keep.ALL
    exif = metadata.exif and exif_block.mended(metadata.exif, width=width, height=height, location=location)
    xmp = metadata.xmp and xmp_block.mended(metadata.xmp, location=location)
    return Metadata(exif or None, xmp or None, metadata.iptc, metadata.icc, metadata.dpi)
