"""Looks at an upload once: one decode, no larger than a preview needs, and a summary of its metadata."""

from dataclasses import dataclass
from pathlib import Path

from rekindle.imaging.formats import Format
from rekindle.imaging.header_base import Header
from rekindle.imaging.heic import read_heic
from rekindle.imaging.image import Metadata, Samples, Space
from rekindle.imaging.metadata import captured_at, has_location, metadata_of, with_resolution
from rekindle.imaging.previews import NEAR, PREVIEW_SIDE, write_previews
from rekindle.imaging.profiles import read_profile
from rekindle.imaging.vips import Picture, attached, open_reduced, open_reduced_jpeg, reading, turned

_SECONDS_PER_MEGAPIXEL = {
    Format.JPEG: 0.02,
    Format.PNG: 0.03,
    Format.WEBP: 0.04,
    Format.TIFF: 0.03,
    Format.AVIF: 0.08,
    Format.HEIC: 0.12,
}
"""Measured with `inspect` on one core of a server, rounded up; the last two cannot be decoded at a reduced size."""


def expected_seconds(header: Header) -> float:
    """How long `inspect` may take on an honest file: to be added to what a dishonest one is allowed."""
    return header.pixels / 1e6 * _SECONDS_PER_MEGAPIXEL[header.format]


@dataclass(frozen=True, slots=True)
class Inspected:
    """What an upload turned out to be. `width` and `height` are those of the upright picture.

    `preview` and `thumbnail` are JPEG files in sRGB without metadata, upright, at most 2000 and 400 pixels a side.
    `captured_at` is ISO 8601 in local time, `dpi` in dots per inch, `icc_name` the description of the embedded
    profile.
    """

    format: Format
    width: int
    height: int
    bits: int
    channels: int
    orientation: int
    preview: Path
    thumbnail: Path
    has_gps: bool
    captured_at: str | None
    dpi: tuple[float, float] | None
    icc_name: str | None


def inspect(source: Path, folder: Path, header: Header) -> Inspected:
    """Decode a file whose header was read and found good, and write its previews into `folder`.

    Raises DamagedFile when the pixels are not what the header promised.
    """
    return examined(source, folder, header)[0]


def examined(source: Path, folder: Path, header: Header) -> tuple[Inspected, Samples]:
    """The same, with the samples of the preview, (height, width, 3) or (height, width)."""
    preview, thumbnail = folder / "preview.jpg", folder / "thumbnail.jpg"
    with reading():
        picture, metadata = _reduced(source, header)
        seen = write_previews(picture, preview, thumbnail)
    across = header.orientation >= 5
    profile = read_profile(metadata.icc) if metadata.icc else None
    inspected = Inspected(
        format=header.format,
        width=header.height if across else header.width,
        height=header.width if across else header.height,
        bits=header.bits,
        channels=header.channels,
        orientation=header.orientation,
        preview=preview,
        thumbnail=thumbnail,
        has_gps=has_location(metadata),
        captured_at=captured_at(metadata),
        dpi=metadata.dpi,
        icc_name=profile.name if profile else None,
    )
    return inspected, seen


def _reduced(source: Path, header: Header) -> tuple[Picture, Metadata]:
    """The upright picture, as small as the decoder can make it on the way, and the metadata."""
    if header.format is Format.HEIC:
        picture, metadata = read_heic(source)
        return _tagged(picture, metadata, header), with_resolution(metadata)
    if header.format is Format.JPEG and header.channels == 3:
        picture = open_reduced_jpeg(source, PREVIEW_SIDE, size=(header.width, header.height), near=NEAR)
    else:
        picture = open_reduced(source, PREVIEW_SIDE, page=header.page)
    metadata = metadata_of(picture, source, header)
    return turned(_tagged(picture, metadata, header), header.orientation), metadata


def _tagged(picture: Picture, metadata: Metadata, header: Header) -> Picture:
    """The picture with a profile, if the file names its space in another way."""
    plain = metadata.icc is not None or header.space_without_profile is Space.SRGB
    return picture if plain else attached(picture, header.space_without_profile)
