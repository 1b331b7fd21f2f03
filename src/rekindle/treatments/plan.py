"""Chooses the steps for what was found and wished: a pure function."""

from dataclasses import dataclass
from typing import Literal

from rekindle.imaging.steps.catalogue import Step
from rekindle.imaging.steps.colorize import Colorize, Hint
from rekindle.imaging.steps.deblur import Deblur
from rekindle.imaging.steps.denoise import Denoise
from rekindle.imaging.steps.enlarge import Enlarge
from rekindle.imaging.steps.levels import Levels
from rekindle.imaging.steps.repair import Repair
from rekindle.imaging.strength import Strength
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import Diagnosis
from rekindle.treatments.operations import Operation
from rekindle.treatments.styles import Enhancement, Style

_SHORTEST_MOTION = 4.0
"""Pixels; shorter motion cannot be told from softness."""

_CAUTION, _CAUTION_PER_NOISE = 0.004, 2.0
"""How mildly blur is undone in a clean photo, and how much milder per unit of noise, which it would lift (measured)."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asked for. `keep_tone` leaves the tint of a sepia or toned print as it is.

    `marked` says that a mask comes along of what is to be filled; `hints` are dabs of colour, for operations that give
    colours.

    `prompt` is what they wrote, cleaned and at most 500 characters; `style` is for restyling, `enhancement` for
    enhancing, and `amount` (0..1) how far either goes.
    """

    strength: Strength = Strength.AUTO
    enlarge: Literal[1, 2, 4] = 1
    keep_tone: bool = False
    marked: bool = False
    hints: tuple[Hint, ...] = ()
    prompt: str = ""
    style: Style | None = None
    enhancement: Enhancement | None = None
    amount: float = 0.8

    @property
    def always(self) -> bool:
        """Whether something is wished for that is done whatever the photo needs."""
        return self.marked or self.enlarge != 1


@dataclass(frozen=True, slots=True)
class Treatment:
    """The steps of the embedded engine, in their order, and the same intent as one plain sentence for any other."""

    steps: tuple[Step, ...]
    prompt: str

    @property
    def colours(self) -> bool:
        """Whether the photo gets colours."""
        return any(isinstance(step, Colorize) for step in self.steps)


def plan(operation: Operation, diagnosis: Diagnosis, wishes: Wishes) -> Treatment:
    """Damage first, then noise, blur, tone, colours and size. A photo without findings gets no steps but those that
    were wished for: what was marked is always filled.
    """
    steps: list[Step] = []
    match operation:
        case Operation.RESTORE | Operation.RESTORE_COLORIZE:
            steps = _restoration(diagnosis, wishes)
        case Operation.COLORIZE:
            steps = [Repair()] if wishes.marked else []
        case _:
            pass
    if operation.colours:
        steps.append(Colorize(hints=wishes.hints))
    if wishes.enlarge != 1:
        steps.append(Enlarge(factor=wishes.enlarge))
    return Treatment(tuple(steps), _prompt(operation, diagnosis, wishes))


def _restoration(diagnosis: Diagnosis, wishes: Wishes) -> list[Step]:
    facts = diagnosis.facts
    steps: list[Step] = []
    if wishes.marked or diagnosis.find(Degradation.PHYSICAL_DAMAGE):
        steps.append(Repair())
    if diagnosis.find(Degradation.LOW_QUALITY):
        steps.append(Denoise())
    if diagnosis.find(Degradation.MOTION_BLUR) and facts.motion_length >= _SHORTEST_MOTION:
        steps.append(
            Deblur(facts.motion_length, facts.motion_direction, caution=_CAUTION + _CAUTION_PER_NOISE * facts.noise)
        )
    if diagnosis.find(Degradation.FADING):
        one_tone = facts.monochrome and wishes.keep_tone
        steps.append(Levels(keep_tone=one_tone, learned=True))
    return steps


_PHRASES = {
    Degradation.LOW_QUALITY: "remove noise and compression artefacts",
    Degradation.REFLECTIONS: "remove reflections and glare",
    Degradation.MOTION_BLUR: "undo the motion blur",
    Degradation.FADING: "bring back faded contrast and colour",
    Degradation.PHYSICAL_DAMAGE: "fill scratches, creases and cracks",
}


_COLOURS = "give it the colours that the scene most probably had"
_MARKED = "fill what the mask marks"


def _prompt(operation: Operation, diagnosis: Diagnosis, wishes: Wishes) -> str:
    wanted: list[str] = []
    if operation is not Operation.COLORIZE:
        wanted = [_PHRASES[finding.degradation] for finding in diagnosis.findings if finding.degradation in _PHRASES]
    verb = "Restore" if wanted or wishes.marked else "Colour"
    wanted += [phrase for phrase, asked in ((_MARKED, wishes.marked), (_COLOURS, operation.colours)) if asked]
    if not wanted:
        return "Leave this photo as it is."
    return (
        f"{verb} this photo: {', '.join(wanted)}; keep faces, composition and all undamaged parts exactly as they are."
    )
