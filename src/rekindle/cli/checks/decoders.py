"""Checks of the libraries that read and mend pictures: each has to do it once with a tiny picture."""

import tempfile
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from rekindle.cli.checks.finding import Finding, broken, ok
from rekindle.cli.checks.samples import AVIF, HEIC
from rekindle.errors import RekindleError
from rekindle.imaging.decode import decode
from rekindle.imaging.encode import Encoding, encode
from rekindle.imaging.formats import Format
from rekindle.imaging.image import Image, Metadata, Samples

REINSTALL = "Install Rekindle again: `make run` in its folder, or `pip install --force-reinstall rekindle`."
_CLOSE = 40


def libvips() -> Finding:
    """JPEG, PNG, WebP and TIFF, written and read back; and AVIF."""
    name = "Reading and writing pictures (libvips)"
    with tempfile.TemporaryDirectory(prefix="rekindle-") as folder:
        path = Path(folder) / "sample"
        try:
            for kind in (Format.JPEG, Format.PNG, Format.WEBP, Format.TIFF):
                encode(_sample(), Metadata(), path, options=Encoding(kind))
                if not _is_sample(path):
                    return broken(name, f"{kind.value.upper()} comes out wrong", REINSTALL)
            path.write_bytes(AVIF)
            if not _is_sample(path):
                return broken(name, "AVIF comes out wrong", REINSTALL)
        except (RekindleError, OSError) as error:
            return broken(name, f"does not work: {error}", REINSTALL)
    return ok(name, "JPEG, PNG, WebP, TIFF and AVIF work")


def heic() -> Finding:
    """HEIC, the format of iPhones."""
    name = "HEIC (pi-heif)"
    with tempfile.TemporaryDirectory(prefix="rekindle-") as folder:
        path = Path(folder) / "sample.heic"
        path.write_bytes(HEIC)
        try:
            fine = _is_sample(path)
        except RekindleError as error:
            return broken(name, f"does not work: {error.message}", REINSTALL)
    return ok(name, "HEIC can be read") if fine else broken(name, "HEIC comes out wrong", REINSTALL)


def opencv() -> Finding:
    """A filter and a filled hole."""
    name = f"Mending (OpenCV {cv2.__version__})"
    sample = _sample().pixels
    hole = np.zeros(sample.shape[:2], np.uint8)
    hole[6:9, 2:5] = 255
    filled = cast("Samples", cv2.inpaint(sample, hole, 3, cv2.INPAINT_TELEA))
    if filled.shape != sample.shape or abs(int(filled[7, 3, 0]) - int(sample[7, 3, 0])) > _CLOSE:
        return broken(name, "a hole was filled wrongly", REINSTALL)
    return ok(name, "works")


def _sample() -> Image:
    pixels = np.empty((16, 16, 3), np.uint8)
    pixels[:, :8] = (200, 60, 40)
    pixels[:, 8:] = (40, 90, 200)
    return Image(pixels)


def _is_sample(path: Path) -> bool:
    found = decode(path)[0].pixels
    wanted = _sample().pixels
    return found.shape == wanted.shape and float(np.abs(found.astype(int) - wanted).mean()) < _CLOSE
