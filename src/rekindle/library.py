"""The product as a Python call: `rekindle.restore(photo)` restores one photo in this process.

result = rekindle.restore("grandmother.jpg")
result.save("grandmother-restored.jpg")
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from rekindle.errors import Invalid
from rekindle.imaging.corners import AUTOMATIC, find_corners
from rekindle.imaging.decode import decode
from rekindle.imaging.encode import Encoding, encode
from rekindle.imaging.formats import Format
from rekindle.imaging.gate import Choice
from rekindle.imaging.header import read_header
from rekindle.imaging.header_base import Header
from rekindle.imaging.image import Image, Metadata, Samples
from rekindle.imaging.marks import BadMask, check_proportions, fitted, write_mask
from rekindle.imaging.measures import measure
from rekindle.imaging.metadata import Keep
from rekindle.imaging.planes import Mask
from rekindle.imaging.quadrilateral import FULL_FRAME, Corners
from rekindle.imaging.restoration import StepReport, silent
from rekindle.imaging.restoration import restore as run_steps
from rekindle.imaging.steps.colorize import Hint
from rekindle.imaging.strength import Strength
from rekindle.imaging.warp import straighten
from rekindle.safety.masks import MASK_LIMITS, open_mask
from rekindle.safety.uploads import UploadLimits, check
from rekindle.treatments.diagnose import Diagnosis, diagnose
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Wishes, plan

Progress: TypeAlias = Callable[[str, float], None]
Photo: TypeAlias = str | os.PathLike[str] | bytes | Samples
"""A path, the bytes of a file, or an array: (height, width, 3) RGB or (height, width) grey, of uint8 or uint16."""

Marked: TypeAlias = str | os.PathLike[str] | NDArray[np.bool_] | NDArray[np.uint8]
"""A mask: the path of a PNG, or an array (height, width), true or at least 128 where there is damage."""

LIMITS = UploadLimits(max_bytes=1_000_000_000)
"""What a file of one's own may be: a 16-bit scan is larger than anything that one would upload."""

OWN_MASKS = replace(LIMITS, formats=MASK_LIMITS.formats)

_KEEP = {"keep": Keep.ALL, "no-location": Keep.NO_LOCATION, "strip": Keep.NOTHING}
_BY_SUFFIX = {
    ".jpg": Format.JPEG, ".jpeg": Format.JPEG, ".png": Format.PNG, ".webp": Format.WEBP, ".tif": Format.TIFF,
    ".tiff": Format.TIFF,
}  # fmt: skip


class BadPhoto(Invalid):
    code = "bad_photo"
    title = "This cannot be restored"


class BadTarget(Invalid):
    code = "bad_target"
    title = "The result cannot be saved there"


@dataclass(frozen=True, slots=True)
class Opened:
    """A photo in memory; `header` and `source` are there when it came from a file."""

    image: Image
    metadata: Metadata
    header: Header | None = None
    source: Path | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """A photo upright and straightened, and what was found in it. `straightened` says that a print was cut out."""

    image: Image
    corners: Corners
    straightened: bool
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class Result:
    """A restored photo.

    `chosen` says what the checks liked best (the input, a careful or a strong restoration) and `reason` why; `steps`
    are what was done; `unchanged` is true when nothing was. `corners` are those of the print that was cut out, or the
    frame. `mask` (height, width of the straightened photo) is true where damage was filled, None when none was.
    """

    picture: Image
    metadata: Metadata
    header: Header | None
    source: Path | None
    diagnosis: Diagnosis
    corners: Corners
    chosen: Choice
    reason: str
    steps: tuple[StepReport, ...]
    unchanged: bool
    mask: Mask | None = None

    @property
    def image(self) -> Samples:
        """The pixels: (height, width, 3) RGB of uint8 or uint16, in the colours that `picture.space` names."""
        return self.picture.pixels

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        format: str | None = None,  # noqa: A002 - the word that everybody expects
        quality: int = 92,
        depth: Literal[8, 16] | None = None,
        metadata: Literal["keep", "no-location", "strip"] = "keep",
    ) -> Path:
        """Write the result as JPEG, PNG, WebP or TIFF: `format`, else what the end of the name says.

        Profile and resolution are those of the original, and so is its other metadata, as far as `metadata` says.
        `quality` (1..100) is for JPEG and WebP; `depth` for PNG and TIFF, by default that of the original. Raises
        BadTarget instead of writing over the original.
        """
        target = Path(path)
        if self.source is not None and target.exists() and target.samefile(self.source):
            raise BadTarget(f"{target} is the original. Give the result a name of its own.")
        kind = Format(format) if format else _BY_SUFFIX.get(target.suffix.lower())
        if kind is None:
            raise BadTarget(f"{target.name} does not say in which format. End it in .jpg, .png, .webp or .tif.")
        deep = depth or (16 if self.picture.pixels.dtype == np.uint16 and self._came_deep else 8)
        encode(self.picture, self.metadata, target, options=Encoding(kind, quality, deep, _KEEP[metadata]))
        return target

    def save_mask(self, path: str | os.PathLike[str]) -> Path | None:
        """Write what was filled as a grey PNG, white where there was damage, 2048 pixels a side at most.

        It can be changed in any paint program and given as `mask` of another run. None when nothing was filled.
        """
        if self.mask is None:
            return None
        write_mask(self.mask, Path(path))
        return Path(path)

    @property
    def _came_deep(self) -> bool:
        return self.header is None or self.header.bits > 8


def restore(  # noqa: PLR0913 - each is a wish of its own, and all have a default
    photo: Photo,
    *,
    strength: Literal["auto", "careful", "strong"] = "auto",
    enlarge: Literal[1, 2, 4] = 1,
    keep_tone: bool = False,
    crop: bool = True,
    corners: Sequence[tuple[float, float]] | None = None,
    colorize: bool | Sequence[Hint] = False,
    mask: Marked | None = None,
) -> Result:
    """Restore one photo, in this process: a path, the bytes of a file, or an array of pixels.

    `enlarge` makes each side so many times longer; `keep_tone` leaves the tint of a sepia print. With `crop`, a print
    in the picture of a table or an album is cut out and straightened when its corners are clear; `corners` says where
    they are: four (x, y), each 0..1 of the upright picture, clockwise from the top left. `colorize` also gives it a
    plausible tint, or the colours that some dabs (`rekindle.imaging.steps.colorize.Hint`) say. A `mask`, in the
    proportions of the straightened photo, takes the place of the search for damage. Raises a RekindleError, whose
    message says what is wrong with the photo, the corners or the mask.
    """
    hints = () if isinstance(colorize, bool) else tuple(colorize)
    wishes = Wishes(Strength(strength), enlarge, keep_tone, hints=hints)
    given = None if corners is None else Corners.from_json([{"x": x, "y": y} for x, y in corners])
    operation = Operation.RESTORE if colorize is False else Operation.RESTORE_COLORIZE
    return treat(open_photo(photo), wishes, given if given else crop, operation=operation, mask=mask)


def open_photo(photo: Photo) -> Opened:
    """Decode a photo at full size. Raises BadPhoto, what the limits say of a file, and DamagedFile."""
    if isinstance(photo, np.ndarray):
        return Opened(_from_array(photo), Metadata())
    if isinstance(photo, bytes):
        with tempfile.TemporaryDirectory(prefix="rekindle-") as folder:
            path = Path(folder) / "photo"
            path.write_bytes(photo)
            image, metadata, header = _read(path)
            return Opened(image, metadata, header)
    path = Path(photo)
    if not path.is_file():
        raise BadPhoto(f"There is no file {path}.")
    image, metadata, header = _read(path)
    return Opened(image, metadata, header, path)


def examine(image: Image, crop: Corners | bool) -> Examined:
    """Straighten a picture (by `crop`: given corners, found ones, or not at all) and say what is wrong with it."""
    corners = _corners(image, crop)
    straight = straighten(image, corners)
    return Examined(straight, corners, corners != FULL_FRAME, diagnose(measure(straight)))


def treat(
    opened: Opened,
    wishes: Wishes,
    crop: Corners | bool,
    progress: Progress = silent,
    *,
    operation: Operation = Operation.RESTORE,
    mask: Marked | None = None,
) -> Result:
    """Examine and restore a photo that is open. `progress` gets a word for what goes on, and the share that is done.

    Whether a mask comes along is seen from `mask`, whatever `wishes` say.
    """
    progress("diagnosing", 0.1)
    examined = examine(opened.image, crop)
    marked = None if mask is None else open_marked(mask, examined.image)
    progress("restoring", 0.2)
    treatment = plan(operation, examined.diagnosis, replace(wishes, marked=mask is not None))
    restored = run_steps(
        examined.image,
        treatment.steps,
        strength=wishes.strength,
        progress=lambda stage, share: progress(stage, 0.2 + 0.7 * share),
        mask=marked,
    )
    return Result(
        picture=restored.image,
        metadata=opened.metadata,
        header=opened.header,
        source=opened.source,
        diagnosis=examined.diagnosis,
        corners=examined.corners,
        chosen=restored.chosen,
        reason=restored.reason,
        steps=restored.steps_done,
        unchanged=restored.chosen == "input"
        and not treatment.colours
        and _same_shape(restored.image, opened.image)
        and not examined.straightened,
        mask=restored.mask,
    )


def open_marked(mask: Marked, image: Image) -> Mask:
    """A mask in the size of a straightened picture. Raises BadMask, MaskDoesNotFit."""
    size = image.width, image.height
    if isinstance(mask, np.ndarray):
        if mask.ndim != 2 or mask.dtype.name not in ("bool", "uint8"):
            raise BadMask(f"A mask must be (height, width) of bool or uint8; this one is {mask.shape} of {mask.dtype}.")
        check_proportions((mask.shape[1], mask.shape[0]), size)
        found = mask >= 128 if mask.dtype.name == "uint8" else mask.astype(np.bool_)
    elif Path(mask).is_file():
        found = open_mask(Path(mask), size, limits=OWN_MASKS)
    else:
        raise BadMask(f"There is no file {mask}. Name a PNG, white where there is damage.")
    return fitted(found, image.height, image.width)


def _corners(image: Image, crop: Corners | bool) -> Corners:
    if isinstance(crop, Corners):
        return crop
    if crop and (found := find_corners(image)).confidence >= AUTOMATIC:
        return found.corners
    return FULL_FRAME


def _same_shape(first: Image, second: Image) -> bool:
    return (first.width, first.height) == (second.width, second.height)


def _read(path: Path) -> tuple[Image, Metadata, Header]:
    size = path.stat().st_size
    LIMITS.check_size(size)
    header = read_header(path)
    check(header, size, LIMITS)
    image, metadata = decode(path)
    return image, metadata, header


def _from_array(pixels: Samples) -> Image:
    grey = pixels.ndim == 2
    if pixels.dtype.name not in ("uint8", "uint16") or not (grey or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        raise BadPhoto(
            "An array must be (height, width, 3) or (height, width), of uint8 or uint16; this one is "
            f"{pixels.shape} of {pixels.dtype}."
        )
    if 0 in pixels.shape:
        raise BadPhoto("This array has no pixels.")
    three = np.repeat(pixels[..., np.newaxis], 3, axis=2) if grey else np.ascontiguousarray(pixels)
    return Image(cast("Samples", three), grey=grey)
