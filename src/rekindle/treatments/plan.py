"""Chooses the steps for what was found and wished: a pure function."""

from dataclasses import dataclass, replace

from rekindle.imaging.steps.catalogue import Step
from rekindle.imaging.steps.colorize import Colorize
from rekindle.imaging.steps.deblur import Deblur
from rekindle.imaging.steps.denoise import Denoise
from rekindle.imaging.steps.enlarge import Enlarge
from rekindle.imaging.steps.levels import Levels
from rekindle.imaging.steps.repair import Repair
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import NOTHING_FOUND, Diagnosis
from rekindle.treatments.operations import Operation
from rekindle.treatments.prompts import Chunk, Prompt, in_part, prompt_for
from rekindle.treatments.wishes import Wishes

_SHORTEST_MOTION = 4.0
"""Pixels; shorter motion cannot be told from softness."""

_CAUTION, _CAUTION_PER_NOISE = 0.004, 2.0
"""How mildly blur is undone in a clean photo, and how much milder per unit of noise, which it would lift (measured)."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """The steps of the embedded engine, in their order, and the same intent in words for any other.

    Operations that do not mend have words alone. `version` names the texts that the words are made from; `reworded`
    says that a model has put them into better words.
    """

    steps: tuple[Step, ...]
    prompt: str
    version: str = ""
    reworded: bool = False

    @property
    def colours(self) -> bool:
        """Whether the photo gets colours."""
        return any(isinstance(step, Colorize) for step in self.steps)


def plan(operation: Operation, diagnosis: Diagnosis, wishes: Wishes) -> Treatment:
    """Damage first, then noise, blur, tone, colours and size. A photo without findings gets no steps but those that
    were wished for: what was marked is always filled. Operations that do not mend have no steps.
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
    if operation.mends and wishes.enlarge != 1:
        steps.append(Enlarge(factor=wishes.enlarge))
    prompt = prompt_for(operation, diagnosis, wishes)
    return Treatment(tuple(steps), prompt.text, prompt.version)


def for_part(
    treatment: Treatment, operation: Operation, wishes: Wishes, *, photos: int, chunk: Chunk
) -> Treatment:  # fmt: skip
    """The same in the words for a call with `photos` of several photos; that of a single photo stays as it is."""
    if operation.photos == (1, 1):
        return treatment
    if treatment.reworded:
        prompt = in_part(Prompt(treatment.prompt, treatment.version), chunk)
    else:
        prompt = prompt_for(operation, NOTHING_FOUND, wishes, photos=photos, chunk=chunk)
    return replace(treatment, prompt=prompt.text, version=prompt.version)


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
