"""Photographs for the tests of the page, made from those that scikit-image ships."""

import io
from functools import cache

import numpy as np
from PIL import Image, ImageDraw
from skimage import data


def as_jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """The bytes of a JPEG file."""
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality)
    return target.getvalue()


@cache
def faded(side: int = 640, shade: float = 0.0) -> bytes:
    """A portrait that lost its blacks and leans to yellow, with scratches. `shade` makes it differ from others."""
    portrait = Image.fromarray(data.astronaut()).resize((side, side), Image.Resampling.LANCZOS)
    pixels = np.asarray(portrait, dtype=np.float64) / 255 * 0.45 + 0.3 + shade
    pixels = pixels * (1.06, 0.98, 0.8) + (0.02, 0.0, 0.0)
    pixels += np.random.default_rng(7).normal(0, 0.03, pixels.shape)
    image = Image.fromarray((pixels.clip(0, 1) * 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for part in (0.2, 0.45, 0.8):
        pen.line([(side * part, 0), (side * (part + 0.1), side)], fill=(244, 238, 220), width=max(1, side // 300))
    return as_jpeg(image)


@cache
def print_on_a_table(width: int = 960, height: int = 720) -> bytes:
    """A photo of a print that lies askew on a dark table."""
    table = Image.new("RGB", (width, height), (70, 60, 52))
    side = int(height * 0.7)
    picture = Image.open(io.BytesIO(faded(side - 40)))
    paper = Image.new("RGB", (side, side), (246, 242, 230))
    paper.paste(picture, (20, 20))
    table.paste(paper, ((width - side) // 2, (height - side) // 2))
    return as_jpeg(table.rotate(5, Image.Resampling.BICUBIC, fillcolor=(70, 60, 52)))


def cut_short() -> bytes:
    """A JPEG of which the last two thirds are missing."""
    whole = faded()
    return whole[: len(whole) // 3]
