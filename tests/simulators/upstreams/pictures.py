"""What simulated upstreams make of photos: real pictures and films, another kind for each thing that they are asked
for. They know what that is from the words alone, as a model does.
"""

import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from rekindle.imaging.making.h264.film import Move, write_film

FILM_SIZE, FILM_RATE, FRAMES = (320, 192), 12, 24
ZOOM = 0.01
"""How much larger each picture of a film shows its middle than the one before."""


def drawn(prompt: str, pictures: Sequence[bytes]) -> bytes:
    """The picture that comes of a prompt: photos side by side, another style, colours, better light, or mended."""
    photos = [opened(each) for each in pictures]
    if len(photos) > 1 and ("composite" in prompt or "side by side" in prompt):
        return encoded(joined(photos))
    if prompt.startswith("Redo this photo"):
        return encoded(restyled(photos[0]))
    if "colours that the scene" in prompt:
        return encoded(coloured(photos[0]))
    if prompt.startswith("Enhance"):
        return encoded(ImageEnhance.Color(ImageEnhance.Brightness(photos[0]).enhance(1.15)).enhance(1.4))
    return encoded(ImageOps.autocontrast(photos[0], cutoff=2))


def restyled(photo: Image.Image) -> Image.Image:
    """A few flat colours."""
    return ImageOps.posterize(photo.filter(ImageFilter.MedianFilter(5)), 3)


def coloured(photo: Image.Image) -> Image.Image:
    """Cold shadows, and light like that of the evening."""
    tones = ImageOps.autocontrast(photo.convert("L"), cutoff=1)
    return ImageOps.colorize(tones, black="#10182b", mid="#a8795a", white="#fff4d8")


def joined(photos: Sequence[Image.Image]) -> Image.Image:
    """All side by side, as high as the first."""
    high = photos[0].height
    same = [each.resize((max(1, each.width * high // each.height), high)) for each in photos]
    whole, left = Image.new("RGB", (sum(each.width for each in same), high)), 0
    for each in same:
        whole.paste(each, (left, 0))
        left += each.width
    return whole


def film_of(picture: bytes) -> bytes:
    """A short MP4, which browsers play, that goes slowly into a picture."""
    size = FILM_SIZE
    photo = cv2.resize(np.asarray(opened(picture)), size, interpolation=cv2.INTER_AREA)

    def frames() -> Iterator[NDArray[np.uint8]]:
        for step in range(FRAMES):
            part = 1 / (1 + ZOOM * step)
            seen = np.array([[part, 0, (1 - part) * size[0] / 2], [0, part, (1 - part) * size[1] / 2]])
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            yield cv2.warpAffine(photo, seen, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        write_film(path, frames(), [Move(1.0, 0.0, 0.0)] * (FRAMES - 1), size, FILM_RATE)
        return path.read_bytes()


def opened(picture: bytes) -> Image.Image:
    """A photo as it was sent, upright and in RGB."""
    with Image.open(io.BytesIO(picture)) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()
