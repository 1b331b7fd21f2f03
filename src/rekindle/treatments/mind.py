"""The protocol of models that look at pictures and write: they advise, and nothing depends on them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from rekindle.treatments.classify import Classified

Answer_co = TypeVar("Answer_co", covariant=True)

Telling = Callable[[str, int], Awaitable[None]]
"""Told the host and the bytes of a request before they leave the machine; what it raises stops them."""


@dataclass(frozen=True, slots=True)
class Thought(Generic[Answer_co]):
    """An answer, and what it cost in millionths of a dollar."""

    answer: Answer_co
    cost: int = 0


class Mind(Protocol):
    """A model that sees and writes."""

    @property
    def name(self) -> str:
        """Who it is, as people are told it (`provider:model`)."""
        ...

    def estimate(self, characters: int, *, looks: bool = False) -> int:
        """What a question of so many letters is expected to cost at most, in millionths of a dollar; `looks`: with a
        picture.
        """
        ...

    async def classify(self, picture: Path, leaving: Telling) -> Thought[Classified]:
        """What is most wrong with the picture in a JPEG. Raises RekindleError when it cannot be asked."""
        ...

    async def rewrite(self, request: str, leaving: Telling) -> Thought[str]:
        """The answer to a request for a prompt, as it came. Raises RekindleError when it cannot be asked."""
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...
