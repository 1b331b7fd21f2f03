"""What people may write: cleaned of what is no text, no longer than allowed, and not asking for what is refused.

The list of what is refused is a file of plain words with its own explanation (`texts/refused.txt`).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import ClassVar

from rekindle.errors import Invalid

USUAL_LENGTH = 500
MARKS = "marks"
"""The topic of watermarks, which is refused unless a setting says otherwise."""


class PromptTooLong(Invalid):
    code: ClassVar[str] = "prompt_too_long"
    title: ClassVar[str] = "The text is too long"


class PromptRefused(Invalid):
    code: ClassVar[str] = "prompt_refused"
    title: ClassVar[str] = "This is not done here"


class Judging(StrEnum):
    """Whether the list of what is refused is applied."""

    REFUSE = "refuse"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that is refused, and what asks for it: each pattern is a number of parts that must all be found."""

    name: str
    told: str
    patterns: tuple[tuple[re.Pattern[str], ...], ...]

    def asked_for(self, plain: str) -> bool:
        """Whether a folded text asks for it."""
        return any(all(part.search(plain) for part in parts) for parts in self.patterns)


@dataclass(frozen=True, slots=True)
class PromptRules:
    """`length` is the most characters; `watermarks` allows to ask for the removal of watermarks, which its operator
    answers for. That of minors is refused whatever `judging` says.
    """

    length: int = USUAL_LENGTH
    judging: Judging = Judging.REFUSE
    watermarks: bool = False

    def checked(self, text: str) -> str:
        """The text, cleaned. Raises PromptTooLong, PromptRefused."""
        # What is far too long is not even cleaned, which takes as many turns as things are nested in it.
        wish = cleaned(text) if len(text) <= _SLACK * self.length else text
        if len(wish) > self.length:
            raise PromptTooLong(f"This text has {len(wish)} characters. Say it in {self.length} or fewer.")
        self.judge(wish)
        return wish

    def judge(self, text: str) -> None:
        """Raise PromptRefused for a text that asks for what is refused."""
        plain = _folded(text)
        for topic in topics():
            if self._applies(topic) and topic.asked_for(plain):
                raise PromptRefused(f"This asks for {topic.told}, which is not done here. {FREE}")

    def _applies(self, topic: Topic) -> bool:
        if topic.name == "minors":
            return True
        return self.judging is Judging.REFUSE and not (topic.name == MARKS and self.watermarks)


FREE = "Describe something else; nothing was sent and nothing was charged."

_SLACK = 4
"""How much longer than allowed a text may come, as cleaning makes it shorter."""

_MARKUP = re.compile(r"[<>]|javascript\s*:|\bon[a-z]{3,20}\s*=", re.I)
_KEPT = {"\u200c", "\u200d"}
"""Joiners, without which some scripts and signs fall apart."""
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that are no text: control characters, overrides of direction, halves of pairs, unassigned."""


def cleaned(text: str) -> str:
    """One line without control characters, overrides of direction, angle brackets, `javascript:` and `on…=`."""
    known = "".join(_kept(sign) for sign in text)
    # Taking a word out can bring a new one together (`javajavascript:script:`): again, until nothing is left.
    while (less := _MARKUP.sub(" ", known)) != known:
        known = less
    return " ".join(known.split())


def _kept(sign: str) -> str:
    if sign.isspace():
        return " "
    return "" if unicodedata.category(sign) in _HIDDEN and sign not in _KEPT else sign


@cache
def topics() -> Sequence[Topic]:
    """Everything that is refused, in the order of the file, which is read once."""
    lines = resources.files("rekindle.safety").joinpath("texts", "refused.txt").read_text("utf-8").splitlines()
    found: dict[str, tuple[str, list[tuple[re.Pattern[str], ...]]]] = {}
    patterns: list[tuple[re.Pattern[str], ...]] = []
    for line in (each.strip() for each in lines[1:]):
        if line.startswith("["):
            name, _, told = line[1:].partition("]")
            patterns = []
            found[name] = (told.strip(), patterns)
        elif line and not line.startswith("#"):
            patterns.append(tuple(_pattern(part) for part in line.split(" + ")))
    return tuple(Topic(name, told, tuple(listed)) for name, (told, listed) in found.items())


_SMALL = r"(?:(?:her|his|their|its|my|our|your|the|a|all|any|every|each|of|off|from|this|that|both)\s+)*"
_SPECIAL: Mapping[str, str] = {"~": _SMALL, "...": r"(?:[\w'-]+\s+){0,6}?"}


def _pattern(words: str) -> re.Pattern[str]:
    """The regular expression of words with `~`, `...` and `*`."""
    made, gap = r"\b", ""
    for position, word in enumerate(words.split()):
        if word in _SPECIAL:
            gap = _SPECIAL[word]
            continue
        ending = r"\w*" if word.endswith("*") else ""
        made += (r"\s+" if position else "") + gap + re.escape(word.rstrip("*")) + ending + r"\b"
        gap = ""
    return re.compile(made)


def _folded(text: str) -> str:
    """Small letters without accents; what looks the same is the same (NFKC)."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(_kept(sign) for sign in apart if not unicodedata.combining(sign) and sign not in _KEPT)
