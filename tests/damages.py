"""Sample photos, and known damage to them: noise, motion, compression, scratches; and how far two pictures differ."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data
from sklearn.datasets import load_sample_images

Pixels = NDArray[np.uint8]
BLACK, WHITE = 8, 250


@cache
def sample(name: str) -> Pixels:
    """A photo that comes with scikit-image, or with scikit-learn ("china", "flower"), as RGB that nobody may change."""
    if name in {"china", "flower"}:
        pixels = load_sample_images().images[0 if name == "china" else 1]
    else:
        pixels = getattr(data, name)()
    colour = np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels[..., :3]
    result = np.ascontiguousarray(colour)
    result.setflags(write=False)
    return result


def changed_by(pixels: Pixels, change: NDArray[np.floating]) -> Pixels:
    """The picture after a change in units of its range."""
    return np.clip(np.round(pixels + change.astype(np.float32) * 255), 0, 255).astype(np.uint8)


def deep(pixels: Pixels) -> NDArray[np.uint16]:
    """The same picture in 16 bits."""
    return pixels.astype(np.uint16) * np.uint16(257)


def noisy(pixels: Pixels, sigma: float, seed: int = 1, *, grey: bool = False) -> Pixels:
    """White noise of a standard deviation in steps of 8 bits; `grey`: the same on all channels."""
    shape = (*pixels.shape[:2], 1) if grey else pixels.shape
    noise = np.random.default_rng(seed).normal(0, sigma, shape)
    return np.clip(np.round(pixels + noise), 0, 255).astype(np.uint8)


def moved(pixels: Pixels, length: float, direction: float) -> Pixels:
    """A straight even motion; degrees count counter-clockwise from horizontal."""
    kernel, angle, centre = np.zeros((61, 61), np.float32), np.radians(direction), 30
    for t in np.linspace(-length / 2, length / 2, 400):
        x, y = centre + t * np.cos(angle), centre - t * np.sin(angle)
        left, top = int(np.floor(x)), int(np.floor(y))
        for row, column in ((top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)):
            kernel[row, column] += (1 - abs(x - column)) * (1 - abs(y - row))
    return cv2.filter2D(pixels, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101)


def compressed(pixels: Pixels, quality: int) -> Pixels:
    """Through JPEG and back."""
    return cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def scratched(pixels: Pixels, level: int = WHITE, seed: int = 1) -> tuple[Pixels, NDArray[np.bool_]]:
    """Six long thin lines from top to bottom, and where they are."""
    random, height, width = np.random.default_rng(seed), *pixels.shape[:2]
    result, mask = pixels.copy(), np.zeros((height, width), np.uint8)
    for x in np.linspace(0.1, 0.9, 6) * width:
        bend = x + np.cumsum(random.normal(0, 4, 5))
        points = np.column_stack([bend, np.linspace(4, height - 5, 5)]).astype(np.int32)
        cv2.polylines(result, [points], False, (level, level, level), 2, cv2.LINE_AA)
        cv2.polylines(mask, [points], False, 1, 2)
    return result, mask > 0


def psnr(one: NDArray[np.generic], other: NDArray[np.generic]) -> float:
    """Peak signal to noise ratio of two 8-bit pictures in decibels; 99 for equal ones."""
    error = float(np.mean((one.astype(float) - other.astype(float)) ** 2))
    return 99.0 if error == 0 else 10 * np.log10(255**2 / error)
