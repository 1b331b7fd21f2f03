"""Restores a picture: tries the steps on samples of it, keeps what does no harm, and runs that over the whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rekindle.imaging.cleaning import both
from rekindle.imaging.faces import Face, find_faces
from rekindle.imaging.gate import Choice, Decision
from rekindle.imaging.image import Image, Samples
from rekindle.imaging.marks import Marks, read_mask, write_mask
from rekindle.imaging.measure.damage import find_damage, full_size
from rekindle.imaging.nets.filler import BOLD, HIDES, look_under
from rekindle.imaging.nets.restorer import Seen, changed, look, look_for_marks, shrink_of
from rekindle.imaging.pipeline import Progress, margin_of, prepare, run, run_tile
from rekindle.imaging.planes import Mask, floats, with_margin
from rekindle.imaging.steps.catalogue import Step
from rekindle.imaging.steps.colorize import Colorize, colorize
from rekindle.imaging.steps.deblur import Deblur
from rekindle.imaging.steps.denoise import Denoise
from rekindle.imaging.steps.enlarge import Enlarge, allowed_factor, enlarge
from rekindle.imaging.steps.filter import PlacedFilter
from rekindle.imaging.steps.repair import Opinion, Repair, fill, grown
from rekindle.imaging.steps.trust import Strengths, as_changed, bold, trusted
from rekindle.imaging.strength import Strength
from rekindle.imaging.trial import Candidate, choose
from rekindle.imaging.working import load_working, save_working

LEFT_OUT = "left out: the result would be too large"
"""What is told of an enlargement that was not made."""

_OTHER = np.float32(0.2)
"""The share of the network for noise in what is filled in where it is not sure that there is a mark: +0.05 dB on
photographs new to both networks. Where it is sure, a fifth of a white line would stay to be seen: of such lines on
faded prints 22 % of the length with it, and 1 % without (`benchmarks/ruled_lines.py`, one seed).
"""


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one step did, for people."""

    name: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A result. When `chosen` is "input" and no enlargement was asked for, `image` is the very input. `mask` (height,
    width of the input) says where marks were, whose places and rims were filled; None when there were none.
    """

    image: Image
    chosen: Choice
    reason: str
    steps_done: tuple[StepReport, ...]
    scores: Mapping[str, float]
    mask: Mask | None = None


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """`Restored` without its pixels: plain values, JSON by `dataclasses.asdict`. `mask_share`: how much of the picture
    was filled, 0..1.
    """

    chosen: Choice
    reason: str
    steps_done: tuple[StepReport, ...]
    scores: Mapping[str, float]
    width: int
    height: int
    mask_share: float = 0.0


@dataclass(frozen=True, slots=True)
class _Damage:
    """The marks, how likely each pixel of them is one (255 = certain; None on large pictures, where nobody asks), how
    strongly it is filled, and how many pixels around them are filled too.
    """

    marks: Mask
    chance: Strengths | None
    strength: Strengths
    rim: int
    report: StepReport


@dataclass(frozen=True, slots=True)
class _Found:
    """What was seen in a picture, and under the marks on it. Before motion blur is undone marks must be gone, or they
    ring.
    """

    seen: Seen | None
    under: Seen | None
    faces: tuple[Face, ...]
    damage: _Damage | None
    filled_first: bool


def silent(_: str, __: float) -> None:
    """A progress that nobody listens to."""


def restore(
    image: Image,
    steps: Sequence[Step],
    *,
    strength: Strength = Strength.AUTO,
    progress: Progress = silent,
    mask: Mask | None = None,
) -> Restored:
    """Apply `steps` in their order as far as they do no harm. The dtype, colour space and greyness of the picture stay.

    `mask` (height, width) takes the place of the search for damage. What the steps make of the rest does not depend
    on it: every sample outside the mask and its rim is the same with any mask, unless motion blur is undone.
    `progress` is called with a stage name and the share of the whole that is done, 0..1, never falling.
    """
    progress("repairing", 0.02)
    found = _examine(image, steps, mask, _part(progress, "repairing", 0.02, 0.4))
    progress("checking", 0.42)
    pixels, decision, chosen = _filtered(image, steps, Strength(strength), found, progress=progress)
    if found.damage and not found.filled_first:
        opinion, marked = _opinion(image.pixels, chosen, found.under), found.damage
        fine = shrink_of(image.height, image.width) == 1
        pixels = fill(pixels, marked.marks, marked.rim, opinion=opinion, strength=marked.strength, fine=fine)
    result, coloured = _coloured(replace(image, pixels=pixels), steps)
    progress("mending", 0.95)
    result, enlarged = _enlarged(result, steps)
    progress("mending", 1.0)
    decision = _told(decision, chosen, damaged=found.damage is not None, coloured=bool(coloured))
    done = (*_reports(found, chosen), *coloured, *enlarged)
    marks = found.damage.marks if found.damage else None
    return Restored(result, decision.chosen, decision.reason, done, decision.scores, marks)


def restore_file(
    source: Path,
    target: Path,
    steps: Sequence[Step],
    strength: Strength = Strength.AUTO,
    marks: Marks | None = None,
    progress: Progress = silent,
) -> RestoreReport:
    """`restore` from one working file to another, with masks from and to files; for a child process."""
    marks, image = marks or Marks(), load_working(source)
    mask = None if marks.given is None else read_mask(marks.given, image.height, image.width)
    restored = restore(image, steps, strength=strength, progress=progress, mask=mask)
    save_working(restored.image, target)
    if marks.found is not None and restored.mask is not None:
        write_mask(restored.mask, marks.found)
    return RestoreReport(
        chosen=restored.chosen,
        reason=restored.reason,
        steps_done=restored.steps_done,
        scores=dict(restored.scores),
        width=restored.image.width,
        height=restored.image.height,
        mask_share=0.0 if restored.mask is None else float(np.mean(restored.mask)),
    )


def _is_filter(step: Step) -> bool:
    return not isinstance(step, Repair | Colorize | Enlarge)


def _opinion(before: Samples, chosen: Candidate | None, seen: Seen | None) -> Opinion | None:
    """What a network saw under the marks, in the tone that the picture has got. The one for noise alone is not asked:
    it knows of no marks, and would let them be seen again.
    """
    if seen is None:
        return None
    others = prepare(before, [s for s in chosen.steps if not isinstance(s, Denoise)], None) if chosen else []
    network = PlacedFilter(lambda planes, area: floats(planes + changed(seen, area)))
    filters = [network, *others]
    margin, shape = margin_of(filters), (before.shape[0], before.shape[1])
    return lambda area: run_tile(before, with_margin(area, margin, shape), filters)


def _examine(image: Image, steps: Sequence[Step], given: Mask | None, progress: Callable[[float], None]) -> _Found:
    """Run the networks whose answers a step needs, and settle what is to be filled."""
    pixels = image.pixels
    repair = next((step for step in steps if isinstance(step, Repair)), None)
    noisy = any(isinstance(step, Denoise) for step in steps)
    faces = find_faces(pixels) if repair or noisy else ()
    filled_first = any(isinstance(step, Deblur) for step in steps)
    damage = _damage(pixels, repair, given, faces, lambda share: progress(share * 0.5)) if repair else None
    seen = look(pixels, lambda share: progress(0.5 + share * 0.25)) if noisy else None
    under = None
    if damage and not filled_first and shrink_of(*pixels.shape[:2]) == 1:
        # Large pictures are spared this, for its time; what it would add there is not measured.
        holes = grown(damage.marks, damage.rim)
        first = fill(pixels, holes)
        under = look_under(
            pixels, first, holes, lambda share: progress(0.75 + share * 0.25),
            chance=damage.chance, hidden=_hidden(damage),
        )  # fmt: skip
        under = _with(under, seen, damage) if seen else under
    return _Found(seen, under, faces, damage, filled_first)


def _hidden(damage: _Damage) -> Mask:
    """Where nothing of the picture is to be seen any more: what is bold and certainly a mark covers it wholly, and what
    is left of it would shine through. A thin line may be half transparent.
    """
    sure = damage.marks if damage.chance is None else damage.marks & (damage.chance >= HIDES)
    return grown(bold(sure, BOLD), damage.rim)


def _with(under: Seen, seen: Seen, damage: _Damage) -> Seen:
    """What was seen under marks on a noisy picture, with a little of what the other network saw, which knows of none:
    where no mark was after all, it is right.
    """
    share = np.where(damage.strength < np.uint8(255), _OTHER, np.float32(0))[..., None]
    return Seen(under.shrink, (share * seen.change + (1 - share) * under.change).astype(np.float16))


def _damage(
    pixels: Samples, step: Repair, given: Mask | None, faces: Sequence[Face], progress: Callable[[float], None]
) -> _Damage | None:
    """The marks that were given, or those that are found."""
    height, width = pixels.shape[:2]
    shrink = shrink_of(height, width)
    if given is not None and not given.any():
        return None
    # For a mask that was given we look as well: what nobody changed is filled as it would be.
    seen = look_for_marks(pixels, progress)
    small = find_damage(seen, faces)
    mask, strength = full_size(small, height, width), full_size(trusted(seen.chance, small), height, width)
    chance = seen.chance if shrink == 1 else None
    if given is not None:
        found, mask = mask, given
        strength = as_changed(strength, found, mask)
        chance = None if chance is None else as_changed(chance, found, mask)
    rim = step.grow * shrink + shrink // 2
    share = f"{float(np.mean(mask)):.1%} of the picture"
    return _Damage(mask, chance, strength, rim, StepReport(step.name, step.title, share)) if mask.any() else None


def _filtered(
    image: Image, steps: Sequence[Step], strength: Strength, found: _Found, *, progress: Progress
) -> tuple[Samples, Decision, Candidate | None]:
    """The picture after the steps that work on tiles, as far as the gate lets them."""
    wanted = tuple(step for step in steps if _is_filter(step))
    pixels, damage = image.pixels, found.damage
    if damage and found.filled_first:
        pixels = fill(pixels, damage.marks, damage.rim)
    noisy = any(isinstance(step, Denoise) for step in wanted)
    cleaned = both(pixels, found.seen) if found.seen and noisy else None
    decision, chosen = choose(pixels, wanted, strength, cleaned, () if found.filled_first else found.faces)
    mending = _part(progress, "mending", 0.5, 0.9)
    result = run(pixels, chosen.filters if chosen else [], lambda _, share: mending(share))
    if image.grey and result is not pixels:
        result = _one_channel(result)
    return result, decision, chosen


def _reports(found: _Found, chosen: Candidate | None) -> list[StepReport]:
    reports = [found.damage.report] if found.damage else []
    if chosen:
        reports += [StepReport(step.name, step.title, f"{chosen.name} setting") for step in chosen.steps]
    return reports


def _told(decision: Decision, chosen: Candidate | None, *, damaged: bool, coloured: bool) -> Decision:
    """The decision in words that cover what was done beside the filters."""
    if chosen is None and damaged:
        reason = "Only the damaged places were filled; the rest is as it was."
        return replace(decision, chosen="careful", reason=reason)
    if chosen is None and coloured:
        return replace(decision, chosen="careful", reason="Only colour was laid on; lightness is as it was.")
    return decision


def _part(progress: Progress, stage: str, start: float, end: float) -> Callable[[float], None]:
    return lambda fraction: progress(stage, start + (end - start) * fraction)


def _one_channel(pixels: Samples) -> Samples:
    """A grey picture stays grey: the green channel in all three, in place."""
    pixels[..., 0] = pixels[..., 1]
    pixels[..., 2] = pixels[..., 1]
    return pixels


def _coloured(image: Image, steps: Sequence[Step]) -> tuple[Image, list[StepReport]]:
    for step in steps:
        if isinstance(step, Colorize):
            pixels = colorize(image.pixels, step, space=image.space)
            dabs = f"from {len(step.hints)} dabbed colours" if step.hints else "a plausible tint"
            return replace(image, pixels=pixels, grey=False), [StepReport(step.name, step.title, dabs)]
    return image, []


def _enlarged(image: Image, steps: Sequence[Step]) -> tuple[Image, list[StepReport]]:
    for step in steps:
        if isinstance(step, Enlarge):
            factor = allowed_factor(image.height, image.width, step.factor)
            if factor == 1:
                return image, [StepReport(step.name, step.title, LEFT_OUT)]
            alpha = None if image.alpha is None else enlarge(image.alpha, replace(step, sharpen=0.0))
            larger = replace(image, pixels=enlarge(image.pixels, step), alpha=alpha)
            return larger, [StepReport(step.name, step.title, f"{factor} times in each direction")]
    return image, []
