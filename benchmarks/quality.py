"""Measures repair against the truth: known damage on public photographs, through the real path.

Usage: python -m benchmarks.quality [--seeds N] [--folder FOLDER] [--details]

The photographs are those that scikit-image and scikit-learn ship. Exits with 1 when a class gets worse, fading gains
too little, or an undamaged photo is changed.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import skimage.data
import skimage.metrics
import sklearn.datasets

from benchmarks.damage import Kind, Samples, damage
from rekindle.imaging.image import Image
from rekindle.imaging.measures import measure
from rekindle.imaging.restoration import restore
from rekindle.treatments.diagnose import diagnose
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Wishes, plan

_UNCHANGED = 45.0
"""PSNR in dB that an undamaged photo must keep."""
_FADING_GAIN = 3.5
"""Gain in dB that the repair of fading must reach on average."""

Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One damaged photo: PSNR (dB) and SSIM of the input, of ours, and of OpenCV's non-local means."""

    photo: str
    found: str
    chosen: str
    psnr: Three
    ssim: Three


def photographs() -> dict[str, Samples]:
    """The public photographs that come with the two packages, RGB."""
    named = {name: _shipped(name) for name in ("astronaut", "coffee", "chelsea", "rocket")}
    named["motorcycle"] = _shipped("stereo_motorcycle")
    sample = cast("Callable[[str], Samples]", getattr(sklearn.datasets, "load_sample_image"))  # noqa: B009
    named |= {name: np.ascontiguousarray(sample(f"{name}.jpg")) for name in ("china", "flower")}
    return named


def _shipped(name: str) -> Samples:
    loaded = cast("Callable[[], Samples | tuple[Samples, ...]]", getattr(skimage.data, name))()
    return np.ascontiguousarray((loaded[0] if isinstance(loaded, tuple) else loaded)[..., :3])


def from_folder(folder: Path) -> dict[str, Samples]:
    """The JPEG files below a folder, for a look at other photographs."""
    read = {path.stem: cv2.imread(str(path)) for path in sorted(folder.rglob("*.jpg"))}
    return {
        name: cast("Samples", cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)) for name, bgr in read.items() if bgr is not None
    }


def psnr(truth: Samples, other: Samples) -> float:
    """Peak signal to noise ratio in dB; 99 for equal pictures."""
    error = float(np.mean((truth.astype(np.float64) - other) ** 2))
    return 99.0 if error == 0 else min(99.0, float(10 * np.log10(255**2 / error)))


def ssim(truth: Samples, other: Samples) -> float:
    """Mean structural similarity over the three channels."""
    similarity = cast("Callable[..., float]", getattr(skimage.metrics, "structural_similarity"))  # noqa: B009
    return float(similarity(truth, other, channel_axis=2))


def mend(pixels: Samples) -> tuple[Samples, str, str]:
    """Measure, diagnose, plan, restore: the result, the letters found, and what the gate chose."""
    image = Image(pixels)
    diagnosis = diagnose(measure(image))
    treatment = plan(Operation.RESTORE, diagnosis, Wishes())
    restored = restore(image, treatment.steps)
    return cast("Samples", restored.image.pixels), "".join(f.degradation for f in diagnosis.findings), restored.chosen


def compare(kind: Kind, name: str, clean: Samples, seed: int) -> Row:
    """Damage one photo and measure input, result and peer."""
    damaged = damage(clean, kind, seed).pixels
    ours, found, chosen = mend(damaged)
    peer = cast("Samples", cv2.fastNlMeansDenoisingColored(damaged, None, 5, 5, 7, 21))
    return Row(
        photo=name,
        found=found,
        chosen=chosen,
        psnr=(psnr(clean, damaged), psnr(clean, ours), psnr(clean, peer)),
        ssim=(ssim(clean, damaged), ssim(clean, ours), ssim(clean, peer)),
    )


def undamaged(photos: dict[str, Samples]) -> Iterator[tuple[str, str, float]]:
    """Name, letters found and PSNR of each undamaged photo after it went through the engine."""
    for name, clean in photos.items():
        ours, found, _ = mend(clean)
        yield name, found, psnr(clean, ours)


def print_means(rows: Sequence[Row], kind: Kind) -> float:
    """One line of the table; returns the gain in dB over the input."""
    before, ours, peer = (float(np.mean([row.psnr[i] for row in rows])) for i in range(3))
    like_before, like_ours, like_peer = (float(np.mean([row.ssim[i] for row in rows])) for i in range(3))
    worst = min(row.psnr[1] - row.psnr[0] for row in rows)
    print(
        f"| {kind:4} | {before:.2f} / {like_before:.3f} | {ours:.2f} / {like_ours:.3f} | {peer:.2f} / {like_peer:.3f} "
        f"| {ours - before:+.2f} / {like_ours - like_before:+.3f} | {ours - peer:+.2f} / {like_ours - like_peer:+.3f} "
        f"| {worst:+.2f} |",
        flush=True,
    )
    return ours - before


def run(photos: dict[str, Samples], seeds: int, *, details: bool) -> bool:
    """Print the tables; True when every limit is kept."""
    print("Undamaged photos: letters found, PSNR of the result against the photo (99 = identical)")
    untouched = list(undamaged(photos))
    print(", ".join(f"{name} {found} {value:.1f}" for name, found, value in untouched), end="\n\n")
    print("| class | input, dB / SSIM | ours | OpenCV NLM | ours - input | ours - NLM | worst, dB |")
    print("|---|---|---|---|---|---|---|")
    gains: dict[Kind, float] = {}
    for kind in Kind:
        rows = [compare(kind, name, clean, seed) for name, clean in photos.items() for seed in range(seeds)]
        gains[kind] = print_means(rows, kind)
        for row in rows if details else ():
            print(f"    {row.photo:12} found {row.found:4} chose {row.chosen:8} {row.psnr[1] - row.psnr[0]:+.2f} dB")
    kept = all(value >= _UNCHANGED for _, _, value in untouched)
    return kept and min(gains.values()) >= 0 and gains[Kind.FADING] >= _FADING_GAIN


def main() -> int:
    """0 when every limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="how many times each photo is damaged in each class")
    parser.add_argument("--folder", type=Path, help="use the JPEG files below this folder instead")
    parser.add_argument("--details", action="store_true", help="also one line for each damaged photo")
    asked = parser.parse_args()
    began = time.perf_counter()
    photos = from_folder(asked.folder) if asked.folder else photographs()
    good = run(photos, asked.seeds, details=asked.details)
    print(f"\n{len(photos)} photos, {asked.seeds} seeds, {time.perf_counter() - began:.0f} s")
    print("All limits kept." if good else "A limit is broken.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
