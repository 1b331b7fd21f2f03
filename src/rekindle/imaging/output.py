"""A result as a plan lets it out: made smaller, and with a small mark in its corner. The result itself stays whole."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFilter, ImageFont

from rekindle.errors import RekindleError
from rekindle.imaging.decode import decode
from rekindle.imaging.image import Image, Planes, Samples
from rekindle.imaging.previews import save_previews
from rekindle.imaging.vips import from_array

MARK = "Restored with Rekindle"

_TEXT_SHARE, _SMALLEST, _LARGEST = 0.03, 10, 120
"""Height of the text beside the shorter side, and its limits in pixels."""

_WIDEST = 0.5
"""Width of the text beside that of the picture, at most; then it is set smaller."""

_LIGHT, _SHADE = 0.72, 0.4
"""How much of the text and of its shadow covers the picture: it can be read on white, on black and in between."""


class CannotMark(RekindleError):
    status: ClassVar[int] = 503
    code: ClassVar[str] = "cannot_mark"
    title: ClassVar[str] = "The picture could not be made ready"


@dataclass(frozen=True, slots=True)
class Output:
    """`scale` (over 0, up to 1) makes both sides smaller; `mark` is the text of the mark, None for none."""

    scale: float = 1.0
    mark: str | None = None


WHOLE = Output()
"""A result as it is."""


def shaped(image: Image, output: Output) -> Image:
    """The image as it may go out; itself, if nothing is asked for. Raises CannotMark."""
    smaller = _scaled(image, output.scale) if output.scale < 1 else image
    return smaller if output.mark is None else _marked(smaller, output.mark)


def shape_preview(source: Path, preview: Path, thumbnail: Path, output: Output) -> None:
    """The same of the preview at `source`, as the two files that previews are. Raises CannotMark."""
    image, _ = decode(source)
    save_previews(shaped(image, output), preview, thumbnail)


def _scaled(image: Image, scale: float) -> Image:
    width, height = (max(1, round(side * scale)) for side in (image.width, image.height))
    pixels, alpha = (
        None if samples is None else _resized(samples, width, height) for samples in (image.pixels, image.alpha)
    )
    assert pixels is not None
    return Image(pixels, image.space, alpha, image.grey)


def _resized(samples: Samples, width: int, height: int) -> Samples:
    picture = from_array(samples).resize(width / samples.shape[1], vscale=height / samples.shape[0])
    return picture.numpy().reshape(height, width, *samples.shape[2:])


def _marked(image: Image, text: str) -> Image:
    light, shade = _stamp(text, image.width, image.height)
    height, width = light.shape
    top, left = image.height - height, image.width - width
    most = float(np.iinfo(image.pixels.dtype).max)
    pixels = image.pixels.copy()
    part = pixels[top:, left:].astype(np.float32) * (1 - _SHADE * shade)[..., None]
    part += (most - part) * (_LIGHT * light)[..., None]
    pixels[top:, left:] = np.rint(part).astype(pixels.dtype)
    return Image(pixels, image.space, _shown(image.alpha, np.maximum(light, shade)), image.grey)


def _shown(alpha: Samples | None, stamp: Planes) -> Samples | None:
    """The alpha of a picture, opaque where the mark is: it is not lost on a part that cannot be seen."""
    if alpha is None:
        return None
    shown = alpha.copy()
    height, width = stamp.shape
    part = shown[-height:, -width:]
    covering = np.rint(stamp * np.iinfo(shown.dtype).max).astype(shown.dtype)
    shown[-height:, -width:] = np.maximum(part, covering)
    return shown


def _stamp(text: str, width: int, height: int) -> tuple[Planes, Planes]:
    """The text and its shadow, 0..1, for the lower right corner of a picture of this size. Raises CannotMark."""
    size = min(max(round(_TEXT_SHARE * min(width, height)), _SMALLEST), _LARGEST)
    try:
        # Aileron, which Pillow carries; its designer gave it to the public domain (CC0 1.0).
        font = ImageFont.load_default(size)
        if (wide := font.getlength(text)) > _WIDEST * width:
            font = ImageFont.load_default(max(_SMALLEST, int(size * _WIDEST * width / wide)))
        left, top, right, bottom = font.getbbox(text)
    except (ImportError, OSError, ValueError) as error:
        raise _no_mark() from error
    margin = max(4, size * 2 // 3)
    drawn = Pillow.new("L", (int(right - left) + 2 * margin, int(bottom - top) + 2 * margin))
    ImageDraw.Draw(drawn).text((margin - left, margin - top), text, fill=255, font=font)
    # A picture that is smaller than the mark gets as much of it as there is room for, made smaller.
    fits = (min(drawn.width, width), min(drawn.height, height))
    if fits != drawn.size:
        drawn = drawn.resize(fits, Pillow.Resampling.BOX)
    light = _shares(drawn)
    if not light.any():
        raise _no_mark()
    return light, np.minimum(_shares(drawn.filter(ImageFilter.GaussianBlur(max(1.0, size / 8)))) * 2, 1)


def _shares(drawn: Pillow.Image) -> Planes:
    return cast("Planes", np.asarray(drawn, dtype=np.float32) / 255)


def _no_mark() -> CannotMark:
    return CannotMark(
        "Pictures of this plan carry a small mark, and it could not be drawn here. Nothing was lost; tell whoever runs "
        "this server, or choose a plan without the mark."
    )
