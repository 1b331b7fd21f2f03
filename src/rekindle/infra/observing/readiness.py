"""Whether a process can serve: it asks each part that it stands on, in bounded time, and not more often than useful."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rekindle.infra.observing import metrics

log = logging.getLogger(__name__)

LONGEST_CAUSE = 500
"""Characters of an error that are written down."""


class State(StrEnum):
    """How a part is."""

    OK = "ok"
    DEGRADED = "degraded"
    """It works, worse than it should."""
    FAILING = "failing"


class Overall(StrEnum):
    """How the process is."""

    READY = "ready"
    DEGRADED = "degraded"
    """It serves; something that it could do without is missing."""
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Finding:
    """How a part is, and a sentence where that is not well. `essential`: without it nothing can be served."""

    state: State
    essential: bool
    detail: str | None = None
    cause: str | None = field(default=None, compare=False)
    """What was raised, for the log alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that the process stands on.

    `check` returns None when it is well and a sentence when it is degraded; it raises when it fails. What it raises is
    for the log alone.
    """

    name: str
    check: Callable[[], Awaitable[str | None]]
    essential: bool = False


class Readiness:
    """Asks the parts. An answer is good for `fresh` seconds, and everybody who asks meanwhile gets it."""

    def __init__(self, parts: Sequence[Part], *, seconds: float = 2.0, fresh: float = 1.0) -> None:
        """`seconds` is how long each part has to answer."""
        self._parts = parts
        self._seconds = seconds
        self._fresh = fresh
        self._asking = asyncio.Lock()
        self._found: Mapping[str, Finding] = {}
        self._old_at = 0.0

    async def look(self) -> Mapping[str, Finding]:
        """How each part is, by its name."""
        async with self._asking:
            if time.monotonic() >= self._old_at:
                before = self._found
                findings = await asyncio.gather(*(self._ask(part) for part in self._parts))
                self._found = {part.name: found for part, found in zip(self._parts, findings, strict=True)}
                self._old_at = time.monotonic() + self._fresh
                _tell(before, self._found)
            return self._found

    async def _ask(self, part: Part) -> Finding:
        try:
            async with asyncio.timeout(self._seconds):
                detail = await part.check()
        except TimeoutError:
            return Finding(State.FAILING, part.essential, f"It did not answer in {self._seconds:g} seconds.")
        except Exception as error:
            log.debug("%s does not work", part.name, exc_info=True)
            cause = f"{type(error).__name__}: {error}"[:LONGEST_CAUSE]
            return Finding(State.FAILING, part.essential, "It does not work; the log of the server says more.", cause)
        return Finding(State.OK if detail is None else State.DEGRADED, part.essential, detail)


def overall(findings: Mapping[str, Finding]) -> Overall:
    """How the process is as a whole."""
    if any(each.essential and each.state is State.FAILING for each in findings.values()):
        return Overall.UNAVAILABLE
    return Overall.READY if all(each.state is State.OK for each in findings.values()) else Overall.DEGRADED


def _tell(before: Mapping[str, Finding], now: Mapping[str, Finding]) -> None:
    for name, found in now.items():
        metrics.PART_UP.labels(name).set(found.state is not State.FAILING)
        earlier = before[name].state if name in before else State.OK
        if found.state is not earlier:
            worse = found.state is not State.OK
            said = found.cause or found.detail or "it works again"
            log.log(logging.WARNING if worse else logging.INFO, "%s: %s", name, said)
