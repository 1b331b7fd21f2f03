"""Chooses the steps for what was found and wished: a pure function."""

from dataclasses import dataclass
from typing import Literal

from rekindle.imaging.steps.catalogue import Step
from rekindle.imaging.steps.deblur import Deblur
from rekindle.imaging.steps.denoise import Denoise
from rekindle.imaging.steps.enlarge import Enlarge
from rekindle.imaging.steps.levels import Levels
from rekindle.imaging.steps.repair import Repair
from rekindle.imaging.steps.sharpen import Sharpen
from rekindle.imaging.strength import Strength
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import Diagnosis
from rekindle.treatments.operations import Operation

_SOFT, _SHARPEST = 0.25, 0.35
"""Softness from which a noisy photo is sharpened a little, and the most that is done (measured: more makes halos)."""

_SHORTEST_MOTION = 4.0
"""Pixels; shorter motion cannot be told from softness."""

_CAUTION, _CAUTION_PER_NOISE = 0.004, 2.0
"""How mildly blur is undone in a clean photo, and how much milder per unit of noise, which it would lift (measured)."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asked for. `keep_tone` leaves the tint of a sepia or toned print as it is."""

    strength: Strength = Strength.AUTO
    enlarge: Literal[1, 2, 4] = 1
    keep_tone: bool = False


@dataclass(frozen=True, slots=True)
class Treatment:
    """The steps of the embedded engine, in their order, and the same intent as one plain sentence for any other."""

    steps: tuple[Step, ...]
    prompt: str


def plan(operation: Operation, diagnosis: Diagnosis, wishes: Wishes) -> Treatment:
    """Damage first, then noise, blur, tone and size. A photo without findings gets no steps but a wished
    enlargement.
    """
    match operation:
        case Operation.RESTORE:
            steps = _restoration(diagnosis, wishes)
    if wishes.enlarge != 1:
        steps.append(Enlarge(factor=wishes.enlarge))
    return Treatment(tuple(steps), _prompt(diagnosis))


def _restoration(diagnosis: Diagnosis, wishes: Wishes) -> list[Step]:
    facts = diagnosis.facts
    steps: list[Step] = []
    if diagnosis.find(Degradation.PHYSICAL_DAMAGE):
        steps.append(Repair())
    noisy = diagnosis.find(Degradation.LOW_QUALITY) is not None
    if noisy:
        steps.append(Denoise())
    if diagnosis.find(Degradation.MOTION_BLUR) and facts.motion_length >= _SHORTEST_MOTION:
        steps.append(
            Deblur(facts.motion_length, facts.motion_direction, caution=_CAUTION + _CAUTION_PER_NOISE * facts.noise)
        )
    elif noisy and facts.softness > _SOFT:
        steps.append(Sharpen(amount=min(_SHARPEST, facts.softness - _SOFT)))
    if diagnosis.find(Degradation.FADING):
        one_tone = facts.monochrome and wishes.keep_tone
        steps.append(Levels(saturation=1.0 if facts.monochrome else facts.saturation, keep_tone=one_tone))
    return steps


_PHRASES = {
    Degradation.LOW_QUALITY: "remove noise and compression artefacts",
    Degradation.REFLECTIONS: "remove reflections and glare",
    Degradation.MOTION_BLUR: "undo the motion blur",
    Degradation.FADING: "bring back faded contrast and colour",
    Degradation.PHYSICAL_DAMAGE: "fill scratches, creases and cracks",
}


def _prompt(diagnosis: Diagnosis) -> str:
    wanted = [_PHRASES[finding.degradation] for finding in diagnosis.findings if finding.degradation in _PHRASES]
    if not wanted:
        return "Leave this photo as it is."
    return (
        f"Restore this photo: {', '.join(wanted)}; keep faces, composition and all undamaged parts exactly as they are."
    )
