"""Where damage comes from: `benchmarks/damage.py`, or a module of somebody else that is loaded by its path."""

import importlib.util
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import cast

import numpy as np

from benchmarks.damage import Damaged, Kind, Mask, Planes, Samples, damage

Source = Callable[[Samples, Kind, int], Damaged]
"""Damages a clean picture by a kind and a seed."""

_Plain = Callable[[Planes, np.random.Generator], Planes]
_Marked = Callable[[Planes, np.random.Generator], tuple[Planes, Mask]]


def source(path: Path | None) -> Source:
    """Our damage, or that of the module at `path`, whose functions A, C and D take float RGB in 0..1 and a generator
    and return such a picture, and whose E returns the mask as well. Raises AttributeError where one is missing.
    """
    if path is None:
        return damage
    module = _loaded(path)
    return lambda clean, kind, seed: _damaged(module, clean, kind, seed)


def _loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"outside_{path.stem}", path)
    if spec is None or spec.loader is None:
        message = f"{path} is not a Python module"
        raise ValueError(message)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for letter in "ACDE":
        getattr(module, letter)
    return module


def _damaged(module: ModuleType, clean: Samples, kind: Kind, seed: int) -> Damaged:
    random = np.random.default_rng([seed, zlib.crc32(kind.encode())])
    planes = np.asarray(clean, np.float32) / np.float32(255)
    mask = np.zeros(clean.shape[:2], np.bool_)
    for letter in kind.split("+"):
        if letter == "E":
            planes, mask = cast("_Marked", module.E)(planes, random)
        else:
            planes = cast("_Plain", getattr(module, letter))(planes, random)
    return Damaged(np.round(np.clip(planes, 0, 1) * 255).astype(np.uint8), np.asarray(mask, np.bool_))
