"""What the adapters of models that advise share."""

import asyncio
import base64
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from rekindle.providers.http import Upstream
from rekindle.treatments.classify import Classified, classified
from rekindle.treatments.mind import Mind, Telling, Thought

MOST_TOKENS = 1024
"""Of an answer, thoughts included."""

_MILLION = 1_000_000
_LETTERS = 2
"""Letters of a token, at the least: English has about four."""

_PICTURE = 2_600
"""Tokens of a picture of 1024 pixels and the question about it, by the dearest way of counting that is in use."""


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """Millionths of a dollar for a million tokens that are sent, and that come back."""

    sent: int = 0
    back: int = 0

    def cost(self, sent: Any, *back: Any) -> int:
        """The cost of these tokens, rounded up; what is no number counts as none."""
        return -(-(_count(sent) * self.sent + sum(map(_count, back)) * self.back) // _MILLION)


def _count(told: Any) -> int:
    return told if isinstance(told, int) and told > 0 else 0


class RemoteMind(Mind, ABC):
    """One model of a provider, asked about a picture or for words. Both raise a ProviderError."""

    provider: ClassVar[str]

    def __init__(self, upstream: Upstream, *, model: str, price: TokenPrice) -> None:
        self._upstream = upstream
        self._model = model
        self._price = price

    @property
    def name(self) -> str:
        """The provider and the model."""
        return f"{self.provider}:{self._model}"

    def estimate(self, characters: int, *, looks: bool = False) -> int:
        """What a question costs at most, if the answer is as long as it may be."""
        return self._price.cost(characters // _LETTERS + (_PICTURE if looks else 0), MOST_TOKENS)

    async def classify(self, picture: Path, leaving: Telling) -> Thought[Classified]:
        """What is most wrong with the picture in a JPEG."""
        data = base64.b64encode(await asyncio.to_thread(picture.read_bytes)).decode()
        answer = await self._about(data, leaving)
        return Thought(classified(answer.answer), answer.cost)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._upstream.aclose()

    @abstractmethod
    async def _about(self, jpeg: str, leaving: Telling) -> Thought[str]:
        """The class of a picture as JSON; `jpeg` is in base64."""
