"""Makes the preview and the thumbnail of a picture: JPEG in sRGB, without any metadata."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import cv2

from rekindle.imaging.image import Image, Samples, Space
from rekindle.imaging.planes import halved_whole
from rekindle.imaging.profiles import read_profile
from rekindle.imaging.vips import Picture, attached, block, from_array, from_image

PREVIEW_SIDE = 2000
THUMBNAIL_SIDE = 400
_PREVIEW_QUALITY, _THUMBNAIL_QUALITY = 85, 80
_WHITE = 255
NEAR = 1.1
"""Times the size that it should have, up to which a picture is brought to it at the very end, by any interpolation."""


def save_previews(image: Image, preview: Path, thumbnail: Path) -> None:
    """Write the preview (at most 2000 pixels a side) and the thumbnail (400) of an image."""
    if image.alpha is None:
        image = replace(image, pixels=halved_whole(image.pixels, PREVIEW_SIDE))
    write_previews(attached(from_image(image), image.space), preview, thumbnail)


def write_previews(picture: Picture, preview: Path, thumbnail: Path) -> Samples:
    """The same of an upright picture of any size, with its profile attached. Returns the samples of the preview,
    (height, width, 3), or (height, width) of a grey one.
    """
    reduced = to_browser(_reduced(picture, PREVIEW_SIDE, near=NEAR))
    shape = (reduced.height, reduced.width, reduced.bands)
    # Reshaped, because a picture of a single sample comes as a bare number.
    small = _finished(reduced.numpy().reshape(shape if reduced.bands > 1 else shape[:2]))
    from_array(small).jpegsave(str(preview), Q=_PREVIEW_QUALITY, keep="none")
    tiny = _reduced(from_array(halved_whole(small, 2 * THUMBNAIL_SIDE)), THUMBNAIL_SIDE, near=1.0)
    tiny.jpegsave(str(thumbnail), Q=_THUMBNAIL_QUALITY, keep="none")
    return small


def to_browser(picture: Picture) -> Picture:
    """8-bit sRGB or grey on white; pixels that are sRGB already, or untagged, are not converted."""
    icc = block(picture, "icc")
    profile = read_profile(icc) if icc else None
    fits = profile is not None and profile.kind == ("GRAY" if picture.bands < 3 else "RGB ")
    if picture.interpretation == "cmyk" or (fits and profile is not None and profile.space is not Space.SRGB):
        picture = picture.icc_transform("srgb", embedded=True, input_profile="cmyk", intent="relative")
    if picture.interpretation not in ("srgb", "b-w"):
        picture = picture.colourspace("b-w" if picture.bands < 3 else "srgb")
    return picture.flatten(background=_WHITE) if picture.hasalpha() else picture


def _reduced(picture: Picture, side: int, *, near: float) -> Picture:
    """A picture that is no longer than `near` times a side."""
    if max(picture.width, picture.height) <= side * near:
        return picture
    return picture.thumbnail_image(side, height=side, size="down", no_rotate=True)


def _finished(samples: Samples) -> Samples:
    """Samples of nearly the size of a preview, brought to it."""
    height, width = samples.shape[:2]
    longest = max(height, width)
    if longest <= PREVIEW_SIDE:
        return samples
    size = (max(1, round(width * PREVIEW_SIDE / longest)), max(1, round(height * PREVIEW_SIDE / longest)))
    return cast("Samples", cv2.resize(samples, size, interpolation=cv2.INTER_CUBIC))
