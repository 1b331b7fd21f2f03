"""Has a model look at a photo and reword a wish, where one is configured: bounded, told of, and never in the way.

Whatever goes wrong, what was measured and the words by rule are used instead. A job never fails for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rekindle.errors import RekindleError
from rekindle.treatments.classify import agree
from rekindle.treatments.diagnose import Diagnosis
from rekindle.treatments.metaprompt import request_for, rewritten
from rekindle.treatments.mind import Mind, Telling, Thought
from rekindle.treatments.operations import Operation
from rekindle.treatments.prompts import Prompt, prompt_for
from rekindle.treatments.wishes import Wishes

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

BY_RULES = "rules"
ONCE = 1
"""Further tries after an answer that cannot be used."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A diagnosis, by whom it is (`rules` or the name of a model), and what the look cost in millionths of a dollar."""

    diagnosis: Diagnosis
    by: str = BY_RULES
    cost: int = 0


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

    async def see(self, picture: Path, measured: Diagnosis, leaving: Telling | None) -> Seen:
        """What was measured, put right by a look at a small JPEG. `leaving` None: nothing may leave, so no look."""
        mind = self._mind
        if mind is None or leaving is None or not self._looks:
            return Seen(measured)
        thought = await self._asked(mind.classify(picture, leaving))
        if thought is None:
            return Seen(measured)
        if not thought.answer.certain:
            return Seen(measured, cost=thought.cost)
        return Seen(agree(measured, thought.answer), mind.name, thought.cost)

    async def word(self, operation: Operation, diagnosis: Diagnosis, wishes: Wishes, leaving: Telling | None) -> Worded:
        """The prompt for an operation, reworded by a model. `leaving` None: nothing may leave, so it is by rule."""
        usual, cost = prompt_for(operation, diagnosis, wishes), 0
        if self._mind is None or leaving is None:
            return Worded(usual)
        request = request_for(operation, diagnosis, wishes)
        for _ in range(1 + ONCE):
            thought = await self._asked(self._mind.rewrite(request, leaving))
            if thought is None:
                break
            cost += thought.cost
            if (prompt := self._accepted(thought.answer, operation)) is not None:
                return Worded(prompt, self._mind.name, cost)
        return Worded(usual, cost=cost)

    async def aclose(self) -> None:
        """Let go of connections."""
        if self._mind is not None:
            await self._mind.aclose()

    def _accepted(self, answer: str, operation: Operation) -> Prompt | None:
        prompt = rewritten(answer, operation)
        if prompt is None:
            return None
        try:
            self._judge(prompt.text)
        except RekindleError as error:
            log.warning("a model wrote what is refused: %s", error.message)
            return None
        return prompt

    async def _asked(self, thinking: Awaitable[Thought[Answer]]) -> Thought[Answer] | None:
        try:
            async with asyncio.timeout(self._seconds):
                return await thinking
        except (RekindleError, TimeoutError, OSError) as error:
            log.warning("a model was asked in vain: %s", error)
            return None
