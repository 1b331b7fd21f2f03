"""The best single colour for every photo: what a colourizer has to beat.

Usage: python -m training.colour_constant FOLDER
"""

import argparse
from pathlib import Path

import numpy as np

from rekindle.imaging.planes import to_planes
from rekindle.imaging.steps.chroma import chroma_of
from training.colour_samples import load_small
from training.photographs import Samples, names


def best_constant(photos: list[Samples]) -> tuple[float, float]:
    """The a*b* with the least mean square error when all pixels of all photos have it, each photo counting alike."""
    a, b = np.mean([chroma_of(to_planes(photo)).mean((0, 1)) for photo in photos], axis=0)
    return round(float(a), 2), round(float(b), 2)


def main() -> None:
    """Print it for the photographs that are trained on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    print(best_constant(load_small(asked.folder, names(asked.folder, held_out=False))))


if __name__ == "__main__":
    main()
