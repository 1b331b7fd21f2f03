"""The limits that an upload must keep, judged by its header before anything is decoded."""

from dataclasses import dataclass
from pathlib import Path

from rekindle.errors import Invalid, TooLarge, UnsupportedFormat
from rekindle.imaging.formats import EVERY_FORMAT, Format
from rekindle.imaging.header import read_header
from rekindle.imaging.header_base import EmptyFile, Header, damaged
from rekindle.imaging.intake import Inspected, inspect


class UploadTooLarge(TooLarge):
    code = "too_large"
    title = "The file is too large"


class TooManyPixels(Invalid):
    code = "too_many_pixels"
    title = "The picture has too many pixels"


class SideTooLong(Invalid):
    code = "side_too_long"
    title = "The picture is too wide or too high"


class AspectTooExtreme(Invalid):
    code = "aspect_too_extreme"
    title = "The picture is too narrow"


class Animated(Invalid):
    code = "animated"
    title = "The file holds several pictures"


class TooManyScans(Invalid):
    code = "too_many_scans"
    title = "The picture is stored in too many passes"


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What an upload may be. Sides and pixels are those of the stored picture; only a JPEG can be read reduced, hence
    its own.
    """

    max_bytes: int = 50_000_000
    max_pixels_jpeg: int = 100_000_000
    max_pixels: int = 64_000_000
    max_side: int = 20_000
    max_aspect: int = 50
    max_scans: int = 100
    formats: frozenset[Format] = EVERY_FORMAT

    def check_size(self, size: int) -> None:
        """Refuse a file by its bytes alone, so that streaming can stop early. Raises EmptyFile or UploadTooLarge."""
        if size <= 0:
            raise EmptyFile("This file is empty. Perhaps the copy was cut short: take it again from where it came.")
        if size > self.max_bytes:
            raise UploadTooLarge(
                f"This file has more than {self.max_bytes / 1e6:.0f} MB, the most that is taken. "
                "Save it as a JPEG of high quality, and upload that."
            )


def check(header: Header, size: int, limits: UploadLimits) -> None:
    """Refuse a picture beyond the limits. `size` is the length of the file in bytes.

    Raises EmptyFile, UploadTooLarge, UnsupportedFormat, DamagedFile, Animated, SideTooLong, AspectTooExtreme,
    TooManyPixels or TooManyScans, in this order.
    """
    limits.check_size(size)
    _check_kind(header, limits)
    _check_shape(header, limits)
    if header.scans > limits.max_scans:
        raise TooManyScans(
            f"This JPEG is stored in {header.scans} passes, and {limits.max_scans} are the most. "
            "Open it in a photo program, save it again, and upload that."
        )


def _check_kind(header: Header, limits: UploadLimits) -> None:
    if header.format not in limits.formats:
        names = ", ".join(sorted(name.value.upper() for name in limits.formats))
        raise UnsupportedFormat(f"{header.format.value.upper()} files are not taken here. Choose one of: {names}.")
    if header.frames > 1:
        raise Animated(
            "This file holds several pictures: an animation, a burst or several pages. Save the one that you want as a "
            "file of its own, and upload that."
        )


def _check_shape(header: Header, limits: UploadLimits) -> None:
    long, short = max(header.width, header.height), min(header.width, header.height)
    if short < 1:
        raise damaged("says that its picture has no pixels")
    if long > limits.max_side:
        raise SideTooLong(
            f"This picture is {header.width} x {header.height} pixels, and {limits.max_side:,} is the longest side "
            "that is taken. Make it smaller, and upload that."
        )
    if long > short * limits.max_aspect:
        raise AspectTooExtreme(
            f"This picture is {header.width} x {header.height} pixels: one side is more than {limits.max_aspect} times "
            "the other. Cut out the part that you want, and upload that."
        )
    most = limits.max_pixels_jpeg if header.format is Format.JPEG else limits.max_pixels
    if header.pixels > most:
        raise TooManyPixels(
            f"This picture has {header.pixels / 1e6:.0f} megapixels, and {most / 1e6:.0f} are the most for its format. "
            "Make it smaller, and upload that."
        )


def check_upload(source: Path, limits: UploadLimits) -> Header:
    """The header of a file that keeps the limits; nothing is decoded. Raises what `check` and `read_header` raise."""
    size = source.stat().st_size
    limits.check_size(size)
    header = read_header(source)
    check(header, size, limits)
    return header


def inspect_upload(source: Path, folder: Path, limits: UploadLimits) -> Inspected:
    """Check a file against the limits by its header, then decode it once and make its previews in `folder`.

    For a child process: what comes after the header is in the hands of decoders. Raises what `check_upload` and
    `inspect` raise.
    """
    return inspect(source, folder, check_upload(source, limits))
