"""Pictures in the form in which they leave the machine and come back: functions that run in a child process."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np

from rekindle.imaging.image import Samples
from rekindle.imaging.likeness import Likeness, believed, compare
from rekindle.imaging.marks import fitted, load_mask
from rekindle.imaging.previews import to_browser
from rekindle.imaging.registration import align
from rekindle.imaging.vips import from_array, reading
from rekindle.imaging.working import load_working, open_working, save_working

QUALITY = 92
"""Of the JPEGs that are sent: finer than any model sees, and a fifth of the bytes of the best quality."""


def sent_size(width: int, height: int, *, max_pixels: int, max_side: int) -> tuple[int, int]:
    """Width and height in pixels at which a picture is sent: as it is, or smaller in the same proportions."""
    scale = min(1.0, max_side / max(width, height), (max_pixels / (width * height)) ** 0.5)
    return max(1, int(width * scale)), max(1, int(height * scale))


def write_sent(source: Path, target: Path, size: tuple[int, int]) -> None:
    """Write the working file `source` as a JPEG of this width and height: sRGB in three channels, without metadata."""
    width, height = size
    with reading():
        picture = open_working(source)
        if (picture.width, picture.height) != size:
            picture = picture.thumbnail_image(width, height=height, size="force", no_rotate=True)
        colours = to_browser(picture)
        if colours.bands < 3:
            colours = colours.colourspace("srgb")
        colours.jpegsave(str(target), Q=QUALITY, keep="none")


def write_sent_mask(source: Path, target: Path, size: tuple[int, int]) -> None:
    """Write the mask at `source` as a grey PNG of this width and height, 255 where something is to be filled."""
    width, height = size
    mask = fitted(load_mask(source), height, width)
    grey = cast("Samples", np.where(mask, np.uint8(255), np.uint8(0)))
    from_array(grey).pngsave(str(target), compression=6, keep="none")


@dataclass(frozen=True, slots=True)
class Brought:
    """A picture that came back: its size as a working file, or in one sentence why it is not to be used. `alike` is how
    far it shows what the photo shows, 0..1.
    """

    width: int = 0
    height: int = 0
    alike: float = 0.0
    reason: str = ""


def bring_in(result: Path, source: Path, target: Path, kind: Literal["mended", "new"]) -> Brought:
    """Judge a picture that came back for the working file `source`, and write it as a working file.

    What was mended must show the same, and is laid on the frame of the photo; what is new keeps its own. Raises what
    decoding does.
    """
    mended, made = kind == "mended", believed(result)
    if isinstance(made, Likeness):
        return Brought(reason=made.reason)
    photo = load_working(source)
    found = compare(made.pixels, photo.pixels, same_scene=mended)
    if found.reason:
        return Brought(alike=found.alike, reason=found.reason)
    if mended:
        aligned, reason = align(made, photo, found.fit)
        if aligned is None:
            return Brought(alike=found.alike, reason=reason)
        made = aligned
    save_working(made, target)
    return Brought(made.width, made.height, found.alike)
