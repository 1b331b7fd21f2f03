"""Makes the picture of what the engine makes of photos beside mending them: styles, enhancements, blends, montages.

    python -m benchmarks.operations_sheet [--into docs/reference/pictures/operations.jpg]

The photographs are those of scikit-image; nothing is chosen by looks. Says how long each took.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from benchmarks.damage import Samples
from benchmarks.photographs import of_scikit_image
from rekindle.imaging.image import Image, Planes
from rekindle.imaging.making.enhancing import Enhance, enhance
from rekindle.imaging.making.filming import cameras, film_size
from rekindle.imaging.making.fusing import fuse
from rekindle.imaging.making.made import MadeReport
from rekindle.imaging.making.restyling import LABELS, restyle
from rekindle.imaging.making.together import bring_together

TARGET = Path(__file__).resolve().parent.parent / "docs/reference/pictures/operations.jpg"
HEIGHT, WIDTH, GAP, HEAD = 250, 250, 6, 20
COLUMNS = 7
QUALITY = 86
STYLED = ("astronaut", "chelsea", "coffee")
Cell = tuple[str, Samples]


def cells() -> Iterator[list[Cell]]:
    """Rows of pictures with what is written above each."""
    for name in STYLED:
        photo = larger(of_scikit_image(name))
        yield [(name, photo), *((style, made(restyle, photo, style, 0.8)) for style in LABELS)]
    portrait, cup, rocket = (of_scikit_image(name) for name in ("astronaut", "coffee", "rocket"))
    dark = np.round(255 * (portrait / 255) ** 1.9 * 0.75).astype(np.uint8)
    yield [("underexposed", dark), ("lighting", better(dark, Enhance("lighting"))),
           ("a night shot", rocket), ("lighting", better(rocket, Enhance("lighting"))),
           ("background", better(portrait, Enhance("background"))), ("style: film", better(portrait, Enhance("style"))),
           ("style: as the coffee", better(portrait, Enhance("style"), cup))]  # fmt: skip
    chelsea = of_scikit_image("chelsea")
    moods = [
        (f"mood: {mood}", better(chelsea, Enhance("mood", mood))) for mood in ("warm", "cool", "golden", "dramatic")
    ]
    words = "brighter, much more colour, sharper"
    yield [*moods, (f"custom: {words[:22]}…", better(chelsea, Enhance("custom", words))),
           ("custom: black and white", better(portrait, Enhance("custom", "black and white")))]  # fmt: skip
    yield blends(cup)
    yield montages(portrait, cup, chelsea)


def blends(photo: Samples) -> list[Cell]:
    """Reflections that move, and three exposures."""
    one, two = glare(photo, 170, 130), glare(shifted(photo), 400, 240)
    exposed = [np.clip(photo * gain, 0, 255).astype(np.uint8) for gain in (0.45, 1.0, 2.2)]
    return [
        ("a reflection", one), ("another one", two), ("fuse", made(fuse, [one, two])),
        *zip(("too dark", "as it is", "too light"), exposed, strict=True), ("fuse", made(fuse, exposed)),
    ]  # fmt: skip


def montages(portrait: Samples, cup: Samples, cat: Samples) -> list[Cell]:
    """Different scenes, people, and where the camera of a film begins and ends."""
    other = np.ascontiguousarray(np.round(portrait[:, ::-1] * (0.75, 0.88, 1.0)).astype(np.uint8))
    height, width = portrait.shape[:2]
    ends: list[Cell] = []
    for number, camera in enumerate(cameras((width, height), (0.44, 0.22), 3)[::2]):
        wide, high = (round(camera.scale * side) for side in film_size(width, height))
        left, top = max(0, round(camera.x - wide / 2)), max(0, round(camera.y - high / 2))
        ends.append((f"film, {('first', 'last')[number]} picture", portrait[top : top + high, left : left + wide]))
    return [
        ("fuse: different scenes", made(fuse, [portrait, cup, cat])),
        ("other light", other), ("bring together", made(bring_together, [portrait, other])), *ends,
    ]  # fmt: skip


def larger(photo: Samples) -> Samples:
    """Twice as large, as strokes are for photos of a usual size."""
    return cast("Samples", cv2.resize(photo, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))


def better(photo: Samples, wanted: Enhance, example: Samples | None = None) -> Samples:
    """Enhanced."""

    def make(image: Image) -> tuple[Image, MadeReport]:
        return enhance(image, wanted, None if example is None else Image(example))

    return made(make, photo)


def made(
    make: Callable[..., tuple[Image, MadeReport]], photos: Samples | list[Samples], *options: str | float
) -> Samples:
    """What an operation makes of one photo or several; says how long that took."""
    images = [Image(photo) for photo in photos] if isinstance(photos, list) else Image(photos)
    start = time.perf_counter()
    result, report = make(images, *options)
    print(f"{time.perf_counter() - start:5.2f} s  {report.reason}", flush=True)
    return cast("Samples", result.pixels)


def glare(photo: Samples, x: int, y: int) -> Samples:
    """A soft white reflection at a place."""
    rows, columns = np.mgrid[: photo.shape[0], : photo.shape[1]]
    share = 0.8 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 60**2)[..., None]
    mixed: Planes = photo * (1 - share) + 235 * share
    return np.round(mixed).astype(np.uint8)


def shifted(photo: Samples) -> Samples:
    """Held again: turned by two degrees, moved and a little nearer."""
    height, width = photo.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 2, 1.03)
    matrix[:, 2] += (10, -6)
    return cast("Samples", cv2.warpAffine(photo, matrix, (width, height), borderMode=cv2.BORDER_REFLECT))


def sheet(rows: list[list[Cell]]) -> Pillow.Image:
    """All on white; the pictures of a row are of one height, and it is as wide as the page at most."""
    page_width = COLUMNS * (WIDTH + GAP) - GAP
    page = Pillow.new("RGB", (page_width, len(rows) * (HEIGHT + HEAD + GAP)), "white")
    draw, font, top = ImageDraw.Draw(page), ImageFont.load_default(14), 0
    for row in rows:
        widths = [photo.shape[1] * HEIGHT / photo.shape[0] for _, photo in row]
        scale = min(1.0, (page_width - GAP * (len(row) - 1)) / sum(widths))
        left = 0
        for (words, photo), width in zip(row, widths, strict=True):
            size = round(width * scale), round(HEIGHT * scale)
            draw.text((left + 2, top + 2), words, "#222222", font)
            page.paste(Pillow.fromarray(photo).resize(size, Pillow.Resampling.LANCZOS), (left, top + HEAD))
            left += size[0] + GAP
        top += round(HEIGHT * scale) + HEAD + GAP
    return page.crop((0, 0, page_width, top - GAP))


def main() -> None:
    """Write the sheet and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=TARGET)
    asked = parser.parse_args()
    asked.into.parent.mkdir(parents=True, exist_ok=True)
    sheet(list(cells())).save(asked.into, quality=QUALITY, optimize=True)
    print(f"{asked.into.name}: {asked.into.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
