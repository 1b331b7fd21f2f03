"""Makes the preview and the thumbnail of a picture: JPEG in sRGB, without any metadata."""

from pathlib import Path

from rekindle.imaging.image import Image, Space
from rekindle.imaging.profiles import read_profile
from rekindle.imaging.vips import Picture, attached, block, from_image

PREVIEW_SIDE = 2000
THUMBNAIL_SIDE = 400
_PREVIEW_QUALITY, _THUMBNAIL_QUALITY = 85, 80
_WHITE = 255


def save_previews(image: Image, preview: Path, thumbnail: Path) -> None:
    """Write the preview (at most 2000 pixels a side) and the thumbnail (400) of an image."""
    write_previews(attached(from_image(image), image.space), preview, thumbnail)


def write_previews(picture: Picture, preview: Path, thumbnail: Path) -> None:
    """The same of an upright picture of any size, with its profile attached."""
    small = to_browser(_fitted(picture, PREVIEW_SIDE)).copy_memory()
    small.jpegsave(str(preview), Q=_PREVIEW_QUALITY, keep="none")
    _fitted(small, THUMBNAIL_SIDE).jpegsave(str(thumbnail), Q=_THUMBNAIL_QUALITY, keep="none")


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


def _fitted(picture: Picture, side: int) -> Picture:
    if max(picture.width, picture.height) <= side:
        return picture
    return picture.thumbnail_image(side, height=side, size="down", no_rotate=True)
