"""Tries a careful and a strong version on samples of a picture and lets the gate decide."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rekindle.imaging.faces import Face
from rekindle.imaging.gate import Checks, Choice, Decision, check, decide
from rekindle.imaging.image import Samples
from rekindle.imaging.nets.restorer import Seen
from rekindle.imaging.pipeline import THREADS, margin_of, prepare, run_tile
from rekindle.imaging.planes import windows, with_margin
from rekindle.imaging.steps.catalogue import Step
from rekindle.imaging.steps.deblur import Deblur
from rekindle.imaging.steps.filter import AnyFilter
from rekindle.imaging.strength import Strength

_PROBES = 12
_PROBE_SIDE = 256


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to restore a picture: what its steps are, and what became of them."""

    name: Choice
    steps: tuple[Step, ...]
    filters: list[AnyFilter]


def choose(
    pixels: Samples, steps: Sequence[Step], strength: Strength, seen: Seen | None, faces: Sequence[Face] = ()
) -> tuple[Decision, Candidate | None]:
    """The decision about the steps that work on tiles, and the candidate that was chosen, or None for the input."""
    if not steps:
        return decide({}), None
    variants: dict[Choice, tuple[Step, ...]] = {}
    if strength != Strength.STRONG:
        variants["careful"] = tuple(step.softened() for step in steps)
    if strength != Strength.CAREFUL:
        variants["strong"] = tuple(steps)

    def tried(name: Choice) -> tuple[Candidate, Checks]:
        candidate = Candidate(name, variants[name], prepare(pixels, variants[name], seen, faces))
        return candidate, _probe(pixels, candidate)

    with ThreadPoolExecutor(THREADS) as pool:
        candidates, checks = zip(*pool.map(tried, variants), strict=True)
    decision = decide({candidate.name: found for candidate, found in zip(candidates, checks, strict=True)})
    return decision, next((c for c in candidates if c.name == decision.chosen), None)


def _probe(pixels: Samples, candidate: Candidate) -> Checks:
    filters = candidate.filters
    margin = margin_of(filters)
    height, width = pixels.shape[:2]
    before: list[Samples] = []
    after: list[Samples] = []
    for rows, columns in windows(height, width, side=_PROBE_SIDE, most=_PROBES):
        # Begun at multiples of 8, so that a trial gives the pixels that the full run will give.
        area = tuple(slice(part.start // 8 * 8, part.stop) for part in (rows, columns))
        tile = with_margin((area[0], area[1]), margin, (height, width))
        before.append(pixels[tile.target])
        after.append(run_tile(pixels, tile, filters))
    return check(before, after, deblurred=any(isinstance(step, Deblur) for step in candidate.steps))
