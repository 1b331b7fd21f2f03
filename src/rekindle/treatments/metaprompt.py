"""How a text model is asked to put a wish into better words, and which of its answers are good enough to be sent."""

import re
from dataclasses import replace

from rekindle.treatments.diagnose import Diagnosis
from rekindle.treatments.operations import Operation
from rekindle.treatments.prompts import Prompt, prompt_for, sentence
from rekindle.treatments.texts import text
from rekindle.treatments.wishes import Wishes

SHORTEST, LONGEST = 20, 2000
"""Characters of an answer that is used."""

LINE = "====="
_WRAPPING = "\"'`“”„«» \t\n"
_LABEL = re.compile(r"^\W*(?:here is|here's|sure|certainly|prompt)\b[^.\n]{0,60}:[*\s]*", re.I)
_FENCE = re.compile(r"^\s*```[a-z]*\s*|\s*```\s*$", re.I)
_NOT_FOR_MODELS = re.compile(r"https?://|www\.|<[a-z/!]|\{\{|i (?:cannot|can't|am unable)|as an ai", re.I)


def request_for(operation: Operation, diagnosis: Diagnosis, wishes: Wishes) -> str:
    """What a text model is asked: the rules, what was found, the words that would be sent by rule, and the wish."""
    found = "; ".join(f"{each.degradation.title}: {each.reason}" for each in diagnosis.findings)
    without = prompt_for(operation, diagnosis, replace(wishes, prompt="")).text
    wish = wishes.prompt.replace(LINE, "") or "none"
    return "\n".join((
        text("rewrite").words,
        f"Operation: {operation.value.replace('_', ' ')}.",
        f"Found: {found}",
        f"The usual prompt: {without}",
        LINE, wish, LINE,
    ))  # fmt: skip


def rewritten(answer: str, operation: Operation, wishes: Wishes) -> Prompt | None:
    """The prompt in an answer; None for an empty one, a refusal, an essay, or one with addresses or markup in it.

    What the last picture is for, and what keeps a photo true, is said once more after it, whatever the model wrote.
    """
    plain = _LABEL.sub("", _FENCE.sub("", answer.strip())).strip(_WRAPPING)
    plain = " ".join(plain.split())
    if not SHORTEST <= len(plain) <= LONGEST or not plain.isprintable() or _NOT_FOR_MODELS.search(plain):
        return None
    further = [text("mood")] if wishes.moodboard else []
    if operation.mends:
        further.append(text("faithful"))
    return Prompt(
        " ".join([sentence(plain), *(each.words for each in further)]),
        "+".join([text("rewrite").version, *(each.version for each in further)]),
    )
