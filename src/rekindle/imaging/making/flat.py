"""Flattens a picture into areas of even colour, keeping its edges."""

from typing import cast

import cv2
import numpy as np

from rekindle.imaging.making.made import Bytes, sized
from rekindle.imaging.planes import Plane, floats


def flattened(picture: Bytes, rounds: int, *, strength: float) -> Bytes:
    """Smoothed within edges, `rounds` times, as paint is. `strength` in levels of 255: edges below it go."""
    side = max(picture.shape[:2])
    small = sized(picture, max(320, side // 2))
    reach = max(3.0, 0.006 * max(small.shape[:2]))
    for _ in range(rounds):
        small = cast("Bytes", cv2.bilateralFilter(small, 9, strength, reach))
    size = picture.shape[1], picture.shape[0]
    large = floats(cast("Plane", cv2.resize(small.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)))
    # Edges are brought back to full sharpness by one more pass over the picture itself.
    sharp = cast("Bytes", cv2.bilateralFilter(picture, 7, strength, 3))
    near = np.abs(sharp - large).max(axis=2)
    weight = np.clip((near - 10) / 25, 0, 1)[..., None]
    mended = floats(large + (sharp - large) * weight)
    return np.clip(np.round(mended), 0, 255).astype(np.uint8)


def stepped(tone: Plane, levels: int, *, hardness: float) -> Plane:
    """Tones gathered around `levels` steps of equal height; `hardness` 0 (not at all) .. 1 (without transition)."""
    place = np.clip(tone, 0, 1) * levels
    step = np.floor(place)
    inside = place - step - 0.5
    sharp = 2 + 18 * hardness
    eased = 0.5 + 0.5 * np.tanh(sharp * inside) / np.tanh(sharp / 2)
    return floats(tone + ((step + eased) / levels - tone) * min(1.0, 2 * hardness))
