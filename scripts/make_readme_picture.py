"""Makes docs/assets/before-after.jpg: a photograph, damaged from a seed, beside what `rekindle.restore` makes of it.

.venv/bin/python -m scripts.make_readme_picture [SEED]
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

import rekindle
from benchmarks.damage import Samples, fade, jpeg, scratch

TARGET = Path(__file__).resolve().parent.parent / "docs/assets/before-after.jpg"
SEED = 8
DIVIDER = 4


def damaged(photo: Samples, seed: int) -> Samples:
    """Faded, scratched, and saved as a JPEG once: what a scan of an old print looks like."""
    random = np.random.default_rng(seed)
    planes, _ = scratch(fade((photo / 255).astype(np.float32), random), random)
    return np.round(np.clip(jpeg(planes, 85), 0, 1) * 255).astype(np.uint8)


def side_by_side(before: NDArray[np.integer], after: NDArray[np.integer]) -> NDArray[np.integer]:
    """Both pictures at the same height, with a thin white divider between them."""
    divider = np.full((before.shape[0], DIVIDER, 3), 255, np.uint8)
    return np.hstack([before, divider, after])


def main() -> None:
    photo: Samples = np.asarray(data.astronaut(), np.uint8)
    before = damaged(photo, int(sys.argv[1]) if len(sys.argv) > 1 else SEED)
    result = rekindle.restore(before, crop=False)
    print(f"{result.chosen}: {result.reason}")
    picture = cv2.cvtColor(side_by_side(before, result.image).astype(np.uint8), cv2.COLOR_RGB2BGR)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(TARGET), picture, [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == "__main__":
    main()
