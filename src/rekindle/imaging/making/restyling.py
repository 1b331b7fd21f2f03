"""Redoes a photo in a style: as a drawing, a painting or pixel art."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from rekindle.imaging.faces import find_faces, weight_of
from rekindle.imaging.image import Image, Planes
from rekindle.imaging.making.drawn import action, cartoon, storybook
from rekindle.imaging.making.made import Bytes, MadeReport, grown, mixed, sized
from rekindle.imaging.making.oil import oil
from rekindle.imaging.making.pixels import pixels
from rekindle.imaging.pipeline import Progress
from rekindle.imaging.planes import floats, to_planes, to_samples
from rekindle.imaging.restoration import silent
from rekindle.imaging.working import load_working, save_working

_WORKED_ON = 1440
"""Longest side, in pixels, at which styles are made: strokes have a size of their own, and a painting has no more."""
_FULL = 0.8
"""The amount from which on nothing of the photo shines through."""

LABELS: Mapping[str, str] = {
    "storybook": "a watercolour drawing",
    "action": "a page of an action comic",
    "pixels": "pixel art",
    "oil": "an oil painting",
    "cartoon": "a cartoon",
}


def restyle(image: Image, style: str, amount: float) -> tuple[Image, MadeReport]:
    """The picture in a style (a key of `LABELS`; any other is a cartoon), as large as before, in 8 bits."""
    name = style if style in LABELS else "cartoon"
    small = sized(image.pixels, _WORKED_ON)
    made = _styled(small, name, amount)
    share = min(1.0, amount / _FULL)
    if share < 1:
        made = mixed(to_planes(small), made, share)
    art = to_samples(floats(np.clip(made, 0, 1)), small).astype(np.uint8)
    size = image.width, image.height
    large = _squares(art, size) if name == "pixels" else grown(art, size)
    alpha = None if image.alpha is None else sized(image.alpha, max(size))
    label = LABELS[name]
    reason = f"It was redone as {label} by filters on this machine; nothing was invented."
    result = replace(image, pixels=large, alpha=alpha, grey=False)
    return result, MadeReport(*size, changed=share > 0, reason=reason, label=label, facts={"style": name})


def restyle_file(source: Path, target: Path, style: str, amount: float, progress: Progress = silent) -> MadeReport:
    """`restyle` from one working file to another; for a child process."""
    progress("restyling", 0.1)
    result, report = restyle(load_working(source), style, amount)
    progress("restyling", 0.9)
    save_working(result, target)
    return report


def _styled(small: Bytes, name: str, amount: float) -> Planes:
    match name:
        case "oil":
            return oil(small, weight_of(find_faces(small), (small.shape[0], small.shape[1])))
        case "pixels":
            return pixels(small, amount)
        case "action":
            return action(small)
        case "storybook":
            return storybook(small)
        case _:
            return cartoon(small)


def _squares(art: Bytes, size: tuple[int, int]) -> Bytes:
    """Pixel art in another size, with hard edges."""
    rows = (np.arange(size[1]) * art.shape[0] // size[1])[:, None]
    return np.ascontiguousarray(art[rows, (np.arange(size[0]) * art.shape[1] // size[0])[None, :]])
