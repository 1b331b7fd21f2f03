"""What happens to pixels on the way in and between the stages: functions that run in a child process."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.corners import Found, find_corners
from rekindle.imaging.decode import decode
from rekindle.imaging.header import read_header
from rekindle.imaging.intake import Inspected, examined
from rekindle.imaging.marks import write_mask
from rekindle.imaging.measures import Measures, measure
from rekindle.imaging.previews import save_previews
from rekindle.imaging.quadrilateral import Corners
from rekindle.imaging.warp import straighten
from rekindle.imaging.working import load_working, save_working
from rekindle.safety.masks import open_mask
from rekindle.safety.uploads import UploadLimits, check_upload


@dataclass(frozen=True, slots=True)
class Examined:
    """What an upload turned out to be."""

    inspected: Inspected
    found: Found


@dataclass(frozen=True, slots=True)
class Straightened:
    """The size in pixels of a prepared picture, and what was measured on it."""

    width: int
    height: int
    measures: Measures


@dataclass(frozen=True, slots=True)
class Adopted:
    """A mask as it is kept: `width` x `height` pixels, of which a `share` (0..1) is marked."""

    width: int
    height: int
    share: float


def examine(source: Path, folder: Path, limits: UploadLimits) -> Examined:
    """Check an upload, make its previews in `folder`, and look for the corners of a print on them."""
    inspected, seen = examined(source, folder, check_upload(source, limits))
    colours = seen if seen.ndim == 3 else np.repeat(seen[..., None], 3, axis=2)
    return Examined(inspected, find_corners(cast("NDArray[np.uint8]", colours)))


def prepare(source: Path, target: Path, corners: Corners) -> Straightened:
    """Decode the original at `source`, straighten it, measure it, and leave the working file at `target`."""
    image, _ = decode(source)
    upright = straighten(image, corners)
    del image
    save_working(upright, target)
    return Straightened(upright.width, upright.height, measure(upright))


def adopt_picture(source: Path, target: Path) -> tuple[int, int]:
    """Write the picture at `source`, whatever its format, as a working file; returns its width and height."""
    image, _ = decode(source)
    save_working(image, target)
    return image.width, image.height


def make_previews(working: Path, preview: Path, thumbnail: Path) -> None:
    """The preview and the thumbnail of a working file, as JPEG in sRGB without metadata."""
    save_previews(load_working(working), preview, thumbnail)


def adopt_mask(source: Path, target: Path, picture: tuple[int, int]) -> Adopted:
    """Check the mask at `source` of a picture of that width and height, and write it anew at `target`.

    Raises BadMask, MaskDoesNotFit.
    """
    mask = open_mask(source, picture)
    write_mask(mask, target)
    made = read_header(target)
    return Adopted(made.width, made.height, float(np.mean(mask)))


def measures_to_json(measures: Measures) -> dict[str, object]:
    """Measures as plain JSON values."""
    return asdict(measures)
