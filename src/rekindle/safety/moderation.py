"""Whether a picture may go to a provider elsewhere or come back from one: rules, and the protocol of what looks.

A checker is never sure. What happens when it finds something, or cannot look, is for the operator to say:

policy    it finds something           it fails
off       (nothing looks)              (nothing looks)
open      passes, and is flagged       passes
closed    refused, and is flagged      refused
review    waits for an operator        waits for an operator
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from rekindle.infra.workbench import Workbench


class Policy(StrEnum):
    OFF = "off"
    OPEN = "open"
    CLOSED = "closed"
    REVIEW = "review"


class Outcome(StrEnum):
    """What becomes of a picture. `flagged` ones are written down for an operator."""

    ALLOW = "allow"
    FLAG = "flag"
    REFUSE = "refuse"
    REFUSE_SILENTLY = "refuse_silently"
    HOLD = "hold"

    @property
    def flagged(self) -> bool:
        """Whether an operator is to see it."""
        return self in (Outcome.FLAG, Outcome.REFUSE, Outcome.HOLD)


class Moderator(Protocol):
    """Looks at pictures."""

    async def look(self, picture: Path) -> float:
        """How likely it is that a picture or film must not be passed on, 0..1. Raises RekindleError, TimeoutError."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy, and the likelihood (0..1) from which something counts as found."""

    policy: Policy = Policy.OFF
    threshold: float = 0.8

    def outcome(self, score: float | None) -> Outcome:
        """What becomes of a picture with this score; None: the checker failed."""
        found = score is not None and score >= self.threshold
        if self.policy is Policy.OFF or (score is not None and not found):
            return Outcome.ALLOW
        if self.policy is Policy.REVIEW:
            return Outcome.HOLD
        if self.policy is Policy.OPEN:
            return Outcome.FLAG if found else Outcome.ALLOW
        return Outcome.REFUSE if found else Outcome.REFUSE_SILENTLY


EMBEDDED = "rekindle.safety.opennsfw"
"""The module of the embedded checker: its packages are an extra, so it is imported where it runs."""


class ChildModerator(Moderator):
    """Looks in a child process, where what is made to hurt does no harm."""

    def __init__(self, bench: Workbench, *, seconds: float, module: str = EMBEDDED) -> None:
        """`module` has a function `score` from a path to 0..1; `seconds` is the most that one look may take."""
        self._bench = bench
        self._seconds = seconds
        self._module = module

    async def look(self, picture: Path) -> float:
        """The score of a picture, or the highest of some pictures of a film."""
        return await self._bench.run(score_with, self._module, picture, seconds=self._seconds)


def score_with(module: str, picture: Path) -> float:
    """The score that a module gives, for a child process."""
    score = cast("Callable[[Path], float]", import_module(module).score)
    return score(picture)
