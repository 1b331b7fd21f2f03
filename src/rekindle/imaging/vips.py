"""The edge to libvips: set up for strangers' files, and typed where pyvips is not."""

import functools
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import pyvips

from rekindle.imaging.header_base import damaged
from rekindle.imaging.image import Image, Samples, Space

BLOCKS = {"exif": "exif-data", "xmp": "xmp-data", "iptc": "iptc-data", "icc": "icc-profile-data"}
"""Where libvips keeps the blocks of metadata."""

PROFILE_NAMES = {Space.SRGB: "srgb", Space.DISPLAY_P3: "p3"}
"""What libvips calls the profiles of the working spaces that it carries."""


class Picture(Protocol):
    """The part of a libvips image that is used here: a lazy pipeline whose end is not yet asked for."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def bands(self) -> int: ...
    @property
    def format(self) -> str: ...
    @property
    def interpretation(self) -> str: ...
    @property
    def xres(self) -> float: ...
    @property
    def yres(self) -> float: ...
    def get(self, name: str) -> object: ...
    def get_typeof(self, name: str) -> int: ...
    def set_type(self, kind: int, name: str, value: object) -> None: ...
    def copy(self, **options: object) -> "Picture": ...
    def copy_memory(self) -> "Picture": ...
    def numpy(self) -> Samples: ...
    def hasalpha(self) -> bool: ...
    def flatten(self, **options: object) -> "Picture": ...
    def extract_band(self, band: int, **options: object) -> "Picture": ...
    def bandjoin(self, other: "Picture") -> "Picture": ...
    def cast(self, kind: str, **options: object) -> "Picture": ...
    def colourspace(self, space: str) -> "Picture": ...
    def icc_transform(self, profile: str, **options: object) -> "Picture": ...
    def icc_import(self, **options: object) -> "Picture": ...
    def icc_export(self, **options: object) -> "Picture": ...
    def thumbnail_image(self, width: int, **options: object) -> "Picture": ...
    def resize(self, scale: float, **options: object) -> "Picture": ...
    def linear(self, factor: float, offset: float) -> "Picture": ...
    def autorot(self) -> "Picture": ...
    def jpegsave(self, path: str, **options: object) -> None: ...
    def pngsave(self, path: str, **options: object) -> None: ...
    def webpsave(self, path: str, **options: object) -> None: ...
    def tiffsave(self, path: str, **options: object) -> None: ...


@contextmanager
def reading() -> Generator[None]:
    """Turns what libvips says of a file that it cannot decode into DamagedFile."""
    try:
        yield
    except pyvips.Error as error:
        if "out of memory" in str(error):
            raise MemoryError from error
        raise damaged("is cut short or its picture data is broken") from error


def open_file(path: Path, *, page: int = 0) -> Picture:
    """A file as a pipeline that is read once from top to bottom and stops at the first damage."""
    _prepare()
    source, options = pyvips.Source.new_from_file(str(path)), _options(page)
    return cast("Picture", pyvips.Image.new_from_source(source, options, access="sequential"))


def open_reduced(path: Path, side: int, *, page: int = 0) -> Picture:
    """A file as it is stored, reduced to fit into a square of `side` pixels while it is read."""
    _prepare()
    source = pyvips.Source.new_from_file(str(path))
    reduce = cast("Callable[..., Picture]", pyvips.Image.thumbnail_source)
    return reduce(source, side, height=side, size="down", no_rotate=True, option_string=_options(page))


def open_reduced_jpeg(path: Path, side: int, *, size: tuple[int, int], near: float = 1.0) -> Picture:
    """The same for a JPEG whose width and height are known: decoded at 1/2, 1/4 or 1/8, which is quick, then scaled
    where it is more than `near` times as long as it should be, or its proportions have suffered.

    A third quicker than libvips' own thumbnails for what has three channels already.
    """
    _prepare()
    longest = max(size)
    shrink = next((each for each in (8, 4, 2) if longest >= side * each), 1)
    load = cast("Callable[..., Picture]", pyvips.Image.jpegload)  # pyright: ignore[reportUnknownMemberType]
    picture = load(str(path), shrink=shrink, access="sequential", fail_on="truncated")
    if longest <= side or (longest / shrink <= side * near and not any(each % shrink for each in size)):
        return picture
    across, down = (max(1, round(each * side / longest)) for each in size)
    return picture.resize(across / picture.width, vscale=down / picture.height)


def _options(page: int) -> str:
    """Options for a loader: stop at the first damage (thumbnail_source hears of it in no other way), and which page.

    Files are opened as sources, so that brackets in their names are not taken for options.
    """
    return f"fail_on=truncated,page={page}" if page else "fail_on=truncated"


def from_array(samples: Samples) -> Picture:
    """A picture over the memory of an array of shape (height, width) or (height, width, bands), which is not copied."""
    _prepare()
    grey = samples.ndim == 2
    height, width = samples.shape[:2]
    bands = 1 if grey else samples.shape[2]
    wide = samples.dtype == np.uint16
    flat = np.ascontiguousarray(samples)
    made = pyvips.Image.new_from_memory(flat.data, width, height, bands, "ushort" if wide else "uchar")
    space = ("grey16" if wide else "b-w") if bands < 3 else ("rgb16" if wide else "srgb")
    return cast("Picture", made.copy(interpretation=space))


def block(picture: Picture, name: str) -> bytes | None:
    """A block of metadata (a key of BLOCKS), or None when there is none."""
    field = BLOCKS[name]
    return bytes(cast("bytes", picture.get(field))) if picture.get_typeof(field) else None


def with_profile(picture: Picture, icc: bytes) -> Picture:
    """The same pixels with another embedded profile."""
    changed = picture.copy()
    changed.set_type(pyvips.GValue.blob_type, BLOCKS["icc"], icc)
    return changed


def attached(picture: Picture, space: Space) -> Picture:
    """The same pixels with the profile of a working space."""
    return with_profile(picture, built_in_profile(PROFILE_NAMES[space]))


def turned(picture: Picture, orientation: int) -> Picture:
    """A picture turned and mirrored as an EXIF orientation (1..8) asks for."""
    marked = picture.copy_memory() if orientation > 1 else picture.copy()
    marked.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return marked.autorot()


def from_image(image: Image) -> Picture:
    """The samples of an image, one colour band if it is grey and nothing has coloured it since, with its alpha."""
    grey = image.grey and is_neutral(image.pixels)
    colours = from_array(cast("Samples", np.ascontiguousarray(image.pixels[:, :, 1])) if grey else image.pixels)
    return colours if image.alpha is None else colours.bandjoin(from_array(image.alpha))


def is_neutral(pixels: Samples) -> bool:
    """Whether all three channels are the same everywhere; looked at in stripes to save memory."""
    return all(
        bool(np.array_equal(stripe[:, :, 0], stripe[:, :, 1]) and np.array_equal(stripe[:, :, 1], stripe[:, :, 2]))
        for stripe in (pixels[top : top + 256] for top in range(0, pixels.shape[0], 256))
    )


@functools.cache
def built_in_profile(name: str) -> bytes:
    """One of the profiles that libvips carries: "srgb" or "p3"."""
    _prepare()
    return bytes(cast("bytes", pyvips.Operation.call("profile_load", name)))


@functools.cache
def _prepare() -> None:
    """One thread, no cache, and none but the four loaders that the formats of the product need."""
    cast("Callable[[int], None]", pyvips.concurrency_set)(1)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    pyvips.cache_set_max(0)
    pyvips.block_untrusted_set(True)
    pyvips.operation_block_set("VipsForeignLoad", True)
    for loader in ("Jpeg", "Png", "Webp", "Heif", "Tiff"):
        pyvips.operation_block_set(f"VipsForeignLoad{loader}", False)
