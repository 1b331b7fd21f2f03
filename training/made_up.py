"""Pictures that nobody took, for trying the training chain where no photographs are at hand."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


def scene(seed: int, height: int = 256, width: int = 320) -> NDArray[np.uint8]:
    """A sky, hills, and shapes with a little texture, RGB."""
    random = np.random.default_rng(seed)
    top, bottom = random.uniform(60, 255, 3), random.uniform(0, 200, 3)
    ramp = np.linspace(0, 1, height)[:, None, None]
    planes = np.asarray(top * (1 - ramp) + bottom * ramp + np.zeros((height, width, 3)), np.uint8)
    for _ in range(24):
        spot = (int(random.integers(width)), int(random.integers(height)))
        colour = [float(value) for value in random.uniform(0, 255, 3)]
        if random.random() < 0.5:
            cv2.circle(planes, spot, int(random.integers(4, 60)), colour, -1, cv2.LINE_AA)
        else:
            corner = (int(random.integers(width)), int(random.integers(height)))
            cv2.rectangle(planes, spot, corner, colour, -1)
    texture = cv2.GaussianBlur(random.standard_normal(planes.shape).astype(np.float32), (0, 0), 1.2)
    return np.clip(planes + 14 * np.asarray(texture), 0, 255).astype(np.uint8)


def write_photos(folder: Path, count: int = 40) -> Path:
    """JPEG files of made-up scenes."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        cv2.imwrite(str(folder / f"{seed:03}.jpg"), scene(seed)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])
    return folder
