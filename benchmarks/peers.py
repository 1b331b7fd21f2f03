"""What others do with an upload, for comparison: each makes a preview of 2000 and a thumbnail of 400 pixels from a
JPEG.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, ImageOps

from rekindle.safety.uploads import UploadLimits, inspect_upload

PREVIEW_SIDE, THUMBNAIL_SIDE = 2000, 400

Pixels = NDArray[np.uint8]
Engine = Callable[[Path, Path], None]


def rekindle(source: Path, folder: Path) -> None:
    """Ours: header and limits checked, metadata read, colours converted, previews written."""
    inspect_upload(source, folder, UploadLimits())


def pillow_plain(source: Path, folder: Path) -> None:
    """Pillow as most web services use it: decode in full for the preview, and once more for the thumbnail."""
    content = source.read_bytes()
    for side, quality, optimize in ((PREVIEW_SIDE, 85, True), (THUMBNAIL_SIDE, 80, False)):
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        picture.save(folder / f"{side}.jpg", format="JPEG", quality=quality, optimize=optimize)


def pillow_tuned(source: Path, folder: Path) -> None:
    """Pillow at its best: reduced while decoding, turned last, the thumbnail made of the preview."""
    picture = Image.open(source)
    picture.draft("RGB", (PREVIEW_SIDE, PREVIEW_SIDE))
    orientation = picture.getexif().get(0x0112, 1)
    picture.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    picture.getexif()[0x0112] = orientation
    upright = ImageOps.exif_transpose(picture)
    upright.save(folder / "2000.jpg", format="JPEG", quality=85)
    upright.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    upright.save(folder / "400.jpg", format="JPEG", quality=80)


def turbojpeg(source: Path, folder: Path) -> None:
    """The practical floor: libjpeg-turbo reduces while decoding, OpenCV scales; no limits, metadata or colours."""
    content = source.read_bytes()
    orientation = Image.open(io.BytesIO(content)).getexif().get(0x0112, 1)
    height, width = (int(side) for side in simplejpeg.decode_jpeg_header(content)[:2])
    share = min(1.0, PREVIEW_SIDE / max(height, width))
    pixels = simplejpeg.decode_jpeg(
        content, "RGB", min_height=int(height * share), min_width=int(width * share), min_factor=1
    )
    pixels = _fitted(cast("Pixels", pixels), PREVIEW_SIDE)
    if orientation == 6:
        pixels = cast("Pixels", cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE))
    _write(folder / "2000.jpg", pixels, 85)
    _write(folder / "400.jpg", _fitted(pixels, THUMBNAIL_SIDE), 80)


def entropy_only(source: Path, folder: Path) -> None:
    """Nobody can be quicker: read the bits of the file, and make almost no pixels of them."""
    simplejpeg.decode_jpeg(source.read_bytes(), "RGB", min_height=1, min_width=1, min_factor=8)
    folder.touch()


ENGINES: dict[str, Engine] = {
    "pillow, plain": pillow_plain,
    "pillow, tuned": pillow_tuned,
    "rekindle": rekindle,
    "turbojpeg floor": turbojpeg,
    "entropy decoding only": entropy_only,
}


def _fitted(pixels: Pixels, side: int) -> Pixels:
    share = min(1.0, side / max(pixels.shape[:2]))
    return cast("Pixels", cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))


def _write(path: Path, pixels: Pixels, quality: int) -> None:
    encoded = simplejpeg.encode_jpeg(pixels, quality=quality, colorspace="RGB", colorsubsampling="420")
    path.write_bytes(encoded)
