"""Plain words as grades: moods, and what people ask for in a sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rekindle.imaging.making.grading import Grade

FILMIC = Grade(contrast=0.32, colour=0.08, warmth=0.08, shadows=(-0.012, -0.03), lights=(0.012, 0.03), shade=0.12,
               lift=0.02)  # fmt: skip
"""What pictures get that are to have style without an example: deep greenish blue in the shadows, warm lights."""

MOODS: Mapping[str, Grade] = {
    "warm": Grade(contrast=0.1, colour=0.12, warmth=0.55, lights=(0.006, 0.02)),
    "cool": Grade(contrast=0.12, colour=-0.08, warmth=-0.55, shadows=(-0.012, -0.03)),
    "golden": Grade(exposure=0.1, contrast=0.08, colour=0.2, warmth=0.8, shadows=(0.012, 0.0), lights=(0.018, 0.05),
                    shade=0.1),
    "dramatic": Grade(exposure=-0.15, contrast=0.75, colour=-0.18, shadows=(-0.012, -0.025), lights=(0.006, 0.015),
                      shade=0.38),
    "dreamy": Grade(exposure=0.2, contrast=-0.3, colour=-0.05, warmth=0.2, lights=(0.015, 0.01), lift=0.06),
    "faded": Grade(contrast=-0.25, colour=-0.3, warmth=0.25, shadows=(0.0, -0.02), lift=0.09),
}  # fmt: skip
_MOOD_WORDS: Mapping[str, str] = {
    "warm": r"warm\w*|cosy|cozy|autumn\w*",
    "cool": r"cool\w*|cold\w*|wint\w+|icy|blue\w*",
    "golden": r"gold\w*|sunset|sunrise|evening|glow\w*",
    "dramatic": r"drama\w*|dark\w*|moody|gloom\w*|stormy|intense",
    "dreamy": r"dream\w*|soft\w*|romantic|gentle|hazy",
    "faded": r"faded?|vintage|retro|nostalgi\w*|old\w*",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was understood of a sentence: a grade, how much sharper (below 0: softer), and the words."""

    grade: Grade
    sharpness: float
    words: tuple[str, ...]


_WISHES: Mapping[str, tuple[str, Grade, float]] = {
    "brighter": (r"(?:bright|light)(?:er|en\w*)|more light|too dark", Grade(exposure=0.45), 0),
    "darker": (r"dark(?:er|en\w*)|less light|too (?:bright|light)", Grade(exposure=-0.45), 0),
    "warmer": (r"warm(?:er|th)?|too (?:cold|cool|blue)|golden|sunny", Grade(warmth=0.5), 0),
    "cooler": (r"cool(?:er)?|cold(?:er)?|too (?:warm|yellow|orange)", Grade(warmth=-0.5), 0),
    "sharper": (r"sharp(?:er|en\w*|ness)?|crisp(?:er)?|too (?:soft|blurry)|clearer", Grade(), 1),
    "softer": (r"soft(?:er|en\w*)|smooth(?:er)?|too sharp|dreamy", Grade(), -1),
    "less colour": (
        r"(?:less|fewer|lower|reduce\w*) (?:the )?(?:colou?rs?|saturat\w+)|desaturate\w*|muted?|pale|too vivid",
        Grade(colour=-0.45), 0,
    ),
    "more colour": (
        r"more (?:vivid )?(?:colou?rs?|saturat\w+)|vivid|vibrant|(?:more )?colou?rful|(?<!de)saturated|richer",
        Grade(colour=0.45), 0,
    ),
    "less contrast": (r"(?:less|lower|reduce\w*) (?:the )?contrast|flatter|too harsh", Grade(contrast=-0.35), 0),
    "more contrast": (r"(?:more|higher|increase\w*) (?:the )?contrast|contrasty|punch\w*|too flat|(?<!less )contrast$",
                      Grade(contrast=0.4), 0),
    "black and white": (r"black (?:and|&) white|monochrome|gr[ae]yscale|b&w", Grade(colour=-1.0, contrast=0.15), 0),
}  # fmt: skip
_NOT = r"(?:\bnot|\bno|\bwithout|\bdon'?t|\bnever|n't)\s+(?:\w+\s+){0,2}$"
"""Words before a wish that turn it round; then it is left alone rather than guessed at."""


def mood_of(prompt: str) -> str:
    """The mood that a sentence asks for; warm where it names none."""
    text = prompt.lower()
    found = {
        name: match.start() for name, words in _MOOD_WORDS.items() if (match := re.search(rf"\b(?:{words})\b", text))
    }
    return min(found, key=lambda name: found[name]) if found else "warm"


def understood(prompt: str) -> Asked:
    """The few plain words of a sentence that mean a grade. No words: nothing was understood."""
    text = " ".join(prompt.lower().split())
    grade, sharpness, words = Grade(), 0.0, list[str]()
    for name, (pattern, part, sharper) in _WISHES.items():
        match = re.search(rf"\b(?:{pattern})", text)
        if match is None or re.search(_NOT, text[: match.start()]):
            continue
        grade, sharpness = grade.plus(part, _how_much(text, match.start())), sharpness + sharper
        words.append(name)
    return Asked(grade, sharpness, tuple(words))


def _how_much(text: str, start: int) -> float:
    """Half of it for "a little brighter", half as much again for "much brighter"."""
    before = text[max(0, start - 18) : start]
    if re.search(r"\b(?:little|bit|slightly|somewhat|touch)\b[\w\s]*$", before):
        return 0.5
    return 1.5 if re.search(r"\b(?:much|very|lot|far|really)\b[\w\s]*$", before) else 1.0
