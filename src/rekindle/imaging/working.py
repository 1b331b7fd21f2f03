"""The lossless file that is handed between stages: an uncompressed TIFF, quick to write, readable by any program."""

from dataclasses import replace
from pathlib import Path

from rekindle.imaging.decode import image_of
from rekindle.imaging.encode import Encoding, encode
from rekindle.imaging.image import Image, Metadata
from rekindle.imaging.mapping import mapped
from rekindle.imaging.metadata import read_metadata
from rekindle.imaging.output import WHOLE, Output, shaped
from rekindle.imaging.vips import Picture, attached, from_image, open_file, reading
from rekindle.imaging.xmp import with_source_type


def save_working(image: Image, path: Path) -> None:
    """Write an image so that load_working gives back the same: samples, depth, alpha, greyness and space.

    The space is the embedded profile. `path` appears whole or not at all.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        attached(from_image(image), image.space).tiffsave(str(part), compression="none", keep="icc")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load_working(path: Path) -> Image:
    """The image of a working file. A plain one is mapped, which takes next to no time. Raises DamagedFile."""
    image = mapped(path)
    if image is not None:
        return image
    with reading():
        return image_of(open_file(path))


def open_working(path: Path) -> Picture:
    """The same as a pipeline with its profile, to be used within `reading()`."""
    image = mapped(path)
    return open_file(path) if image is None else attached(from_image(image), image.space)


def transcode(
    source_working: Path,
    original: Path | None,
    target: Path,
    options: Encoding,
    output: Output = WHOLE,
    source_type: str | None = None,
) -> None:
    """Write a working file as a file to keep, with the metadata of the original where there still is one.

    `source_type` is a word of IPTC's digital source types, to be said of the result. Raises CannotMark.
    """
    metadata = read_metadata(original) if original is not None else Metadata()
    if source_type is not None:
        metadata = replace(metadata, xmp=with_source_type(metadata.xmp, source_type))
    encode(shaped(load_working(source_working), output), metadata, target, options=options)
