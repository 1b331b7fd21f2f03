"""Masks in files of strangers: judged by their header before they are decoded."""

from pathlib import Path

from rekindle.errors import Invalid, UnsupportedFormat
from rekindle.imaging.formats import Format
from rekindle.imaging.marks import BadMask, check_proportions, load_mask
from rekindle.imaging.planes import Mask
from rekindle.safety.uploads import UploadLimits, check_upload

MASK_LIMITS = UploadLimits(max_bytes=4_000_000, max_pixels=4096 * 4096, formats=frozenset({Format.PNG}))
"""What a mask may be; a painted one has a hundredth of these bytes."""


def open_mask(source: Path, picture: tuple[int, int], *, limits: UploadLimits = MASK_LIMITS) -> Mask:
    """The mask in a file, in its own size, for a picture of that width and height. For a child process.

    Raises BadMask for what is no PNG or beyond the limits, and MaskDoesNotFit for one in other proportions.
    """
    try:
        header = check_upload(source, limits)
        check_proportions((header.width, header.height), picture)
        return load_mask(source)
    except (Invalid, UnsupportedFormat) as error:
        raise BadMask(f"This mask cannot be used. {error.message}") from error
