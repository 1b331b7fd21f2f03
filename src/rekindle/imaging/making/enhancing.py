"""Makes a photo better that is not damaged: its light, look, background or mood, or what a sentence asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rekindle.imaging.faces import find_faces, weight_of
from rekindle.imaging.image import Image, Planes, Samples
from rekindle.imaging.making.borrowed import borrowed
from rekindle.imaging.making.depth import behind
from rekindle.imaging.making.grading import Grade, graded
from rekindle.imaging.making.lighting import lit
from rekindle.imaging.making.made import MadeReport, by_stripes, mixed, plane_in
from rekindle.imaging.making.moods import FILMIC, MOODS, mood_of, understood
from rekindle.imaging.pipeline import Progress
from rekindle.imaging.planes import floats, gaussian, to_planes, to_samples
from rekindle.imaging.restoration import silent
from rekindle.imaging.working import load_working, save_working

_FULL = 0.8
"""The amount at which a grade is as it is written; more goes further."""


@dataclass(frozen=True, slots=True)
class Enhance:
    """What to make better: "lighting", "style", "background", "mood" or "custom"; in which words; and how far (0..1).

    `example` is the working file of a photo whose look the style follows.
    """

    what: str
    prompt: str = ""
    amount: float = _FULL
    example: Path | None = None


@dataclass(frozen=True, slots=True)
class _Made:
    pixels: Samples | None
    reason: str
    facts: Mapping[str, object]


def enhance(image: Image, wanted: Enhance, example: Image | None = None) -> tuple[Image, MadeReport]:
    """The picture made better, or itself where there is nothing to do. An unknown `what` is better light."""
    made = _KINDS.get(wanted.what, _lighting)(image, wanted, example)
    unchanged = made.pixels is None or bool(np.array_equal(made.pixels, image.pixels))
    grey = image.grey and wanted.what in ("lighting", "background")
    result = image if made.pixels is None or unchanged else replace(image, pixels=made.pixels, grey=grey)
    return result, MadeReport(result.width, result.height, not unchanged, made.reason, facts=made.facts)


def enhance_file(source: Path, target: Path, wanted: Enhance, progress: Progress = silent) -> MadeReport:
    """`enhance` from one working file to another; for a child process."""
    progress("enhancing", 0.1)
    example = None if wanted.example is None else load_working(wanted.example)
    result, report = enhance(load_working(source), wanted, example)
    progress("enhancing", 0.9)
    save_working(result, target)
    return report


def _lighting(image: Image, wanted: Enhance, _: Image | None) -> _Made:
    faces = find_faces(image.pixels)
    gentle = f" Gentle on {len(faces)} face(s)." if faces else ""
    reason = f"Shadows were opened and lights held back.{gentle}"
    return _Made(lit(image.pixels, faces, min(1.0, wanted.amount / _FULL)), reason, {"faces": len(faces)})


def _style(image: Image, wanted: Enhance, example: Image | None) -> _Made:
    if example is None:
        reason = "It was graded like film, since no example came along."
        return _Made(graded(image.pixels, FILMIC.times(wanted.amount / _FULL)), reason, {"look": "film"})
    pixels = borrowed(image.pixels, example.pixels, min(1.0, wanted.amount / _FULL))
    return _Made(pixels, "It got the tones and colours of the example.", {"look": "example"})


def _background(image: Image, wanted: Enhance, _: Image | None) -> _Made:
    faces = find_faces(image.pixels)
    if not faces:
        return _Made(None, "No face was found, so what is background is not known; it was left as it is.", {"faces": 0})
    reason = f"What lies around {len(faces)} person(s) was put out of focus; where people end is a guess."
    return _Made(behind(image.pixels, faces, wanted.amount / _FULL), reason, {"faces": len(faces)})


def _mood(image: Image, wanted: Enhance, _: Image | None) -> _Made:
    mood = mood_of(wanted.prompt)
    grade = MOODS[mood].times(wanted.amount / _FULL)
    return _Made(graded(image.pixels, grade), f"It was given a {mood} mood.", {"mood": mood})


def _custom(image: Image, wanted: Enhance, _: Image | None) -> _Made:
    asked = understood(wanted.prompt)
    if not asked.words:
        reason = "None of the words was understood on this machine, so it was left as it is."
        return _Made(None, reason, {"understood": []})
    share = wanted.amount / _FULL
    pixels = image.pixels
    if asked.grade != Grade():
        pixels = graded(pixels, asked.grade.times(share))
    if asked.sharpness:
        pixels = _focused(pixels, asked.sharpness * share)
    words = list(asked.words)
    return _Made(pixels, f"It was made {_listed(words)}, by the words that were understood.", {"understood": words})


def _focused(samples: Samples, sharpness: float) -> Samples:
    """Sharper, half as much so on faces; or softer."""
    height, width = samples.shape[:2]
    sigma = max(0.8, 0.0011 * max(height, width))
    faces = find_faces(samples) if sharpness > 0 else ()
    small = weight_of(faces, (max(1, height // 8), max(1, width // 8)))
    weight = plane_in(small, (width, height))
    soft = to_samples(gaussian(to_planes(samples), sigma), samples)

    def change(planes: Planes, rows: slice) -> Planes:
        blurred = to_planes(soft[rows])
        if sharpness < 0:
            return mixed(planes, blurred, min(1.0, -0.75 * sharpness))
        detail = np.clip(planes - blurred, -0.12, 0.12)
        return floats(planes + sharpness * (1 - 0.5 * weight[rows])[..., None] * 0.9 * detail)

    return by_stripes(samples, change)


def _listed(words: list[str]) -> str:
    plain = [f"to have {word}" if " " in word and word != "black and white" else word for word in words]
    return plain[0] if len(plain) == 1 else f"{', '.join(plain[:-1])} and {plain[-1]}"


_KINDS: Mapping[str, Callable[[Image, Enhance, Image | None], _Made]] = {
    "lighting": _lighting,
    "style": _style,
    "background": _background,
    "mood": _mood,
    "custom": _custom,
}
