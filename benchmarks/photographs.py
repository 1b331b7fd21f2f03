"""The photographs that repair is measured on: those that come with two packages, or the kept back ones of a folder."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import skimage.data
import sklearn.datasets

from benchmarks.damage import Samples
from training.photographs import names, read

CREDITS = "NASA, Stefan van der Walt, Rachel Michetti, SpaceX; all four in the public domain or CC0"
"""Of astronaut, chelsea, coffee and rocket."""


def shipped() -> dict[str, Samples]:
    """The photographs of scikit-image and scikit-learn, RGB (height, width, 3)."""
    named = {name: of_scikit_image(name) for name in ("astronaut", "coffee", "chelsea", "rocket")}
    named["motorcycle"] = of_scikit_image("stereo_motorcycle")
    sample = cast("Callable[[str], Samples]", getattr(sklearn.datasets, "load_sample_image"))  # noqa: B009
    named |= {name: np.ascontiguousarray(sample(f"{name}.jpg")) for name in ("china", "flower")}
    return named


def of_scikit_image(name: str) -> Samples:
    """One picture of scikit-image by the name of its function; the left one of a pair."""
    loaded = cast("Callable[[], Samples | tuple[Samples, ...]]", getattr(skimage.data, name))()
    return np.ascontiguousarray((loaded[0] if isinstance(loaded, tuple) else loaded)[..., :3])


def of_folder(folder: Path, most: int, *, held_out: bool) -> dict[str, Samples]:
    """At most `most` JPEG files below a folder, the same each time: any of them, or of those that no training saw."""
    found = names(folder, held_out=True)
    found = found if held_out else sorted([*found, *names(folder, held_out=False)])
    order: list[int] = np.argsort(np.random.default_rng(0).random(len(found))).tolist()
    chosen = [found[i] for i in order[:most]]
    return {name: read(folder / name) for name in sorted(chosen)}
