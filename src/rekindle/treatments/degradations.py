"""The kinds of damage that a photo can have."""

from enum import StrEnum


class Degradation(StrEnum):
    """One letter each, as they are stored; `label` is the stable word and `title` what a person reads."""

    LOW_QUALITY = "A"
    REFLECTIONS = "B"
    MOTION_BLUR = "C"
    FADING = "D"
    PHYSICAL_DAMAGE = "E"
    NONE = "F"

    @property
    def label(self) -> str:
        """A stable word for programs: `low_quality`, `reflections`, `motion_blur`, `fading`, `physical_damage`,
        `none`.
        """
        return self.name.lower()

    @property
    def title(self) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        """A few plain words for people."""
        return _TITLES[self]


_TITLES = {
    Degradation.LOW_QUALITY: "Noise, softness or compression",
    Degradation.REFLECTIONS: "Reflections or glare",
    Degradation.MOTION_BLUR: "Motion blur",
    Degradation.FADING: "Faded tones or colours",
    Degradation.PHYSICAL_DAMAGE: "Scratches, creases or cracks",
    Degradation.NONE: "No damage found",
}
