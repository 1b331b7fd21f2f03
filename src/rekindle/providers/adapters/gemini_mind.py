"""Google's text models as a mind: they look at one picture, or write one prompt, and answer in JSON or in words.

https://ai.google.dev/api/generate-content with `responseSchema`; answers may still be fenced or cut off.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from rekindle.providers.errors import BadResult, Refused
from rekindle.providers.http import Ask, said
from rekindle.providers.minds import MOST_TOKENS, RemoteMind
from rekindle.providers.polling import dig
from rekindle.treatments.mind import Telling, Thought
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


class GeminiMind(RemoteMind):
    """One model."""

    provider = "gemini"

    async def _about(self, jpeg: str, leaving: Telling) -> Thought[str]:
        parts = [{"inlineData": {"mimeType": "image/jpeg", "data": jpeg}}, {"text": text("classify").words}]
        form = {"responseMimeType": "application/json", "responseSchema": _CLASSES}
        return await self._ask(parts, form, leaving)

    async def rewrite(self, request: str, leaving: Telling) -> Thought[str]:
        """The words that came back. Raises a ProviderError."""
        return await self._ask([{"text": request}], {}, leaving)

    async def _ask(self, parts: list[dict[str, Any]], form: Mapping[str, Any], leaving: Telling) -> Thought[str]:
        asked = {
            "contents": [{"role": "user", "parts": parts}],
            "generationConfig": {"temperature": 0, "maxOutputTokens": MOST_TOKENS, **form},
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
