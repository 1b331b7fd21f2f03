"""Fits the small network that tells scratches from lines of the scene, on a folder of good photos with made-up damage.

Usage: python -m training.scratch_lines FOLDER [TARGET.npz]. Never point it at photos that a benchmark reports on.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.damage import Kind, Samples, damage
from rekindle.imaging.measure.lines import find_lines
from rekindle.imaging.planes import to_planes

Array = NDArray[np.float32]
_HIDDEN = 24
_ROUNDS = 12_000
_PHOTOS = 420


@dataclass(frozen=True, slots=True)
class Lot:
    """Line candidates: features (n, 22), the share of each line's pixels that is damage, its weight, and its photo's
    number.
    """

    features: Array
    truth: Array
    weight: Array
    photo: NDArray[np.int64]


def photos(folder: Path) -> list[Path]:
    """A fixed shuffle of the JPEG files."""
    found = sorted(folder.rglob("*.jpg"))
    np.random.default_rng(5).shuffle(found)  # pyright: ignore[reportArgumentType]
    return found[:_PHOTOS]


def candidates(job: tuple[int, Path]) -> Lot:
    """The lines of one photo as it is, scratched, and scratched and degraded."""
    number, path = job
    clean = cast("Samples", cv2.cvtColor(cast("Samples", cv2.imread(str(path))), cv2.COLOR_BGR2RGB))
    kinds = (None, Kind.SCRATCHES, Kind.SCRATCHES_AND_LOW_QUALITY)
    rows = [row for kind in kinds for row in _rows(clean, kind, 50_000 + number)]
    features, truth, weight = (np.concatenate([row[i] for row in rows]) for i in range(3))
    return Lot(features, truth, weight, np.full(len(truth), number))


def _rows(clean: Samples, kind: Kind | None, seed: int) -> Iterator[tuple[Array, Array, Array]]:
    damaged = damage(clean, kind, seed) if kind else None
    pixels = damaged.pixels if damaged else clean
    mask = damaged.scratches if damaged else np.zeros(clean.shape[:2], np.bool_)
    grown = np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)), np.float64)
    for lines in find_lines(to_planes(pixels)):
        labels, count = lines.labels.ravel(), int(lines.labels.max()) + 1
        area = np.bincount(labels, minlength=count)
        share = np.bincount(labels, weights=grown.ravel(), minlength=count) / np.maximum(area, 1)
        yield lines.features, share[lines.ids].astype(np.float32), np.sqrt(area[lines.ids]).astype(np.float32)


def fit(features: Array, truth: Array, weight: Array) -> list[Array]:
    """Two hidden layers by Adam on balanced batches; what is neither scratch nor scene is left out."""
    random = np.random.default_rng(0)
    clear = (truth > 0.6) | (truth < 0.25)
    features, wanted, weight = features[clear], (truth[clear] > 0.6).astype(np.float32), weight[clear]
    groups = (np.flatnonzero(wanted > 0), np.flatnonzero(wanted == 0))
    sizes = (256, 1024)
    scale = np.concatenate([np.full(n, len(group) / n) for n, group in zip(sizes, groups, strict=True)])
    inputs = features.shape[1]
    shapes = ((inputs, _HIDDEN), (_HIDDEN,), (_HIDDEN, _HIDDEN), (_HIDDEN,), (_HIDDEN, 1), (1,))
    layers = [_start(shape, random) for shape in shapes]
    first, second = [np.zeros_like(a) for a in layers], [np.zeros_like(a) for a in layers]
    for step in range(1, _ROUNDS + 1):
        batch = np.concatenate([random.choice(group, n) for n, group in zip(sizes, groups, strict=True)])
        importance = weight[batch] * scale
        slopes = _slopes(layers, features[batch], wanted[batch], (importance / importance.sum()).astype(np.float32))
        rate = 1.5e-3 * (1 + np.cos(np.pi * step / _ROUNDS))
        for i, raw in enumerate(slopes):
            slope = raw + np.float32(3e-4) * layers[i]
            first[i] = _mix(first[i], np.asarray(slope, np.float32), 0.9)
            second[i] = _mix(second[i], np.asarray(slope**2, np.float32), 0.999)
            layers[i] = layers[i] - rate * (first[i] / (1 - 0.9**step)) / (
                np.sqrt(second[i] / (1 - 0.999**step)) + 1e-8
            )
    return [layer.astype(np.float32) for layer in layers]


def _mix(old: Array, new: Array, share: float) -> Array:
    return np.asarray(share * old + (1 - share) * new, np.float32)


def _start(shape: tuple[int, ...], random: np.random.Generator) -> Array:
    if len(shape) == 1:
        return np.zeros(shape, np.float32)
    return np.asarray(random.standard_normal(shape) * shape[0] ** -0.5, np.float32)


def _slopes(layers: list[Array], x: Array, wanted: Array, weight: Array) -> list[Array]:
    one = np.maximum(x @ layers[0] + layers[1], 0)
    two = np.maximum(one @ layers[2] + layers[3], 0)
    chance = 1 / (1 + np.exp(-(two @ layers[4] + layers[5])[:, 0]))
    error = ((chance - wanted) * weight)[:, None]
    back_two = (error @ layers[4].T) * (two > 0)
    back_one = (back_two @ layers[2].T) * (one > 0)
    slopes = (x.T @ back_one, back_one.sum(0), one.T @ back_two, back_two.sum(0), two.T @ error, error.sum(0))
    return [np.asarray(slope, np.float32) for slope in slopes]


def main() -> None:
    """Collect, fit on nine photos in ten, tell how it does on the tenth, write the weights."""
    folder, target = Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "scratch_lines.npz")
    with ProcessPoolExecutor(2) as pool:
        lots = list(pool.map(candidates, enumerate(photos(folder)), chunksize=4))
    features, truth, weight = (
        np.concatenate([getattr(lot, f) for lot in lots]) for f in ("features", "truth", "weight")
    )
    photo = np.concatenate([lot.photo for lot in lots])
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    scaled = np.clip((features - mean) / spread, -4, 4).astype(np.float32)
    held = photo % 10 == 0
    layers = fit(scaled[~held], truth[~held], weight[~held])
    weights = {"mean": mean, "spread": spread, **{f"layer{i}": layer for i, layer in enumerate(layers)}}
    np.savez(target, **weights)  # pyright: ignore[reportArgumentType]
    one = np.maximum(scaled[held] @ layers[0] + layers[1], 0)
    two = np.maximum(one @ layers[2] + layers[3], 0)
    chance = 1 / (1 + np.exp(-(two @ layers[4] + layers[5])[:, 0]))
    for threshold in (0.5, 0.8, 0.95, 0.98):
        sure, real, area = chance > threshold, truth[held] > 0.6, weight[held] ** 2
        precision = (area * truth[held])[sure].sum() / max(area[sure].sum(), 1)
        print(f"above {threshold}: precision {precision:.3f}, recall {area[sure & real].sum() / area[real].sum():.3f}")


if __name__ == "__main__":
    main()
