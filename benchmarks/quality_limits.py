"""What the engine must reach on photographs that no training saw, or the benchmark fails."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.damage import Kind
from benchmarks.methods import METHODS, OURS
from benchmarks.quality_table import Summary

GAIN = {
    Kind.LOW_QUALITY: 1.2,
    Kind.MOTION_BLUR: 0.3,
    Kind.FADING: 3.5,
    Kind.SCRATCHES: 6.0,
    Kind.SCRATCHES_AND_LOW_QUALITY: 4.0,
}
"""Least mean gain of PSNR over the input, in dB."""

OVER_CLASSICAL = 0.9
"""Least lead in dB, in class A, over the best filter of OpenCV and scikit-image that was run. The sliding DCT, which
was this engine's own denoiser before the network, has a row of its own in the table and is not one of them.
"""

MASK = 0.55
"""Least mean IoU of the mask of scratches with the true one, in class E."""

UNCHANGED = 45.0
"""Least PSNR in dB that an undamaged photo keeps."""

HARM = -0.1
"""The most, in dB, by which any single photo may come out worse than it went in."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Something measured and the least that it may be."""

    name: str
    value: float
    least: float

    @property
    def kept(self) -> bool:
        """Whether it is reached."""
        return self.value >= self.least


def limits(summaries: Sequence[Summary], undamaged: Sequence[float]) -> list[Limit]:
    """All limits that apply to what was run. `undamaged` holds the PSNR of photos that had nothing wrong."""
    ours = {each.kind: each for each in summaries if each.method == OURS}
    found = [Limit(f"{kind}: mean gain, dB", each.gain, GAIN[kind]) for kind, each in ours.items()]
    names = {method.name for method in METHODS if method.peer}
    peers = [each for each in summaries if each.kind == Kind.LOW_QUALITY and each.method in names]
    if peers and Kind.LOW_QUALITY in ours:
        best = max(peers, key=lambda each: each.gain)
        lead = ours[Kind.LOW_QUALITY].gain - best.gain
        found.append(Limit(f"A: lead over {best.method}, dB", lead, OVER_CLASSICAL))
    if Kind.SCRATCHES in ours:
        mask = ours[Kind.SCRATCHES].mask
        found.append(Limit("E: IoU of the mask", mask.iou if mask else 0.0, MASK))
    found += [Limit(f"{kind}: worst photo ({each.worst_photo}), dB", each.worst, HARM) for kind, each in ours.items()]
    if undamaged:
        found.append(Limit("undamaged: least PSNR, dB", min(undamaged), UNCHANGED))
    return found


def told(found: Sequence[Limit]) -> str:
    """A table in Markdown."""
    lines = [
        f"| {limit.name} | {limit.value:.2f} | {limit.least:.2f} | {'yes' if limit.kept else '**no**'} |"
        for limit in found
    ]
    return "\n".join(["| limit | measured | at least | kept |", "| --- | ---: | ---: | --- |", *lines])
