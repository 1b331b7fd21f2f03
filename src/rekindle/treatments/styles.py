"""The styles a photo can be redone in, and what can be enhanced in it."""

from collections.abc import Mapping
from enum import StrEnum


class Style(StrEnum):
    """How a photo is redone; named for what it looks like, and for no studio."""

    STORYBOOK = "storybook"
    ACTION = "action"
    PIXELS = "pixels"
    OIL = "oil"
    CARTOON = "cartoon"


ALIASES: Mapping[str, Style] = {
    "ghibli": Style.STORYBOOK,
    "dragonball": Style.ACTION,
    "pixel": Style.PIXELS,
}
"""Names under which older clients ask for styles."""


class Enhancement(StrEnum):
    """What is made better in a photo that is not damaged."""

    LIGHTING = "lighting"
    STYLE = "style"
    BACKGROUND = "background"
    MOOD = "mood"
    CUSTOM = "custom"


def style_of(name: str) -> Style:
    """The style of this name or alias; an unknown one is a cartoon."""
    if name in ALIASES:
        return ALIASES[name]
    return Style(name) if name in set(Style) else Style.CARTOON
