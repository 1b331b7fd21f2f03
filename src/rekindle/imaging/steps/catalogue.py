"""Every step there is, and how a list of them is written down and read back."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

from rekindle.imaging.steps.colorize import Colorize, Hint
from rekindle.imaging.steps.deblur import Deblur
from rekindle.imaging.steps.denoise import Denoise
from rekindle.imaging.steps.enlarge import Enlarge
from rekindle.imaging.steps.levels import Levels
from rekindle.imaging.steps.repair import Repair

Step: TypeAlias = Repair | Denoise | Deblur | Levels | Colorize | Enlarge
"""The options of a step; its name says which one it is."""

_BY_NAME: dict[str, type[Step]] = {kind.name: kind for kind in (Repair, Denoise, Deblur, Levels, Colorize, Enlarge)}


def steps_to_json(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Steps as plain values: one object each, its `name` and its options."""
    return [{"name": step.name, **asdict(step)} for step in steps]


def steps_from_json(written: Sequence[dict[str, Any]]) -> tuple[Step, ...]:
    """The inverse of `steps_to_json`. Raises ValueError for a name that no step has."""
    return tuple(_read(entry) for entry in written)


def _read(entry: dict[str, Any]) -> Step:
    options = dict(entry)
    name = options.pop("name", None)
    if name not in _BY_NAME:
        message = f"there is no step named {name!r}"
        raise ValueError(message)
    if "hints" in options:
        options["hints"] = tuple(_hint(hint) for hint in options["hints"])
    return _BY_NAME[name](**options)


def _hint(written: dict[str, Any]) -> Hint:
    red, green, blue = written["colour"]
    return Hint(written["x"], written["y"], (red, green, blue), written["radius"])
