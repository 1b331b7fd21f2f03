"""Judges the colourizer on photographs that it never saw, against grey and against one constant tint.

Usage: python -m benchmarks.colour [FOLDER] [--most N]

The photographs are those that scikit-image and scikit-learn ship and, with FOLDER, the held-out side of the training
photographs. Each is made grey (BT.601), coloured, and compared with itself. Exits with 1 when luma is not kept, a dab
is missed, or the network is worse than the constant.
"""

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import skimage.color
from numpy.typing import NDArray

from benchmarks.photographs import shipped
from rekindle.imaging.planes import Plane, floats, luma, to_planes
from rekindle.imaging.steps.chroma import Chroma, chroma_of, chroma_of_colour
from rekindle.imaging.steps.colorize import NETWORK, Colorize, Hint, TintModel, colorize
from rekindle.imaging.steps.tint import USUAL, Dab, disc
from training.photographs import names, read

Samples = NDArray[np.uint8]

_LONGEST = 512
_FACE = 0.2
"""A portrait has a face of at least this share of the picture's height."""
_DABS = (1, 5, 20, 50)
_EVERY = 4
"""Dabs are tried on one photo in so many, to keep the run short."""
_RADIUS = 0.01
_REACHED = 5.0
"""Colour difference (CIE 1976) from the dabbed colour at the lightness of the place that a dab may show."""
_CLEAR = 0.95
"""Share of the constant's error below which the network is called clearly better."""


class ConstantTint:
    """The same a*b* everywhere."""

    def chroma(self, grey: Plane, dabs: list[Dab]) -> Chroma:
        """What is dabbed is laid over it later."""
        return floats(np.broadcast_to(floats(np.array(USUAL)), (*grey.shape, 2)))


MODELS: dict[str, TintModel | None] = {"grey": None, "constant tint": ConstantTint(), "network": NETWORK}


@dataclass(frozen=True, slots=True)
class Judged:
    """`error`: mean square of a* and b* differences; `distance`: mean CIEDE2000; `vivid`: colourfulness of the result;
    `luma`: largest change of luma in 1/255; `missed`: colour difference at each dab.
    """

    error: float
    distance: float
    vivid: float
    luma: float
    missed: tuple[float, ...] = ()


def colourfulness(pixels: Samples) -> float:
    """Hasler, Süsstrunk, "Measuring colourfulness in natural images" (2003); 0 for grey."""
    red, green, blue = (pixels[..., i].astype(np.float64) for i in range(3))
    one, two = red - green, (red + green) / 2 - blue
    return float(np.hypot(one.std(), two.std()) + 0.3 * np.hypot(one.mean(), two.mean()))


def greyed(photo: Samples) -> Samples:
    """BT.601 luma in all three channels."""
    return np.repeat(np.round(luma(to_planes(photo)) * 255).astype(np.uint8)[..., None], 3, axis=-1)


def true_dabs(photo: Samples, count: int, seed: int) -> tuple[Hint, ...]:
    """Dabs at random places, each of the colour that the photo has there."""
    random = np.random.default_rng(seed)
    height, width = photo.shape[:2]
    made: list[Hint] = []
    for x, y in random.random((count, 2)):
        rows, columns, inside = disc(y * height, x * width, _RADIUS * max(height, width), (height, width))
        red, green, blue = (int(value) for value in np.median(photo[rows, columns][inside], axis=0))
        made.append(Hint(float(x), float(y), (red, green, blue), _RADIUS))
    return tuple(made)


def judge(photo: Samples, tint: TintModel | None, hints: tuple[Hint, ...] = ()) -> Judged:
    """Make grey, colour, compare. CIEDE2000 takes long and is only looked at where nothing is dabbed."""
    grey = greyed(photo)
    result = cast("Samples", colorize(grey, Colorize(hints), tint=tint))
    truth, found = chroma_of(to_planes(photo)), chroma_of(to_planes(result))
    kept = np.abs(luma(to_planes(result)) - luma(to_planes(grey))).max()
    difference = cast("Callable[..., NDArray[np.float64]]", getattr(skimage.color, "deltaE_ciede2000"))  # noqa: B009
    labs = [cv2.cvtColor(to_planes(each), cv2.COLOR_RGB2Lab)[::2, ::2] for each in (photo, result)]
    return Judged(
        error=float(np.mean((truth - found) ** 2)),
        distance=0.0 if hints else float(difference(labs[0], labs[1]).mean()),
        vivid=colourfulness(result),
        luma=float(kept * 255),
        missed=tuple(_missed(result, found, hints)),
    )


def _missed(result: Samples, found: Chroma, hints: Sequence[Hint]) -> Iterator[float]:
    """How far the colour in the middle of each dab is from what was dabbed, at the lightness that is there."""
    height, width = found.shape[:2]
    tops = [hint for i, hint in enumerate(hints) if not any(_covers(later, hint) for later in hints[i + 1 :])]
    for hint in tops:
        y, x = min(height - 1, int(hint.y * height)), min(width - 1, int(hint.x * width))
        clipped = result[y, x].min() == 0 or result[y, x].max() == 255
        if not clipped:
            yield float(np.hypot(*(found[y, x] - chroma_of_colour(hint.colour))))


def _covers(later: Hint, hint: Hint) -> bool:
    return abs(later.x - hint.x) < 4 * _RADIUS and abs(later.y - hint.y) < 4 * _RADIUS


def groups(folder: Path | None, most: int | None) -> dict[str, list[Samples]]:
    """Photographs by name of the group, reduced to at most 512 pixels."""
    found = {"scikit-image and scikit-learn": [_small(photo) for photo in shipped().values()]}
    if folder:
        kept = names(folder, held_out=True)[:most]
        faces = _faces(folder / "MANIFEST.csv")
        found["held out, portraits"] = [_small(read(folder / name)) for name in kept if faces.get(name, 0) >= _FACE]
        found["held out, others"] = [_small(read(folder / name)) for name in kept if faces.get(name, 0) < _FACE]
    return {name: photos for name, photos in found.items() if photos}


def _faces(manifest: Path) -> dict[str, float]:
    """Height of the largest face as a share of the picture's, by file."""
    if not manifest.exists():
        return {}
    with manifest.open(newline="", encoding="utf-8") as lines:
        return {row["file"]: float(row["largest_face_rel_height"] or 0) for row in csv.DictReader(lines)}


def _small(photo: Samples) -> Samples:
    scale = min(1.0, _LONGEST / max(photo.shape[:2]))
    size = (round(photo.shape[1] * scale), round(photo.shape[0] * scale))
    return cast("Samples", cv2.resize(photo, size, interpolation=cv2.INTER_AREA))


def rmse(judged: Sequence[Judged]) -> float:
    """Of a* and b* over all photos, each counting alike."""
    return float(np.sqrt(np.mean([one.error for one in judged])))


def print_tints(sets: dict[str, list[Samples]]) -> tuple[list[Judged], dict[str, float]]:
    """The table without dabs; returns everything judged, and the error of each model over all photos."""
    print("| photographs | model | RMSE a*b* | mean ΔE2000 | colourfulness (truth) | photos better than constant |")
    print("|---|---|---|---|---|---|")
    every: dict[str, list[Judged]] = {name: [] for name in MODELS}
    for group, photos in sets.items():
        truth = float(np.mean([colourfulness(photo) for photo in photos]))
        rows = {name: [judge(photo, tint) for photo in photos] for name, tint in MODELS.items()}
        for name, judged in rows.items():
            better = sum(one.error < fixed.error for one, fixed in zip(judged, rows["constant tint"], strict=True))
            distance = float(np.mean([one.distance for one in judged]))
            vivid = float(np.mean([one.vivid for one in judged]))
            print(
                f"| {group} ({len(photos)}) | {name} | {rmse(judged):.2f} | {distance:.2f} | {vivid:.1f} ({truth:.1f}) "
                f"| {better} of {len(photos)} |",
                flush=True,
            )
            every[name] += judged
    return [one for judged in every.values() for one in judged], {name: rmse(each) for name, each in every.items()}


def print_dabs(photos: Sequence[Samples]) -> list[Judged]:
    """The table of what dabs of the true colours bring; returns everything judged."""
    print(f"\n| dabs on each of {len(photos)} photos | RMSE a*b*, dabs alone | dabs on the network's tint |")
    print("|---|---|---|")
    every: list[Judged] = []
    none = [rmse([judge(photo, tint) for photo in photos]) for tint in (None, NETWORK)]
    print(f"| 0 | {none[0]:.2f} | {none[1]:.2f} |")
    for count in _DABS:
        shown = [true_dabs(photo, count, seed) for seed, photo in enumerate(photos)]
        alone = [judge(photo, None, hints) for photo, hints in zip(photos, shown, strict=True)]
        guided = [judge(photo, NETWORK, hints) for photo, hints in zip(photos, shown, strict=True)]
        print(f"| {count} | {rmse(alone):.2f} | {rmse(guided):.2f} |", flush=True)
        every += alone + guided
    return every


def print_seconds() -> None:
    """How long 12 megapixels take."""
    small = greyed(_small(shipped()["coffee"]))
    photo = cast("Samples", cv2.resize(small, (4000, 3000), interpolation=cv2.INTER_CUBIC))
    hints = true_dabs(photo, 20, 1)
    for name, options, tint in (
        ("dabs alone", Colorize(hints), None),
        ("network", Colorize(), NETWORK),
        ("network and 20 dabs", Colorize(hints), NETWORK),
    ):
        best = min(_seconds(lambda o=options, t=tint: colorize(photo, o, tint=t)) for _ in range(3))
        print(f"12 megapixels, {name}: {best:.2f} s")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> int:
    """0 when every limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="the training photographs, for their held-out side")
    parser.add_argument("--most", type=int, help="at most so many held-out photos")
    asked = parser.parse_args()
    sets = groups(asked.folder, asked.most)
    judged, errors = print_tints(sets)
    judged += print_dabs([photo for photos in sets.values() for photo in photos][::_EVERY])
    missed = [value for one in judged for value in one.missed]
    changed = max(one.luma for one in judged)
    print(f"\nLuma: changed by at most {changed:.2f}/255. Dabs: {len(missed)} that the gamut allows, ", end="")
    print(f"ΔE76 mean {np.mean(missed):.2f}, 99 % below {np.percentile(missed, 99):.2f}, worst {max(missed):.2f}.")
    print_seconds()
    share = errors["network"] / errors["constant tint"]
    word = "clearly better than" if share < _CLEAR else "hardly better than" if share < 1 else "no better than"
    print(f"Without dabs the network is {word} one constant tint: {share:.1%} of its error.")
    good = share <= 1 and changed < 1 and max(missed) < _REACHED
    print("All limits kept." if good else "A limit is broken.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
