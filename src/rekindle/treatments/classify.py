"""What a model says is wrong with a photo, read from whatever it answers, and held against what was measured."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import Diagnosis, Finding

UNAVAILABLE = "Classification unavailable, using standard restoration"
LONGEST = 300
"""Characters of the reason that are kept."""

BELIEVED, SLIGHT = 0.5, 0.25
"""How sure and how bad something is that only the model has seen."""

_SEEN_BETTER = frozenset({Degradation.REFLECTIONS, Degradation.PHYSICAL_DAMAGE})
"""What eyes tell better than numbers; noise, blur and tones are measured, and the model is not believed alone."""

_LETTER = re.compile(r"\W*(?:(?:category|class|answer)\W+)?([A-F])(?=\W*$|\s*[^\w\s]|\s*\n|\s+(?-i:[A-Z]))", re.I)
_FIELD = r'"%s"\s*:\s*"((?:[^"\\]|\\.)*)'
_FENCE = re.compile(r"^\s*```[a-z]*\s*|\s*```\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Classified:
    """One kind of damage and why. `certain` is False when the answer could not be read."""

    category: Degradation
    details: str
    certain: bool = True


FAILED = Classified(Degradation.LOW_QUALITY, UNAVAILABLE, certain=False)


def classified(answer: object) -> Classified:
    """What an answer says: JSON, JSON in fences, JSON that was cut off, or a letter and a sentence.

    Never fails: what cannot be read is low quality, with `UNAVAILABLE` for a reason.
    """
    if isinstance(answer, str):
        answer = _read(answer)
    if not isinstance(answer, Mapping):
        return FAILED
    fields = cast("Mapping[str, Any]", answer)
    letter = _letter(fields.get("category"))
    if letter is None:
        return FAILED
    details = fields.get("details")
    return Classified(letter, _one_line(details) if isinstance(details, str) else "")


def agree(measured: Diagnosis, told: Classified) -> Diagnosis:
    """What was measured, put right by what a model has seen. The measured stays what counts.

    A kind that was measured, too, comes first. Reflections and physical damage that only the model has seen come last
    and count for little. Whatever else it says changes nothing, nor does an answer that could not be read.
    """
    if not told.certain or told.category is Degradation.NONE:
        return measured
    if (known := measured.find(told.category)) is not None:
        surer = replace(known, confidence=(1.0 + known.confidence) / 2)
        others = tuple(finding for finding in measured.findings if finding is not known)
        return replace(measured, findings=(surer, *others))
    if told.category not in _SEEN_BETTER:
        return measured
    seen = Finding(told.category, BELIEVED, SLIGHT, told.details or "A model that looked at the picture says so.")
    return replace(measured, findings=(*(measured.findings if measured.needs_work else ()), seen))


def _read(text: str) -> object:
    plain = _FENCE.sub("", text).strip()
    try:
        return json.loads(plain)
    except (ValueError, RecursionError):
        pass
    category, details = (re.search(_FIELD % name, plain) for name in ("category", "details"))
    if category is not None:
        return {"category": category[1], "details": "" if details is None else details[1]}
    if plain.startswith(("{", "[")) or (letter := _LETTER.match(plain)) is None:
        return None
    return {"category": letter[1], "details": plain[letter.end() :].lstrip(" \t\n*.:)-–—")}


def _letter(value: object) -> Degradation | None:
    """The letter in `A`, `**A**`, `A.`, `Category A`."""
    if not isinstance(value, str) or (found := _LETTER.match(value[:40])) is None:
        return None
    return Degradation(found[1].upper())


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:LONGEST]
