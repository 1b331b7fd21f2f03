"""The options of a job: how they are written down, as the API shows them, and what they mean to whoever does it."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from rekindle.imaging.steps.colorize import Hint
from rekindle.imaging.strength import Strength
from rekindle.infra.db.base import Json
from rekindle.safety.prompts import cleaned
from rekindle.treatments.styles import Enhancement, style_of
from rekindle.treatments.wishes import Wishes

Quality = Literal["standard", "hd"]

OF_THE_FIRST_RELEASE = frozenset({"strength", "enlarge", "keep_tone"})
"""Options that were there from the beginning, and so count for every key."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was wished for, the mask to fill, and what else the job is to be done with.

    `photo_ids` are the photos beside the first, in their order; `moodboard_id` is a photo whose mood the result shall
    have. `provider` and `model` are the person's own choice, `local_only` keeps the photos on this machine, and
    `rewrite` has a model put the prompt into better words, and
    `written` is the prompt as it was written, of which `wishes.prompt` is what is safe to pass on.
    """

    wishes: Wishes = field(default_factory=Wishes)
    mask_id: UUID | None = None
    photo_ids: tuple[UUID, ...] = ()
    moodboard_id: UUID | None = None
    provider: str | None = None
    model: str | None = None
    local_only: bool = False
    quality: Quality = "standard"
    rewrite: bool = False
    written: str = ""

    @property
    def photos(self) -> tuple[UUID, ...]:
        """Every photo beside the first, the moodboard last: none of them may be deleted while the job goes on."""
        return self.photo_ids if self.moodboard_id is None else (*self.photo_ids, self.moodboard_id)

    def to_json(self) -> Json:
        """Plain values, as they are kept with a job."""
        wishes = self.wishes
        return {
            "strength": wishes.strength.value,
            "enlarge": wishes.enlarge,
            "keep_tone": wishes.keep_tone,
            "mask_id": _text(self.mask_id),
            "hints": [_hint_to_json(hint) for hint in wishes.hints],
            "prompt": self.written,
            "style": None if wishes.style is None else wishes.style.value,
            "enhancement": None if wishes.enhancement is None else wishes.enhancement.value,
            "amount": wishes.amount,
            "seconds": wishes.seconds,
            "photo_ids": [str(photo_id) for photo_id in self.photo_ids],
            "moodboard_id": _text(self.moodboard_id),
            "provider": self.provider,
            "model": self.model,
            "local_only": self.local_only,
            "quality": self.quality,
            "rewrite": self.rewrite,
        }

    @staticmethod
    def from_json(written: Json) -> "Options":
        """The opposite of `to_json`; what was not known yet when options were written down is as if never asked for."""
        mask_id, moodboard_id = written.get("mask_id"), written.get("moodboard_id")
        return Options(
            wishes=_wishes(written),
            mask_id=None if mask_id is None else UUID(mask_id),
            photo_ids=tuple(UUID(photo_id) for photo_id in written.get("photo_ids", ())),
            moodboard_id=None if moodboard_id is None else UUID(moodboard_id),
            provider=written.get("provider"),
            model=written.get("model"),
            local_only=written.get("local_only", False),
            quality=written.get("quality", "standard"),
            rewrite=written.get("rewrite", False),
            written=written.get("prompt", ""),
        )

    def fingerprint(self) -> Json:
        """What tells two requests apart: new options count from when they are used, so that old keys stay good."""
        return {name: value for name, value in self.to_json().items() if name in OF_THE_FIRST_RELEASE} | self.changed()

    def changed(self) -> Json:
        """Those options, as they are written down, that are not what they are without being asked for."""
        return {name: value for name, value in self.to_json().items() if value != _PLAIN[name]}


def shown(written: Json) -> Json:
    """The options of a job as the API shows them: all of them, with the prompt as it is passed on."""
    known = Options.from_json(written)
    whole = known.to_json() | {"prompt": known.wishes.prompt}
    return {name: value for name, value in whole.items() if name != "photo_ids"}


def _wishes(written: Json) -> Wishes:
    plain = Wishes()
    style, enhancement = written.get("style"), written.get("enhancement")
    return Wishes(
        strength=Strength(written["strength"]),
        enlarge=written["enlarge"],
        keep_tone=written["keep_tone"],
        marked=written.get("mask_id") is not None,
        hints=tuple(_hint_from_json(hint) for hint in written.get("hints", ())),
        prompt=cleaned(written.get("prompt", "")),
        style=None if style is None else style_of(style),
        enhancement=None if enhancement is None else Enhancement(enhancement),
        amount=written.get("amount", plain.amount),
        seconds=written.get("seconds", plain.seconds),
        moodboard=written.get("moodboard_id") is not None,
    )


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)


def _hint_to_json(hint: Hint) -> Json:
    red, green, blue = hint.colour
    return {"x": hint.x, "y": hint.y, "radius": hint.radius, "color": f"#{red:02x}{green:02x}{blue:02x}"}


def _hint_from_json(written: Json) -> Hint:
    red, green, blue = bytes.fromhex(written["color"].removeprefix("#"))
    return Hint(x=written["x"], y=written["y"], colour=(red, green, blue), radius=written["radius"])


_PLAIN = Options().to_json()
