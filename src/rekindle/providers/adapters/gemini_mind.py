"""Google's text models as a mind: they look at one picture, or write one prompt, and answer in JSON or in words.

https://ai.google.dev/api/generate-content with `responseSchema`; answers may still be fenced or cut off.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from rekindle.providers.errors import BadResult, Refused
from rekindle.providers.http import Ask, Upstream, said
from rekindle.providers.minds import TokenPrice
from rekindle.providers.polling import dig
from rekindle.treatments.classify import Classified, classified
from rekindle.treatments.mind import Mind, Telling, Thought
from rekindle.treatments.texts import text

BASE_URL = "https://generativelanguage.googleapis.com/v1beta"

_CLASSES: Mapping[str, Any] = {
    "type": "OBJECT",
    "properties": {
        "category": {"type": "STRING", "enum": ["A", "B", "C", "D", "E", "F"]},
        "details": {"type": "STRING"},
    },
    "required": ["category", "details"],
    "propertyOrdering": ["category", "details"],
}
_MOST_TOKENS = 1024
"""Of an answer, thoughts included."""


class GeminiMind(Mind):
    """One model."""

    def __init__(self, upstream: Upstream, *, model: str, price: TokenPrice) -> None:
        self._upstream = upstream
        self._model = model
        self._price = price

    @property
    def name(self) -> str:
        """The provider and the model."""
        return f"gemini:{self._model}"

    async def classify(self, picture: Path, leaving: Telling) -> Thought[Classified]:
        """What is most wrong with the picture in a JPEG. Raises a ProviderError."""
        data = base64.b64encode(await asyncio.to_thread(picture.read_bytes)).decode()
        parts = [{"inlineData": {"mimeType": "image/jpeg", "data": data}}, {"text": text("classify").words}]
        form = {"responseMimeType": "application/json", "responseSchema": _CLASSES}
        answer = await self._ask(parts, form, leaving)
        return Thought(classified(answer.answer), answer.cost)

    async def rewrite(self, request: str, leaving: Telling) -> Thought[str]:
        """The words that came back. Raises a ProviderError."""
        return await self._ask([{"text": request}], {}, leaving)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._upstream.aclose()

    async def _ask(self, parts: list[dict[str, Any]], form: Mapping[str, Any], leaving: Telling) -> Thought[str]:
        asked = {
            "contents": [{"role": "user", "parts": parts}],
            "generationConfig": {"temperature": 0, "maxOutputTokens": _MOST_TOKENS, **form},
        }
        await leaving(self._upstream.host, len(json.dumps(asked)))
        ask = Ask("POST", f"/models/{self._model}:generateContent", json=asked, begins=True)
        body = (await self._upstream.call(ask)).body
        if blocked := dig(body, "promptFeedback", "blockReason"):
            raise Refused("The provider's safety policy does not allow this question.", detail=str(blocked))
        written = _written(dig(body, "candidates", 0, "content", "parts"))
        if not written.strip():
            raise BadResult("The provider answered without words.", detail=said(body))
        counts = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount")
        sent, *back = (dig(body, "usageMetadata", count) for count in counts)
        return Thought(written, self._price.cost(sent, *back))


def headers(key: str) -> Mapping[str, str]:
    """What says who asks."""
    return {"x-goog-api-key": key}


def _written(parts: Any) -> str:
    """The words of an answer without those of thinking."""
    listed = cast("list[Any]", parts) if isinstance(parts, list) else []
    return "".join(str(dig(part, "text") or "") for part in listed if not dig(part, "thought"))
