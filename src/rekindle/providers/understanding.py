"""Has a model look at a photo and reword a wish, where one is configured: bounded, told of, and never in the way.

Whatever goes wrong, what was measured and the words by rule are used instead. A job never fails for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from rekindle.errors import RekindleError
from rekindle.providers.errors import BadResult, Lost, Unfinished
from rekindle.treatments.classify import Classified, agree
from rekindle.treatments.diagnose import Diagnosis
from rekindle.treatments.metaprompt import request_for, rewritten
from rekindle.treatments.mind import Mind, Telling, Thought
from rekindle.treatments.operations import Operation
from rekindle.treatments.prompts import Prompt, prompt_for
from rekindle.treatments.wishes import Wishes

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

Settle: TypeAlias = Callable[[int], Awaitable[None]]
"""Told what a call has cost, in millionths of a dollar."""

Paying: TypeAlias = Callable[[int], Awaitable[Settle]]
"""Told before each call what it may cost at most: it counts as spent until it is settled. What it raises stops it."""

BY_RULES = "rules"
ONCE = 1
"""Further tries after an answer that cannot be used."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what conditions a model is asked. `leaving` is told before bytes leave, `paying` before they cost anything."""

    leaving: Telling
    paying: Paying


@dataclass(frozen=True, slots=True)
class Seen:
    """A diagnosis, by whom it is (`rules` or the name of a model), what that model said, and what the look cost in
    millionths of a dollar.
    """

    diagnosis: Diagnosis
    by: str = BY_RULES
    cost: int = 0
    told: Classified | None = None


@dataclass(frozen=True, slots=True)
class Worded:
    """A prompt, by whom it is, and what it cost in millionths of a dollar."""

    prompt: Prompt
    by: str = BY_RULES
    cost: int = 0

    @property
    def rewritten(self) -> bool:
        """Whether a model has put it into words."""
        return self.by != BY_RULES


@dataclass(frozen=True, slots=True)
class _Heard(Generic[Answer]):
    """What came of a question: None in place of an answer that there was none."""

    answer: Answer | None
    cost: int


class Understanding:
    """What a mind has to say, or what is known without one."""

    def __init__(
        self, mind: Mind | None = None, *, judge: Callable[[str], None], seconds: float = 20.0, looks: bool = False
    ) -> None:
        """`judge` raises RekindleError for a text that must not be used. `seconds`: after them one goes on without.
        `looks`: pictures are sent, too, not words alone.
        """
        self._mind = mind
        self._judge = judge
        self._seconds = seconds
        self._looks = looks

    @property
    def name(self) -> str | None:
        """Whose help there is; None when there is none."""
        return None if self._mind is None else self._mind.name

    @property
    def looks(self) -> bool:
        """Whether pictures would be sent."""
        return self._mind is not None and self._looks

    async def see(self, picture: Path, measured: Diagnosis, terms: Terms | None) -> Seen:
        """What was measured, put right by a look at a small JPEG. `terms` None: nothing may leave, so no look."""
        mind = self._mind
        if mind is None or terms is None or not self._looks:
            return Seen(measured)
        most = mind.estimate(0, looks=True)
        heard = await self._asked(lambda: mind.classify(picture, terms.leaving), most, terms)
        told = heard.answer
        if told is None or not told.certain:
            return Seen(measured, cost=heard.cost)
        return Seen(agree(measured, told), mind.name, heard.cost, told)

    async def word(self, operation: Operation, diagnosis: Diagnosis, wishes: Wishes, terms: Terms | None) -> Worded:
        """The prompt for an operation, reworded by a model. `terms` None: nothing may leave, so it is by rule."""
        usual, mind, cost = prompt_for(operation, diagnosis, wishes), self._mind, 0
        if mind is None or terms is None:
            return Worded(usual)
        request = request_for(operation, diagnosis, wishes)
        for _ in range(1 + ONCE):
            heard = await self._asked(
                lambda: mind.rewrite(request, terms.leaving), mind.estimate(len(request)), terms
            )  # fmt: skip
            cost += heard.cost
            if heard.answer is None:
                break
            if (prompt := self._accepted(heard.answer, operation, wishes)) is not None:
                return Worded(prompt, mind.name, cost)
        return Worded(usual, cost=cost)

    async def aclose(self) -> None:
        """Let go of connections."""
        if self._mind is not None:
            await self._mind.aclose()

    def _accepted(self, answer: str, operation: Operation, wishes: Wishes) -> Prompt | None:
        prompt = rewritten(answer, operation, wishes)
        if prompt is None:
            return None
        try:
            self._judge(prompt.text)
        except RekindleError as error:
            log.warning("a model wrote what is refused: %s", error.message)
            return None
        return prompt

    async def _asked(
        self, question: Callable[[], Awaitable[Thought[Answer]]], most: int, terms: Terms
    ) -> _Heard[Answer]:  # fmt: skip
        """The answer to a question. Who is cut off in the middle of it leaves `most` behind as spent."""
        settle: Settle | None = None
        try:
            settle = await terms.paying(most)
            async with asyncio.timeout(self._seconds):
                thought = await question()
        except (RekindleError, TimeoutError, OSError) as error:
            log.warning("a model was asked in vain: %s", error)
            return _Heard(None, await _in_vain(error, most, settle))
        # Where no use is told it counts as what it may have cost: nobody gives answers away.
        cost = thought.cost or most
        await settle(cost)
        return _Heard(thought.answer, cost)


async def _in_vain(error: Exception, most: int, settle: Settle | None) -> int:
    """What a question without an answer cost. What may have been charged counts as charged, as for edits."""
    if settle is None:
        return 0
    if isinstance(error, TimeoutError | Lost | BadResult) and not isinstance(error, Unfinished):
        return most
    await settle(0)
    return 0
