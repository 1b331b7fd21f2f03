"""Finds faces in photographs whose faces were marked by hand, damaged ones too, and weighs gentler steps on faces.

The photographs are not part of the repository. `data/faces.csv` marks the faces of those that nothing is fitted to.
"""

import argparse
import csv
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import skimage.metrics
from numpy.typing import NDArray

from benchmarks.damage import Kind, Samples, damage
from rekindle.imaging.faces import Face, find_faces, weight_of
from rekindle.imaging.gentle import gentle
from rekindle.imaging.image import Image
from rekindle.imaging.measures import measure
from rekindle.imaging.planes import Plane, to_planes, to_samples
from rekindle.imaging.restoration import restore
from rekindle.imaging.steps.levels import Levels
from rekindle.imaging.steps.repair import Repair
from rekindle.treatments.diagnose import diagnose
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Wishes, plan
from training.photographs import names, read

_LABELS = Path(__file__).parent / "data/faces.csv"
_SMALLEST = 0.07
"""Faces marked by hand are at least so high, as a share of the picture; smaller finds are not judged."""
_KEEPS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.75)

Damager = Callable[[Samples, int], Samples]


@dataclass(frozen=True, slots=True)
class Marked:
    """A face marked by hand: its middle in 0..1 of width and height, its height in 0..1, whether it is turned away so
    that one eye is hidden.
    """

    x: float
    y: float
    height: float
    turned: bool


@dataclass(slots=True)
class Count:
    """Faces marked and found, facing the camera and turned away, and finds that are none."""

    facing: int = 0
    facing_found: int = 0
    turned: int = 0
    turned_found: int = 0
    wrong: int = 0

    def line(self) -> str:
        """For a table."""
        share = (self.facing_found / max(self.facing, 1), self.turned_found / max(self.turned, 1))
        return (
            f"{self.facing_found}/{self.facing} ({share[0]:.0%}) | {self.turned_found}/{self.turned} ({share[1]:.0%}) "
            f"| {self.wrong}"
        )


def marked() -> dict[str, list[Marked]]:
    """The faces marked by hand, by photo."""
    faces: dict[str, list[Marked]] = {}
    with _LABELS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            face = Marked(float(row["x"]), float(row["y"]), float(row["height"]), row["turned"] == "1")
            faces.setdefault(row["photo"], []).append(face)
    return faces


def grey(photo: Samples) -> Samples:
    """Black and white."""
    return np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2).astype(np.uint8)


def ways() -> dict[str, Damager]:
    """Every way in which the photos are looked at."""
    found: dict[str, Damager] = {"as it is": lambda photo, _: photo, "grey": lambda photo, _: grey(photo)}
    for kind in Kind:
        found[f"{kind}"] = lambda photo, seed, kind=kind: damage(photo, kind, seed).pixels
    found["D, grey"] = lambda photo, seed: grey(damage(photo, Kind.FADING, seed).pixels)
    return found


def judge(found: Sequence[Face], truth: Sequence[Marked], shape: Sequence[int], count: Count) -> None:
    """Add one photo to the counts. A find is right when its middle is within half a face of a mark, and its size within
    a factor of two.
    """
    height, width = shape[:2]
    free = [face for face in found if face.height >= _SMALLEST * 0.6]
    for mark in truth:
        reach = 0.5 * mark.height * height
        near = [
            face
            for face in free
            if np.hypot((face.x + face.width / 2 - mark.x) * width, (face.y + face.height / 2 - mark.y) * height)
            <= reach
            and 0.5 <= face.height / mark.height <= 2
        ]
        for face in near[:1]:
            free.remove(face)
        count.facing += not mark.turned
        count.turned += mark.turned
        count.facing_found += bool(near) and not mark.turned
        count.turned_found += bool(near) and mark.turned
    count.wrong += sum(face.height >= _SMALLEST for face in free)


def detection(folder: Path) -> None:
    """Print what is found of the faces marked by hand, in the photos as they are and damaged."""
    truth = marked()
    photos = {name: read(folder / name) for name in names(folder, held_out=True)}
    print(f"{len(photos)} photos that nothing was fitted to, faces of at least {_SMALLEST:.0%} of the height\n")
    print("| photos | facing | turned away | wrong finds | s / photo |\n|---|---|---|---|---|")
    for name, damager in ways().items():
        count, seconds = Count(), 0.0
        for seed, (photo, pixels) in enumerate(photos.items()):
            damaged = damager(pixels, seed)
            began = time.perf_counter()
            faces = find_faces(damaged)
            seconds += time.perf_counter() - began
            judge(faces, truth.get(photo, ()), pixels.shape, count)
        print(f"| {name} | {count.line()} | {seconds / len(photos):.3f} |", flush=True)


def manifest(folder: Path) -> None:
    """Print how far the finds agree with another detector, whose finds are in the list beside the photos."""
    with (folder / "MANIFEST.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    counts = np.zeros((2, 2), int)
    for row in rows:
        counts[int(row["face_detected"]), int(bool(find_faces(read(folder / row["file"]))))] += 1
    (neither, ours), (theirs, both) = counts
    print(
        f"\nAll {len(rows)} photos against the other detector: both find a face in {both}, only the other in {theirs}, "
    )
    print(f"only this one in {ours}, neither in {neither}.")


@dataclass(frozen=True, slots=True)
class Gentler:
    """PSNR (dB) and SSIM on the faces of one photo: of the input, and of the result for each share that is kept."""

    before: tuple[float, float]
    after: tuple[tuple[float, float], ...]


def on_faces(clean: Samples, other: Samples, weight: Plane) -> tuple[float, float]:
    """PSNR and SSIM, weighed by how much a pixel belongs to a face."""
    error = ((clean.astype(np.float64) - other) ** 2).mean(2)
    similarity = cast(
        "Callable[..., tuple[float, NDArray[np.float64]]]",
        getattr(skimage.metrics, "structural_similarity"),  # noqa: B009
    )
    _, likeness = similarity(clean, other, channel_axis=2, full=True)
    mean = float(np.average(error, weights=weight))
    return 10 * np.log10(255**2 / max(mean, 1e-3)), float(np.average(likeness.mean(2), weights=weight))


def soften(clean: Samples, kind: Kind, seed: int) -> Gentler | None:
    """Damage and restore one photo, then put back a part of the detail; None when it was left as it was."""
    truth = weight_of(find_faces(clean), (clean.shape[0], clean.shape[1]))
    damaged = damage(clean, kind, seed).pixels
    image = Image(damaged)
    treatment = plan(Operation.RESTORE, diagnose(measure(image)), Wishes())
    # tone and filled marks are not what is asked here, and where they go wrong they hide everything else
    steps = [step for step in treatment.steps if not isinstance(step, Levels | Repair)]
    restored = cast("Samples", restore(image, steps).image.pixels)
    if not truth.any() or np.array_equal(restored, damaged):
        return None
    weight = weight_of(find_faces(damaged), (clean.shape[0], clean.shape[1]))
    before, after = to_planes(damaged), to_planes(restored)
    results = (cast("Samples", to_samples(gentle(before, after, weight, keep=keep), damaged)) for keep in _KEEPS)
    return Gentler(on_faces(clean, damaged, truth), tuple(on_faces(clean, each, truth) for each in results))


def gentler(folder: Path, kinds: Sequence[Kind]) -> None:
    """Print PSNR and SSIM on faces for several shares of the input's detail."""
    photos = [read(folder / name) for name in names(folder, held_out=True) if name in marked()]
    print("\n| damage, photos | input |" + "".join(f" keep {keep:g} |" for keep in _KEEPS))
    print("|---|---|" + "---|" * len(_KEEPS))
    for kind in kinds:
        results = [each for seed, photo in enumerate(photos) if (each := soften(photo, kind, seed))]
        cells = [[each.before, *each.after] for each in results]
        means = [tuple(np.mean([row[i] for row in cells], axis=0)) for i in range(len(_KEEPS) + 1)]
        print(f"| {kind}, {len(results)} | " + " | ".join(f"{a:.2f} / {b:.3f}" for a, b in means) + " |", flush=True)
        worst = [min(row[i][0] - row[0][0] for row in cells) for i in range(1, len(_KEEPS) + 1)]
        print("| worst photo, dB | |" + "".join(f" {value:+.2f} |" for value in worst), flush=True)


def sheets(folder: Path, target: Path) -> None:
    """Contact sheets of all photos with the finds drawn on them, to look at."""
    target.mkdir(parents=True, exist_ok=True)
    for number, some in enumerate(_batches(sorted(path for path in folder.rglob("*.jpg")), 48)):
        cells = [_drawn(read(path)) for path in some]
        cells += [np.zeros_like(cells[0])] * (-len(cells) % 8)
        page = np.vstack([np.hstack(cells[i : i + 8]) for i in range(0, len(cells), 8)])
        cv2.imwrite(str(target / f"faces-{number:02}.png"), cv2.cvtColor(page, cv2.COLOR_RGB2BGR))


def _batches(paths: list[Path], size: int) -> Iterator[list[Path]]:
    return (paths[start : start + size] for start in range(0, len(paths), size))


def _drawn(photo: Samples, side: int = 240) -> Samples:
    height, width = photo.shape[:2]
    scale = side / max(height, width)
    small = cast("Samples", cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    for face in find_faces(photo):
        sides = (face.x, face.y, face.x + face.width, face.y + face.height)
        left, top, right, bottom = (round(a * scale * b) for a, b in zip(sides, (width, height) * 2, strict=True))
        cv2.rectangle(small, (left, top), (right, bottom), (0, 255, 0), 1)
    cell = np.zeros((side, side, 3), np.uint8)
    cell[: small.shape[0], : small.shape[1]] = small[:side, :side]
    return cell


def main() -> None:
    """Print the tables; `--sheets` also draws."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the photographs, as `training` uses them")
    parser.add_argument("--only", choices=["detection", "manifest", "gentler", "sheets"], help="one part alone")
    parser.add_argument("--kinds", nargs="+", type=Kind, default=[Kind.LOW_QUALITY, Kind.MOTION_BLUR])
    parser.add_argument("--sheets", type=Path, help="draw contact sheets into this folder")
    asked = parser.parse_args()
    if asked.only in (None, "detection"):
        detection(asked.folder)
    if asked.only in (None, "manifest") and (asked.folder / "MANIFEST.csv").exists():
        manifest(asked.folder)
    if asked.only in (None, "gentler"):
        gentler(asked.folder, asked.kinds)
    if asked.sheets:
        sheets(asked.folder, asked.sheets)


if __name__ == "__main__":
    main()
