"""Do no harm: checks that need no original, and the choice between the input, a careful and a strong restoration.

The checks compare windows of a candidate with the same windows of the input. Where tone was changed on purpose, the
input is first brought to the tone of the candidate by a straight line per channel, so that only structure is compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import cv2
import numpy as np

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.planes import Mask, Plane, box, luma, to_planes

Choice = Literal["input", "careful", "strong"]

_INPUT: Choice = "input"
_KEPT = 0.80
"""Mean correlation of structured blocks below which detail counts as lost."""
_KEPT_DEBLURRED, _HALO_DEBLURRED = 0.6, 0.25
"""The same limits where motion blur was undone."""
_FLATTER = -0.18
"""Change of contrast (natural logarithm) below which a picture counts as washed out: grain holds less of it than
that.
"""
_HALO = 0.02
"""Share of pixels beyond their neighbourhood's range above which edges count as overdone."""
_EVEN = -0.02
"""Score above which a candidate is taken. Of 56 damaged photographs that nothing was trained on two scored between here
and 0, and both were improved, by 0.3 and 1.0 dB.
"""
_CLIPPED = 0.06
"""Share of pixels newly at the end of the range above which tones count as cut off."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What was found about one candidate: `structure` -1..1 (1 = all kept), `halo` and `clipped` as shares of the
    pixels, `cleaner` the change of fine grain in flat places, `range` that of contrast and `sharper` that of the
    steps between neighbours, all three as natural logarithms; `deblurred`: the candidate had motion blur undone.
    """

    structure: float
    halo: float
    clipped: float
    cleaner: float
    range: float
    sharper: float = 0.0
    deblurred: bool = False

    @property
    def harm(self) -> str | None:
        """Why this candidate must not be used, in plain words, or None."""
        if self.structure < (_KEPT_DEBLURRED if self.deblurred else _KEPT):
            return "it would have lost fine detail"
        if self.range < _FLATTER:
            return "it would have washed out the picture"
        if self.halo > (_HALO_DEBLURRED if self.deblurred else _HALO):
            return "it would have drawn halos around edges"
        if self.clipped > _CLIPPED:
            return "it would have cut off light or dark tones"
        return None

    @property
    def score(self) -> float:
        """Higher is better; the input itself has 0."""
        if self.deblurred:
            return self.sharper + self.range - (1 - self.structure) - 2 * self.clipped
        better = 0.5 * self.cleaner + 0.5 * max(self.sharper, 0) + self.range
        return better - (1 - self.structure) - 5 * self.halo - 2 * self.clipped


@dataclass(frozen=True, slots=True)
class Decision:
    """What was chosen, why in plain words, and the score of each candidate."""

    chosen: Choice
    reason: str
    scores: Mapping[str, float]


def check(before: Sequence[Samples], after: Sequence[Samples], *, deblurred: bool = False) -> Checks:
    """Compare matching windows (height, width, 3) of the input and of a candidate.

    `deblurred` says that motion blur was undone: edges then go beyond what their smeared neighbourhood held, as they
    should.
    """
    rows = np.array([_window(to_planes(a), to_planes(b)) for a, b in zip(before, after, strict=True)])
    structure, halo, clipped, cleaner, spread, sharper = (float(v) for v in rows.mean(axis=0))
    return Checks(structure, halo, clipped, cleaner, spread, sharper, deblurred)


def decide(candidates: Mapping[Choice, Checks]) -> Decision:
    """The best candidate that does no harm, or the input. An empty mapping means that there was nothing to do."""
    scores: dict[str, float] = {"input": 0.0, **{name: round(checks.score, 4) for name, checks in candidates.items()}}
    refused: dict[Choice, str] = {name: checks.harm for name, checks in candidates.items() if checks.harm}
    allowed: dict[Choice, float] = {
        name: checks.score for name, checks in candidates.items() if not checks.harm and checks.score > _EVEN
    }
    best = max(allowed, key=lambda name: allowed[name]) if allowed else _INPUT
    if best == "input":
        why = "; ".join(f"the {name} version was not used because {harm}" for name, harm in refused.items())
        nothing = "no version was better than the photo as it is" if candidates else "nothing needed mending"
        return Decision("input", _sentence(why or nothing), scores)
    why = f"the {best} version had the best balance of repair and kept detail"
    others = "; ".join(f"the {name} one was not used because {harm}" for name, harm in refused.items())
    return Decision(best, _sentence(f"{why}; {others}" if others else why), scores)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _window(before: Planes, after: Planes) -> tuple[float, ...]:
    aligned = _same_tone(before, after)
    old, new = luma(aligned), luma(after)
    cut_off: Mask = ((after <= 0) | (after >= 1)) & (before > 0.004) & (before < 0.996)
    return (
        _structure(old, new),
        _halo(old, new),
        float(np.count_nonzero(np.max(cut_off, axis=2)) / cut_off[..., 0].size),
        float(np.log((_grain(old) + 1e-3) / (_grain(new) + 1e-3))),
        float(np.log((after.std() + 1e-2) / (before.std() + 1e-2))),
        float(np.log((_slope(new) + 1e-3) / (_slope(old) + 1e-3))),
    )


def _same_tone(before: Planes, after: Planes) -> Planes:
    """The input with each channel's mean and spread changed to those of the candidate."""
    result = np.empty_like(before)
    for channel in range(3):
        old, new = before[..., channel], after[..., channel]
        middle_old, middle_new = float(np.mean(old)), float(np.mean(new))
        gain = float(np.mean((old - middle_old) * (new - middle_new))) / (float(np.var(old)) + 1e-6)
        result[..., channel] = (old - middle_old) * max(gain, 0.0) + middle_new
    return result


def _structure(old: Plane, new: Plane) -> float:
    """Mean correlation over the neighbourhoods of 9 pixels that hold more than grain, with the grain allowed to go.

    Grain is what was taken out of the flattest quarter; where the same was taken out of structure nothing is lost.
    """
    spread_old, spread_new, taken = _variance(old), _variance(new), _variance(old - new)
    both = (spread_old + spread_new - taken) / 2
    flat = spread_new <= np.percentile(spread_new, 25)
    grain = float(taken[flat].mean())
    signal = spread_old - grain
    structured = signal > max(0.02**2, 0.5 * grain)
    if np.count_nonzero(structured) < 50:
        return 1.0
    correlation = both[structured] / np.sqrt(np.maximum(signal * spread_new, 1e-10)[structured])
    return float(np.mean(np.minimum(correlation, 1)))


def _variance(plane: Plane) -> Plane:
    return np.maximum(box(plane * plane, 9) - box(plane, 9) ** 2, 0)


def _slope(grey: Plane) -> float:
    """Mean step between neighbours, both ways."""
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())


def _halo(old: Plane, new: Plane) -> float:
    kernel = np.ones((5, 5), np.uint8)
    slack = 0.04 + 2 * _grain(old)
    low, high = cast("np.ndarray", cv2.erode(old, kernel)), cast("np.ndarray", cv2.dilate(old, kernel))
    return float(np.mean((new < low - slack) | (new > high + slack)))


def _grain(grey: Plane) -> float:
    """Noise level by the median of the diagonal detail (Donoho and Johnstone 1994, with the mask of Immerkaer 1996)."""
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    return float(np.median(np.abs(cast("np.ndarray", cv2.filter2D(grey, -1, mask)))) / 0.6745 / 6)
