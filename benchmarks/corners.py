"""How well the corners of prints are found: `python -m benchmarks.corners [FOLDER] [--scenes N] [--misses FOLDER]`.

Prints are put onto surfaces (corner_scenes.py), and ordinary photographs are looked at as they are. FOLDER holds
photographs for both; without it a few free pictures of scikit-image and scikit-learn serve. The peer is the usual
recipe of document scanners: the largest four-sided contour of Canny's edges.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import skimage.data
import sklearn.datasets
from numpy.typing import NDArray

from benchmarks.corner_scenes import KINDS, Photo, Places, Scene, compose
from benchmarks.corner_surfaces import Surface, real
from rekindle.imaging.corners import AUTOMATIC, Found, find_corners
from rekindle.imaging.quadrilateral import FULL_FRAME, Corners, Point, in_order

HIT = 2.0
"""Corners count as found when they are off by less than this on average, in per cent of the picture's diagonal."""

SAMPLES = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "hubble_deep_field.jpg", "motorcycle_left.png")
TEXTURES = ("brick.png", "grass.png", "gravel.png")
Finder = Callable[[Photo], Found]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out for one scene; the errors are means over the corners, in % of the diagonal, as in Scene."""

    kind: str
    confidence: float
    error: float
    printed_error: float
    seconds: float

    @property
    def used(self) -> bool:
        return self.confidence >= AUTOMATIC


def photographs(folder: Path | None) -> list[Photo]:
    """RGB photographs: those in a folder and below it, or the samples of scikit-image and scikit-learn."""
    if folder is not None:
        paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in {".jpg", ".jpeg", ".png"}]
    else:
        paths = [_samples() / name for name in SAMPLES]
        paths += [Path(sklearn.datasets.__file__).parent / "images" / name for name in ("china.jpg", "flower.jpg")]
    return [_read(path) for path in paths]


def surfaces() -> list[Surface]:
    """Surfaces from the photographed textures of scikit-image."""
    return [real(_read(_samples() / name)) for name in TEXTURES]


def scene(number: int, photos: Sequence[Photo]) -> Scene:
    """The scene of that number: always the same one for the same photographs."""
    rng = np.random.default_rng(number)
    extra = surfaces()
    if rng.random() < 0.5:
        extra += [real(photos[int(rng.integers(len(photos)))]) for _ in range(3)]
    chosen = [photos[int(rng.integers(len(photos)))] for _ in range(5)]
    return compose(KINDS[number % len(KINDS)], chosen, rng, extra)


def corner_errors(found: Places, true: Places, picture: Photo) -> NDArray[np.float64]:
    """The distances of corners in 0..1 (..., 4, 2) from the true ones, in % of the picture's diagonal: (..., 4)."""
    size = np.array([picture.shape[1], picture.shape[0]])
    return np.linalg.norm((found - true) * size, axis=-1) / np.linalg.norm(size) * 100


def evaluate(scenes: Sequence[Scene], finder: Finder) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for each in scenes:
        started = time.perf_counter()
        found = finder(each.picture)
        seconds = time.perf_counter() - started
        places = np.array([(point.x, point.y) for point in found.corners.points()])
        errors = [float(corner_errors(places, true, each.picture).mean()) for true in (each.corners, each.printed)]
        outcomes.append(Outcome(each.kind, found.confidence, errors[0], errors[1], seconds))
    return outcomes


def largest_contour(picture: Photo) -> Found:
    """The peer: the largest convex four-sided contour of the edges, always believed."""
    shrink = 600 / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (5, 5), 0)
    edges = cv2.dilate(cv2.Canny(grey, 50, 150), np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:10]:
        shape = cv2.approxPolyDP(contour, 0.02 * cv2.arcLength(contour, closed=True), closed=True)
        if len(shape) == 4 and cv2.isContourConvex(shape) and cv2.contourArea(shape) > 0.08 * grey.size:
            places = shape.reshape(4, 2) / (grey.shape[1], grey.shape[0])
            points = [Point(float(x), float(y)) for x, y in places]
            return Found(in_order(points, aspect=grey.shape[1] / grey.shape[0]), 1.0)
    return Found(FULL_FRAME, 0.0)


def table(outcomes: Sequence[Outcome]) -> str:
    """One line for each kind of scene, and one for all."""
    head = f"{'scene':10}{'n':>5}{'used, right':>13}{'border cut':>18}{'used, wrong':>13}{'error %':>9}{'time ms':>9}"
    groups = {kind: [each for each in outcomes if each.kind == kind] for kind in KINDS} | {"all": list(outcomes)}
    return "\n".join([head, *(_row(kind, group) for kind, group in groups.items() if group)])


def _row(kind: str, group: Sequence[Outcome]) -> str:
    used = [each for each in group if each.used]
    right = [each.error for each in used if each.error < HIT]
    cut = [each for each in used if each.error >= HIT > each.printed_error]
    wrong = len(used) - len(right) - len(cut)
    shares = [f"{100 * count / len(group):.1f} %" for count in (len(right), len(cut), wrong)]
    error, milliseconds = (
        (np.mean(right) if right else np.nan),
        1000 * float(np.median([each.seconds for each in group])),
    )
    return f"{kind:10}{len(group):5}{shares[0]:>13}{shares[1]:>18}{shares[2]:>13}{error:9.2f}{milliseconds:9.0f}"


def false_crops(photos: Sequence[Photo], finder: Finder) -> list[tuple[int, Corners]]:
    """The numbers of the ordinary photographs that would be cropped, and how."""
    found = [finder(photo) for photo in photos]
    return [(i, each.corners) for i, each in enumerate(found) if each.confidence >= AUTOMATIC]


def _draw(picture: Photo, corners: Corners, target: Path) -> None:
    drawn = picture.copy()
    places = np.array([(point.x, point.y) for point in corners.points()]) * (picture.shape[1], picture.shape[0])
    cv2.polylines(drawn, [places.astype(np.int32)], isClosed=True, color=(255, 0, 0), thickness=3)
    cv2.imwrite(str(target), cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR))


def _samples() -> Path:
    return Path(skimage.data.__file__).parent


def _read(path: Path) -> Photo:
    return cast("Photo", cv2.imread(str(path), cv2.IMREAD_COLOR_RGB))


def main() -> None:
    parser = argparse.ArgumentParser(description="How well the corners of prints are found")
    parser.add_argument("folder", nargs="?", type=Path, help="photographs to use instead of the samples")
    parser.add_argument("--scenes", type=int, default=80)
    parser.add_argument("--first", type=int, default=1_000_000, help="the number of the first scene")
    parser.add_argument("--misses", type=Path, help="a folder for pictures of what went wrong")
    asked = parser.parse_args()
    photos = photographs(asked.folder)
    scenes = [scene(asked.first + i, photos) for i in range(asked.scenes)]
    for name, finder in (("Rekindle", find_corners), ("peer: largest four-sided contour", largest_contour)):
        print(f"\n{name}\n{table(evaluate(scenes, finder))}")
        wrong = false_crops(photos, finder)
        print(f"ordinary photographs cropped: {len(wrong)} of {len(photos)} ({100 * len(wrong) / len(photos):.2f} %)")
        if asked.misses and finder is find_corners:
            for index, corners in wrong:
                _draw(photos[index], corners, asked.misses / f"ordinary-{index}.png")


if __name__ == "__main__":
    main()
