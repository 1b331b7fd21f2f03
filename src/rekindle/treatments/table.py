"""The table of treatments: for each kind of damage its signs, what is done about it, the words for a model, the price.

Reflections are those of light, and date stamps: the marks of other people stay (see the concept page on safety).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rekindle.treatments.degradations import Degradation
from rekindle.treatments.texts import Text, text


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one kind of damage. `multiplier` is in thousandths of the price of an undamaged average."""

    degradation: Degradation
    symptoms: tuple[str, ...]
    treatment: str
    multiplier: int

    @property
    def name(self) -> str:
        """A few plain words for people."""
        return self.degradation.title

    @property
    def prompt(self) -> Text:
        """The words for a model when this is the worst that a photo has."""
        return text(f"restore_{self.degradation.label}")


def _entries() -> Mapping[Degradation, Entry]:
    listed = (
        Entry(
            Degradation.LOW_QUALITY,
            ("noise or grain", "softness", "squares of strong compression", "few pixels"),
            "denoise, deblur, upscale and sharpen", 1000,
        ),
        Entry(
            Degradation.REFLECTIONS,
            ("reflections", "glare", "spots of a flash", "date stamps"),
            "inpaint reflections and restore what lies under them", 1200,
        ),
        Entry(
            Degradation.MOTION_BLUR,
            ("smeared detail", "streaks", "camera shake"),
            "deblur along the motion and recover detail", 1100,
        ),
        Entry(
            Degradation.FADING,
            ("grey blacks", "pale colours", "a cast of colour", "sepia"),
            "restore contrast and saturation, and colours where they are asked for", 900,
        ),
        Entry(
            Degradation.PHYSICAL_DAMAGE,
            ("scratches", "creases", "tears", "cracks", "stains"),
            "inpaint the damage and reconstruct what is missing", 1300,
        ),
        Entry(Degradation.NONE, ("no visible damage",), "subtle enhancement only", 700),
    )  # fmt: skip
    return MappingProxyType({entry.degradation: entry for entry in listed})


TABLE = _entries()
"""One entry for each kind of damage."""
