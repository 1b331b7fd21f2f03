"""Masks of damage in files: which pixels of a picture are to be filled, found by the engine or painted by a person."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.errors import Conflict, Invalid
from rekindle.imaging.image import Samples
from rekindle.imaging.planes import Mask, peak
from rekindle.imaging.vips import from_array, open_file, reading

LONGEST = 2048
"""Pixels of the longer side of a written mask: as fine as any brush on a screen."""

MOST_APART = 0.01
"""How far the proportions of a mask may be from those of its picture, beside what rounding to whole pixels does."""

_HALF, _SOME = 128, 32
"""Of 255: what a pixel needs to be marked; where a mask shrinks an eighth is enough, so that no hair gets lost."""


class BadMask(Invalid):
    code: ClassVar[str] = "bad_mask"
    title: ClassVar[str] = "This mask cannot be used"


class MaskDoesNotFit(Conflict):
    code: ClassVar[str] = "mask_does_not_fit"
    title: ClassVar[str] = "This mask belongs to another picture"


@dataclass(frozen=True, slots=True)
class Marks:
    """Where the mask of a restoration comes from and goes to.

    `given` is used instead of searching for damage; `found` is where the mask that was used is written, whoever made
    it, unless nothing was filled.
    """

    given: Path | None = None
    found: Path | None = None


def read_mask(path: Path, height: int, width: int) -> Mask:
    """A mask file as the mask (height, width) of a picture of that size. Raises DamagedFile, MaskDoesNotFit."""
    mask = load_mask(path)
    check_proportions((mask.shape[1], mask.shape[0]), (width, height))
    return fitted(mask, height, width)


def write_mask(mask: Mask, path: Path) -> None:
    """Write a mask (height, width) as an 8-bit grey PNG, 255 where it is true, its longer side at most 2048 pixels.

    `path` appears whole or not at all.
    """
    height, width = mask.shape
    scale = min(1.0, LONGEST / max(height, width))
    small = fitted(mask, max(1, round(height * scale)), max(1, round(width * scale)))
    part = path.with_name(f"{path.name}.part")
    try:
        from_array(_grey(small)).pngsave(str(part), compression=6, keep="none")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load_mask(path: Path) -> Mask:
    """The mask in a picture file, in its own size: true where the brightest channel, times alpha, is half or more.

    Raises DamagedFile. Limits are not checked: whoever takes files of strangers does that first.
    """
    with reading():
        picture = open_file(path)
        seen_through = picture.hasalpha()
        samples = picture.numpy().reshape(picture.height, picture.width, picture.bands)
    colours = samples[:, :, :-1] if seen_through else samples
    value = cast("Samples", colours.max(axis=2))
    marked = np.greater_equal(value, (peak(value) + 1) // 2)
    if seen_through:
        # Half of full: value * alpha / peak >= peak / 2, in whole numbers that do not overflow.
        product = value.astype(np.uint32) * samples[:, :, -1]
        marked = product >= np.uint32(peak(value)) * np.uint32((peak(value) + 1) // 2)
    return marked


def fitted(mask: Mask, height: int, width: int) -> Mask:
    """A mask in another size: nothing thin is lost where it shrinks, and edges stay smooth where it grows."""
    if mask.shape == (height, width):
        return mask
    smaller = height * width < mask.size
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    resized = cast("NDArray[np.uint8]", cv2.resize(_grey(mask), (width, height), interpolation=method))
    return resized >= (_SOME if smaller else _HALF)


def check_proportions(mask: tuple[int, int], picture: tuple[int, int]) -> None:
    """Raise MaskDoesNotFit when a mask of this width and height cannot have been made for such a picture."""
    (across, down), (width, height) = mask, picture
    apart = abs(across * height - down * width)
    rounding = max(width, height)
    if apart > MOST_APART * across * height + rounding:
        raise MaskDoesNotFit(
            f"This mask has {across} x {down} pixels, which are not the proportions of the straightened photo of "
            f"{width} x {height}. Make the mask on the picture as it is straightened now."
        )


def _grey(mask: Mask) -> NDArray[np.uint8]:
    return np.where(mask, np.uint8(255), np.uint8(0))
