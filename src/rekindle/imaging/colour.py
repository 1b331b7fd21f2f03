"""Takes pixels from the colour space of a file to a working space, and back to it for the result."""

from rekindle.errors import UnsupportedFormat
from rekindle.imaging.image import Space
from rekindle.imaging.profiles import read_profile
from rekindle.imaging.vips import PROFILE_NAMES, Picture, attached, block, with_profile


def to_working(picture: Picture, untagged: Space = Space.SRGB) -> tuple[Picture, Space]:
    """The colour bands (no alpha) of a picture as grey or RGB samples in a working space.

    sRGB, Display P3 and untagged pixels come out as they are, 8 or 16 bits deep. All else is converted at 16 bits:
    grey to sRGB, colour to P3, with the relative colorimetric intent (no gamut in use by photos is much larger than
    P3). Raises UnsupportedFormat for samples that are no colours.
    """
    if picture.interpretation in ("lab", "labs", "labq"):
        return picture.colourspace("lab").icc_export(output_profile="p3", depth=16), Space.DISPLAY_P3
    if picture.interpretation == "cmyk":
        return _transformed(picture, Space.DISPLAY_P3, input_profile="cmyk"), Space.DISPLAY_P3
    picture = _as_integers(picture)
    icc = block(picture, "icc")
    profile = read_profile(icc) if icc else None
    kind = "GRAY" if picture.bands == 1 else "RGB "
    if profile is None or profile.kind != kind:
        return picture, untagged
    if profile.space is not None:
        return picture, profile.space
    if kind == "GRAY":
        return _transformed(picture, Space.SRGB).extract_band(1), Space.SRGB
    return _transformed(picture, Space.DISPLAY_P3), Space.DISPLAY_P3


def from_working(picture: Picture, space: Space, icc: bytes | None) -> Picture:
    """Pixels of a working space in the space of an embedded profile, with that profile attached.

    A profile whose pixels are those of `space`, or none at all in sRGB, changes nothing. A profile that does not fit
    the picture (CMYK, or grey for a picture in colour) is replaced by that of the working space.
    """
    profile = read_profile(icc) if icc else None
    kind = "GRAY" if picture.bands == 1 else "RGB "
    if icc is None or profile is None or profile.kind != kind:
        plain = space is Space.SRGB
        return picture if plain else attached(picture, space)
    if profile.space is not None and (kind == "GRAY" or profile.space is space):
        return with_profile(picture, icc)
    if profile.space is not None:
        return with_profile(_transformed(attached(picture, space), profile.space), icc)
    return _exported(picture, space, icc)


def _exported(picture: Picture, space: Space, icc: bytes) -> Picture:
    """Through the connection space into an arbitrary profile, at the depth of the picture."""
    deep = picture.format == "ushort"
    colours = picture.colourspace("rgb16" if deep else "srgb") if picture.bands == 1 else picture
    connected = colours.icc_import(input_profile=PROFILE_NAMES[space], intent="relative")
    exported = with_profile(connected, icc).icc_export(intent="relative", depth=16 if deep else 8)
    return with_profile(exported, icc)


def _transformed(picture: Picture, space: Space, **options: object) -> Picture:
    return picture.icc_transform(PROFILE_NAMES[space], embedded=True, intent="relative", depth=16, **options)


def _as_integers(picture: Picture) -> Picture:
    """Grey or RGB samples of 8 or 16 bits."""
    if picture.interpretation == "scrgb" and picture.bands == 3:
        return picture.colourspace("rgb16")
    if picture.format not in ("uchar", "ushort") or picture.bands not in (1, 3):
        raise UnsupportedFormat(
            "The samples of this file are not those of a photo (8 or 16 bits of grey or colour). Export it as JPEG "
            "or as a 16-bit TIFF, and upload that."
        )
    return picture
