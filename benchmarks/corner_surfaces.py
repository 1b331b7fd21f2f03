"""Surfaces on which a print may lie, made from noise and sines: wood, cloth, tiles, stripes, stone, paper."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Surface = Callable[[np.random.Generator, int, int], Floats]
"""Makes a picture (height, width, 3) of float32 in 0..1."""


def cloud(rng: np.random.Generator, height: int, width: int, scale: float) -> Floats:
    """Smooth noise of mean 0 and deviation 1 whose bumps are about `scale` pixels wide."""
    rows, columns = max(2, int(height / scale) + 2), max(2, int(width / scale) + 2)
    coarse = rng.normal(size=(rows, columns)).astype(np.float32)
    fine = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    return (fine - fine.mean()) / (fine.std() + 1e-6)


def wood(rng: np.random.Generator, height: int, width: int) -> Floats:
    tone = rng.choice(np.array([[0.55, 0.36, 0.2], [0.35, 0.2, 0.12], [0.75, 0.58, 0.4], [0.25, 0.16, 0.1]]))
    along = rng.uniform(8, 30)
    grain = cv2.resize(cloud(rng, height, max(8, int(width / along)), rng.uniform(2, 5)), (width, height))
    rings = np.sin(cloud(rng, height, max(8, int(width / along)), 40) * 6).astype(np.float32)
    rings = np.asarray(cv2.resize(rings, (width, height)), np.float32)
    shade = 1 + rng.uniform(0.03, 0.12) * grain + rng.uniform(0.02, 0.12) * rings
    if rng.random() < 0.6:
        shade = shade * _planks(rng, height, width)
    return tone * shade[..., None]


def _planks(rng: np.random.Generator, height: int, width: int) -> Floats:
    step = int(rng.uniform(0.1, 0.35) * height)
    rows = (np.arange(height) + int(rng.integers(step))) // step
    shades = np.asarray(rng.normal(1, 0.05, int(rows.max()) + 1), np.float32)[rows]
    gaps = np.diff(rows, append=rows[-1]) > 0
    shades[gaps | np.roll(gaps, 1)] *= rng.uniform(0.3, 0.8)
    return np.repeat(shades[:, None], width, axis=1)


def cloth(rng: np.random.Generator, height: int, width: int) -> Floats:
    """A sheet, mostly white, with folds and a weave."""
    tone = rng.choice(np.array([[0.93, 0.92, 0.9], [0.85, 0.86, 0.9], [0.95, 0.95, 0.95], [0.6, 0.65, 0.75]]))
    folds = rng.uniform(0.01, 0.06) * cloud(rng, height, width, rng.uniform(60, 250))
    weave = rng.uniform(0.0, 0.02) * rng.normal(size=(height, width)).astype(np.float32)
    return tone * (1 + folds + weave)[..., None]


def pattern(rng: np.random.Generator, height: int, width: int) -> Floats:
    """Stripes, checks or dots in two colours."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    period = rng.uniform(25, 120)
    u, v = np.sin(x * 2 * np.pi / period), np.sin(y * 2 * np.pi / period)
    shape = (u, (u > 0).astype(np.float32) * 0.5 + (v > 0) * 0.5, ((u + v) > 1).astype(np.float32))[rng.integers(3)]
    first, second = rng.uniform(0.1, 0.95, (2, 3))
    second = first + (second - first) * rng.uniform(0.2, 0.8)
    weight = np.clip(shape, 0, 1)[..., None]
    return (first * (1 - weight) + second * weight).astype(np.float32)


def tiles(rng: np.random.Generator, height: int, width: int) -> Floats:
    y, x = np.mgrid[:height, :width]
    step = int(rng.uniform(0.15, 0.5) * width)
    gap = int(rng.uniform(3, 8))
    joints = ((x + int(rng.integers(step))) % step < gap) | ((y + int(rng.integers(step))) % step < gap)
    tone = rng.uniform(0.3, 0.9) * rng.uniform(0.85, 1.1, 3)
    stone = 1 + rng.uniform(0.01, 0.08) * cloud(rng, height, width, 30)
    return (tone * stone[..., None] * np.where(joints, rng.uniform(0.5, 0.85), 1.0)[..., None]).astype(np.float32)


def stone(rng: np.random.Generator, height: int, width: int) -> Floats:
    base = rng.uniform(0.15, 0.8) * rng.uniform(0.85, 1.1, 3)
    grains = [rng.uniform(0.01, 0.07) * cloud(rng, height, width, scale) for scale in (2.0, 6.0, 20.0, 90.0)]
    return (base * (1 + np.sum(grains, axis=0)[..., None])).astype(np.float32)


def plain(rng: np.random.Generator, height: int, width: int) -> Floats:
    """A desk, a cardboard or an album page: one colour, hardly any texture."""
    base = rng.choice(np.array([0.06, 0.3, 0.5, 0.7, 0.9])) * rng.uniform(0.8, 1.1, 3)
    noise = rng.uniform(0.003, 0.02) * cloud(rng, height, width, rng.uniform(1.5, 4))
    return (base * (1 + noise[..., None])).astype(np.float32)


def real(texture: NDArray[np.uint8]) -> Surface:
    """A surface from the photograph of one: a random cut of it, enlarged, tinted, more or less contrasted."""

    def make(rng: np.random.Generator, height: int, width: int) -> Floats:
        rows, columns = int(texture.shape[0]), int(texture.shape[1])
        side = int(float(rng.uniform(0.4, 1.0)) * min(rows, columns))
        top, left = int(rng.integers(rows - side + 1)), int(rng.integers(columns - side + 1))
        cut = texture[top : top + side, left : left + side].astype(np.float32) / 255
        big = np.asarray(cv2.resize(cut, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
        if big.ndim == 2:
            big = big[..., None] * rng.uniform(0.7, 1.0, 3).astype(np.float32)
        return (big.mean() + (big - big.mean()) * np.float32(rng.uniform(0.3, 1.0))).astype(np.float32)

    return make


MADE: tuple[Surface, ...] = (wood, wood, wood, cloth, cloth, pattern, tiles, stone, plain, plain)
