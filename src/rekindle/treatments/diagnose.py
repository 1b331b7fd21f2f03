"""Says from measured numbers what is wrong with a photo: pure rules, several can hold at once."""

import math
from dataclasses import dataclass, replace

from rekindle.imaging.measures import Measures
from rekindle.treatments.degradations import Degradation

_SURE_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """One degradation: how sure it is and how bad, both 0..1, and why in one sentence."""

    degradation: Degradation
    confidence: float
    severity: float
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a plan has to know beyond the names of the damage: units as in `Measures`."""

    noise: float = 0.0
    softness: float = 0.0
    motion_length: float = 0.0
    motion_direction: float = 0.0
    monochrome: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found, worst first; exactly one finding of kind NONE when nothing was."""

    findings: tuple[Finding, ...]
    facts: Facts = Facts()

    @property
    def main(self) -> Finding:
        """The finding that matters most."""
        return self.findings[0]

    @property
    def needs_work(self) -> bool:
        """Whether anything is wrong at all."""
        return self.main.degradation != Degradation.NONE

    def find(self, degradation: Degradation) -> Finding | None:
        """The finding of a kind, if there is one."""
        return next((finding for finding in self.findings if finding.degradation == degradation), None)


NOTHING_FOUND = Diagnosis((Finding(Degradation.NONE, 1.0, 0.0, "Nothing that needs mending was measured."),))


def diagnose(measures: Measures) -> Diagnosis:
    """Every degradation that is more likely than not."""
    checks = (_damage, _low_quality, _fading, _motion, _reflections)
    facts = _facts(measures)
    found = [finding for finding in (check(measures) for check in checks) if finding.confidence >= _SURE_ENOUGH]
    if not found:
        return replace(NOTHING_FOUND, facts=facts)
    found.sort(key=lambda finding: -finding.confidence * (0.25 + finding.severity))
    return Diagnosis(tuple(found), facts)


def _facts(m: Measures) -> Facts:
    return Facts(
        noise=m.noise_sigma,
        softness=m.softness,
        motion_length=m.motion_length,
        motion_direction=m.motion_direction,
        monochrome=m.monochrome,
    )


def _ramp(value: float, start: float, end: float) -> float:
    """0 up to `start`, 1 from `end` on, straight between; the middle is where a measure tips the scale."""
    return min(1.0, max(0.0, (value - start) / (end - start)))


def _low_quality(m: Measures) -> Finding:
    noise, blocks = m.noise_sigma / 0.0125, m.blockiness / 0.003
    both = math.hypot(noise, blocks)
    seen = "Grain lies over the whole picture" if noise >= blocks else "The squares of strong compression are visible"
    level = f"(noise {m.noise_sigma:.1%} of the range, blocks {m.blockiness:.1%})"
    return Finding(Degradation.LOW_QUALITY, _ramp(both, 0.75, 1.75), _ramp(both, 0.75, 5.0), f"{seen} {level}.")


def _fading(m: Measures) -> Finding:
    black, white = min(m.black_point), max(m.white_point)
    span = white - black
    confidence = min(_ramp(0.92 - span, 0.0, 0.28), _ramp(black, 0.03, 0.1))
    seen = f"Blacks have turned grey and the tones fill only {max(span, 0.0):.0%} of the range."
    return Finding(Degradation.FADING, confidence, _ramp(0.9 - span, 0.0, 0.5), seen)


def _motion(m: Measures) -> Finding:
    confidence = min(_ramp(m.motion_evidence, 0.02, 0.048), _ramp(m.softness, 0.3, 0.5))
    seen = f"Detail is smeared over about {m.motion_length:.0f} pixels in one direction."
    return Finding(Degradation.MOTION_BLUR, confidence, _ramp(m.motion_length, 2.0, 16.0), seen)


def _damage(m: Measures) -> Finding:
    return Finding(
        Degradation.PHYSICAL_DAMAGE,
        _ramp(m.scratch_coverage, 0.0, 0.002),
        _ramp(m.scratch_coverage, 0.0, 0.03),
        f"Marks that do not belong to the scene cover {m.scratch_coverage:.1%} of the picture.",
    )


def _reflections(m: Measures) -> Finding:
    return Finding(
        Degradation.REFLECTIONS,
        0.6 * _ramp(m.highlight_coverage, 0.005, 0.02),
        _ramp(m.highlight_coverage, 0.0, 0.1),
        f"Glowing white spots cover {m.highlight_coverage:.1%} of the picture.",
    )
