"""The options of a job: how they are written down, as the API shows them, and what they mean to the engine."""

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from rekindle.errors import Invalid
from rekindle.imaging.steps.colorize import Hint
from rekindle.imaging.strength import Strength
from rekindle.infra.db.base import Json
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Wishes


class HintsWithoutColour(Invalid):
    code: ClassVar[str] = "hints_without_colour"
    title: ClassVar[str] = "Dabs of colour need an operation that gives colours"


@dataclass(frozen=True, slots=True)
class Options:
    """What was wished for, and the mask to fill if there is one."""

    wishes: Wishes = field(default_factory=Wishes)
    mask_id: UUID | None = None

    def to_json(self) -> Json:
        """Plain values, in the form of the API."""
        wishes = self.wishes
        return {
            "strength": wishes.strength.value,
            "enlarge": wishes.enlarge,
            "keep_tone": wishes.keep_tone,
            "mask_id": None if self.mask_id is None else str(self.mask_id),
            "hints": [_hint_to_json(hint) for hint in wishes.hints],
        }

    @staticmethod
    def from_json(written: Json) -> "Options":
        """The opposite of `to_json`; options written down before there were masks and hints have neither."""
        mask_id = written.get("mask_id")
        wishes = Wishes(
            strength=Strength(written["strength"]),
            enlarge=written["enlarge"],
            keep_tone=written["keep_tone"],
            marked=mask_id is not None,
            hints=tuple(_hint_from_json(hint) for hint in written.get("hints", ())),
        )
        return Options(wishes, None if mask_id is None else UUID(mask_id))

    def fingerprint(self) -> Json:
        """What tells two requests apart: new options count from when they are used, so that old keys stay good."""
        written = self.to_json()
        return {name: value for name, value in written.items() if name not in ("mask_id", "hints") or value}

    def check(self, operation: Operation) -> None:
        """Raise HintsWithoutColour when there are hints and the photo is not to get colours."""
        if self.wishes.hints and not operation.colours:
            raise HintsWithoutColour(
                f"Dabs of colour do nothing in the operation {operation.value}. Leave them out, or ask for "
                f"{Operation.RESTORE_COLORIZE.value}."
            )


def _hint_to_json(hint: Hint) -> Json:
    red, green, blue = hint.colour
    return {"x": hint.x, "y": hint.y, "radius": hint.radius, "color": f"#{red:02x}{green:02x}{blue:02x}"}


def _hint_from_json(written: Json) -> Hint:
    red, green, blue = bytes.fromhex(written["color"].removeprefix("#"))
    return Hint(x=written["x"], y=written["y"], colour=(red, green, blue), radius=written["radius"])
