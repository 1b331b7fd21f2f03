"""Decodes a photo at full size, upright and in a working space."""

from pathlib import Path
from typing import cast

import numpy as np

from rekindle.imaging.colour import to_working
from rekindle.imaging.formats import Format
from rekindle.imaging.header import read_header
from rekindle.imaging.heic import read_heic
from rekindle.imaging.image import Image, Metadata, Samples, Space
from rekindle.imaging.metadata import metadata_of, with_resolution
from rekindle.imaging.vips import Picture, open_file, reading, turned


def decode(source: Path) -> tuple[Image, Metadata]:
    """The upright picture in a working space, and the metadata of the file.

    sRGB and Display P3 pixels are as they are in the file; other colours are converted (see colour.py) and come as
    uint16. Raises what read_header raises, and DamagedFile. Limits are not checked: whoever takes uploads does that
    first.
    """
    header = read_header(source)
    if header.format is Format.HEIC:
        picture, metadata = read_heic(source)
        with reading():
            return image_of(picture, header.space_without_profile), with_resolution(metadata)
    with reading():
        picture = open_file(source, page=header.page)
        metadata = metadata_of(picture, source, header)
        return image_of(turned(picture, header.orientation), header.space_without_profile), metadata


def image_of(picture: Picture, untagged: Space = Space.SRGB) -> Image:
    """The samples of a picture, alpha apart. `untagged` is the space of pixels that come without a profile."""
    bands = picture.bands - 1 if picture.hasalpha() else picture.bands
    if bands < picture.bands:
        picture = picture.copy_memory()
    colours, space = to_working(picture.extract_band(0, n=bands), untagged)
    # Reshaped, because a picture of a single sample comes as a bare number.
    pixels = colours.numpy().reshape(colours.height, colours.width, colours.bands)
    alpha = _alpha(picture.extract_band(bands), pixels) if bands < picture.bands else None
    grey = colours.bands == 1
    return Image(_three_channels(pixels) if grey else pixels, space, alpha, grey)


def _three_channels(grey: Samples) -> Samples:
    height, width = grey.shape[:2]
    return cast("Samples", np.repeat(grey.reshape(height, width, 1), 3, axis=2))


def _alpha(alpha: Picture, pixels: Samples) -> Samples:
    """The alpha samples as deep as the colours."""
    samples = alpha.numpy().reshape(alpha.height, alpha.width)
    if samples.dtype == pixels.dtype:
        return samples
    if pixels.dtype == np.uint16:
        return samples.astype(np.uint16) * np.uint16(257)
    return (samples >> 8).astype(np.uint8)
