"""Restores a picture: tries the steps on samples of it, keeps what does no harm, and runs that over the whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rekindle.imaging.gate import Checks, Choice, Decision, check, decide
from rekindle.imaging.image import Image, Samples
from rekindle.imaging.measures import Measures, measure
from rekindle.imaging.pipeline import Progress, Tools, margin_of, prepare, run, run_tile
from rekindle.imaging.planes import Mask, Tile, windows
from rekindle.imaging.steps.catalogue import Step
from rekindle.imaging.steps.deblur import Deblur
from rekindle.imaging.steps.enlarge import Enlarge, allowed_factor, enlarge
from rekindle.imaging.steps.filter import Filter
from rekindle.imaging.steps.repair import Repair, repair
from rekindle.imaging.strength import Strength
from rekindle.imaging.working import load_working, save_working

_PROBES = 12
_PROBE_SIDE = 256


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one step did, for people."""

    name: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A result. When `chosen` is "input" and no enlargement was asked for, `image` is the very input."""

    image: Image
    chosen: Choice
    reason: str
    steps_done: tuple[StepReport, ...]
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """`Restored` without its pixels: plain values, JSON by `dataclasses.asdict`."""

    chosen: Choice
    reason: str
    steps_done: tuple[StepReport, ...]
    scores: Mapping[str, float]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: Choice
    steps: tuple[Step, ...]
    filters: list[Filter]


def silent(_: str, __: float) -> None:
    """A progress that nobody listens to."""


def restore(
    image: Image,
    steps: Sequence[Step],
    *,
    strength: Strength = Strength.AUTO,
    progress: Progress = silent,
    tools: Tools | None = None,
) -> Restored:
    """Apply `steps` in their order as far as they do no harm. The dtype, colour space and greyness of the picture stay.

    `progress` is called with a stage name and the share of the whole that is done, 0..1, never falling.
    """
    tools = tools or Tools()
    progress("repairing", 0.02)
    repaired, mask, reports = _mend_damage(image.pixels, steps, tools)
    progress("checking", 0.15)
    decision, chosen = _choose(repaired, steps, Strength(strength), tools)
    if chosen is None and mask is not None and mask.any():
        decision = replace(
            decision, chosen="careful", reason="Only the damaged places were filled; the rest is as it was."
        )
    progress("mending", 0.25)
    filters = chosen.filters if chosen else []
    pixels = run(repaired, filters, _part(progress, 0.25, 0.9))
    if chosen:
        reports += [StepReport(s.name, s.title, f"{chosen.name} setting") for s in chosen.steps if _is_filter(s)]
    result = replace(image, pixels=pixels)
    if image.grey and filters:
        result = replace(result, pixels=_one_channel(pixels))
    result, enlarged = _enlarged(result, steps)
    progress("mending", 1.0)
    return Restored(result, decision.chosen, decision.reason, tuple(reports + enlarged), decision.scores)


def restore_file(
    source: Path,
    target: Path,
    steps: Sequence[Step],
    strength: Strength = Strength.AUTO,
    progress: Progress = silent,
) -> RestoreReport:
    """`restore` from one working file to another; for a child process."""
    restored = restore(load_working(source), steps, strength=strength, progress=progress)
    save_working(restored.image, target)
    return RestoreReport(
        chosen=restored.chosen,
        reason=restored.reason,
        steps_done=restored.steps_done,
        scores=dict(restored.scores),
        width=restored.image.width,
        height=restored.image.height,
    )


def measure_file(source: Path) -> Measures:
    """`measure` of a working file; for a child process."""
    return measure(load_working(source))


def _is_filter(step: Step) -> bool:
    return not isinstance(step, Repair | Enlarge)


def _mend_damage(pixels: Samples, steps: Sequence[Step], tools: Tools) -> tuple[Samples, Mask | None, list[StepReport]]:
    for step in steps:
        if isinstance(step, Repair):
            filled, mask = repair(pixels, step, tools.find_damage)
            share = float(np.mean(mask))
            reports = [StepReport(step.name, step.title, f"{share:.1%} of the picture was filled")] if share else []
            return filled, mask, reports
    return pixels, None, []


def _choose(
    pixels: Samples, steps: Sequence[Step], strength: Strength, tools: Tools
) -> tuple[Decision, _Candidate | None]:
    """Try the filters on a few windows and let the gate decide."""
    wanted = tuple(step for step in steps if _is_filter(step))
    if not wanted:
        return decide({}), None
    variants: dict[Choice, tuple[Step, ...]] = {}
    if strength != Strength.STRONG:
        variants["careful"] = tuple(step.softened() for step in wanted)
    if strength != Strength.CAREFUL:
        variants["strong"] = wanted
    candidates = [_Candidate(name, chosen, prepare(pixels, chosen, tools)) for name, chosen in variants.items()]
    decision = decide({candidate.name: _probe(pixels, candidate) for candidate in candidates})
    return decision, next((c for c in candidates if c.name == decision.chosen), None)


def _probe(pixels: Samples, candidate: _Candidate) -> Checks:
    filters = candidate.filters
    margin = margin_of(filters)
    height, width = pixels.shape[:2]
    before: list[Samples] = []
    after: list[Samples] = []
    for rows, columns in windows(height, width, side=_PROBE_SIDE, most=_PROBES):
        tile = _aligned(rows, columns, margin, (height, width))
        before.append(pixels[tile.target])
        after.append(run_tile(pixels, tile, filters))
    return check(before, after, deblurred=any(isinstance(step, Deblur) for step in candidate.steps))


def _aligned(rows: slice, columns: slice, margin: int, shape: tuple[int, int]) -> Tile:
    """The tile of a window, begun at a multiple of 8, so that a trial gives the pixels that the full run will give."""
    outer: list[slice] = []
    inner: list[slice] = []
    target: list[slice] = []
    for window, size in ((rows, shape[0]), (columns, shape[1])):
        start = window.start // 8 * 8
        first = max(0, start - margin)
        outer.append(slice(first, min(size, window.stop + margin)))
        inner.append(slice(start - first, window.stop - first))
        target.append(slice(start, window.stop))
    return Tile((outer[0], outer[1]), (inner[0], inner[1]), (target[0], target[1]))


def _part(progress: Progress, start: float, end: float) -> Callable[[str, float], None]:
    return lambda stage, fraction: progress(stage, start + (end - start) * fraction)


def _one_channel(pixels: Samples) -> Samples:
    """A grey picture stays grey: the green channel in all three, in place."""
    pixels[..., 0] = pixels[..., 1]
    pixels[..., 2] = pixels[..., 1]
    return pixels


def _enlarged(image: Image, steps: Sequence[Step]) -> tuple[Image, list[StepReport]]:
    for step in steps:
        if isinstance(step, Enlarge):
            factor = allowed_factor(image.height, image.width, step.factor)
            if factor == 1:
                return image, [StepReport(step.name, step.title, "left out: the result would be too large")]
            alpha = None if image.alpha is None else enlarge(image.alpha, replace(step, sharpen=0.0))
            larger = replace(image, pixels=enlarge(image.pixels, step), alpha=alpha)
            return larger, [StepReport(step.name, step.title, f"{factor} times in each direction")]
    return image, []
