"""Makes the pictures of docs/reference/benchmarks.md: what was damaged, what came out, and the truth, side by side.

    python -m benchmarks.sheets [--seed 1] [--into docs/reference/pictures]

One sheet for each class of damage, a row for each photograph of scikit-image, cut out at full size. Nothing is chosen
by looks: photographs, places and seed are the same for all classes.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.damage import Kind, Mask, Samples, damage
from benchmarks.methods import engine
from benchmarks.photographs import of_scikit_image
from benchmarks.scores import psnr

FOLDER = Path(__file__).resolve().parent.parent / "docs/reference/pictures"
PLACES = {"astronaut": (20, 120), "chelsea": (10, 90), "coffee": (60, 130), "rocket": (150, 200)}
"""Photographs and the row and column where the part that is shown begins."""
HEIGHT, WIDTH = 200, 260
GAP, HEAD = 6, 22
QUALITY = 80
_FOUND = {"right": (60, 200, 90), "too much": (230, 60, 60), "missed": (70, 120, 255)}
"""Colours of the mask's overlay."""


def file_name(kind: Kind) -> str:
    """The sheet of a class, such as `quality-e-a.webp`."""
    return f"quality-{kind.lower().replace('+', '-')}.webp"


def overlay(pixels: Samples, found: Mask, truth: Mask) -> Samples:
    """A grey picture with what was found rightly, found without need, and missed, each in its colour."""
    shown = np.repeat(pixels.mean(axis=2, keepdims=True) * 0.55, 3, axis=2)
    for name, where in (("right", found & truth), ("too much", found & ~truth), ("missed", truth & ~found)):
        shown[where] = _FOUND[name]
    return shown.astype(np.uint8)


def columns(kind: Kind) -> list[str]:
    """What stands above each column."""
    masks = ["mask: right, too much, missed"] if "E" in kind else []
    return ["before", *masks, "Rekindle", "the photo before its damage"]


def row(name: str, kind: Kind, seed: int) -> list[tuple[Samples, str]]:
    """The cut-out pictures of one photograph, each with what is written into it."""
    clean = of_scikit_image(name)
    top, left = PLACES[name]
    part = (slice(top, top + HEIGHT), slice(left, left + WIDTH))
    damaged = damage(clean, kind, seed)
    made = engine(damaged.pixels)
    cells = [(damaged.pixels[part], f"{psnr(clean, damaged.pixels):.1f} dB")]
    if "E" in kind and made.mask is not None:
        cells.append((overlay(damaged.pixels, made.mask, damaged.scratches)[part], ""))
    return [*cells, (made.pixels[part], f"{psnr(clean, made.pixels):.1f} dB"), (clean[part], "")]


def sheet(rows: Sequence[Sequence[tuple[Samples, str]]], heads: Sequence[str]) -> Image.Image:
    """All rows on white, with their heads."""
    size = (len(heads) * (WIDTH + GAP) - GAP, HEAD + len(rows) * (HEIGHT + GAP) - GAP)
    page = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(14)
    for column, head in enumerate(heads):
        draw.text((column * (WIDTH + GAP) + 2, 2), head, "#222222", font)
    for number, cells in enumerate(rows):
        for column, (pixels, words) in enumerate(cells):
            left, top = column * (WIDTH + GAP), HEAD + number * (HEIGHT + GAP)
            page.paste(Image.fromarray(pixels), (left, top))
            if words:
                draw.text((left + 6, top + HEIGHT - 22), words, "white", font, stroke_width=2, stroke_fill="black")
    return page


def markdown(folder: str = "pictures") -> str:
    """The sheets as a section of the page."""
    lines: list[str] = []
    for kind in Kind:
        alt = f"Class {kind}: before, {'mask, ' if 'E' in kind else ''}after, truth, four photographs"
        lines += [f"![{alt}]({folder}/{file_name(kind)})", ""]
    return "\n".join(lines).strip()


def main() -> None:
    """Write every sheet and say how large they are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="of the damage")
    parser.add_argument("--into", type=Path, default=FOLDER, help="the folder to write to")
    asked = parser.parse_args()
    asked.into.mkdir(parents=True, exist_ok=True)
    for kind in Kind:
        target = asked.into / file_name(kind)
        sheet([row(name, kind, asked.seed) for name in PLACES], columns(kind)).save(target, quality=QUALITY, method=6)
        print(f"{target.name}: {target.stat().st_size / 1e3:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
