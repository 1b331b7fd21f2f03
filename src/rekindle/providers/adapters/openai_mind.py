"""Text models behind the chat API of OpenAI as a mind: also those of gateways and of a server of one's own.

https://platform.openai.com/docs/api-reference/chat with a JSON object asked for; nothing is sent that only some of
them understand.
"""

import json
from collections.abc import Mapping
from typing import Any

from rekindle.providers.errors import BadResult, Refused
from rekindle.providers.http import Ask, said
from rekindle.providers.minds import RemoteMind
from rekindle.providers.polling import dig
from rekindle.treatments.mind import Telling, Thought
from rekindle.treatments.texts import text

BASE_URL = "https://api.openai.com/v1"


class OpenAIMind(RemoteMind):
    """One model."""

    provider = "openai"

    async def _about(self, jpeg: str, leaving: Telling) -> Thought[str]:
        content = [
            {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{jpeg}"}},
            {"type": "text", "text": text("classify").words},
        ]
        return await self._ask(content, {"response_format": {"type": "json_object"}}, leaving)

    async def rewrite(self, request: str, leaving: Telling) -> Thought[str]:
        """The words that came back. Raises a ProviderError."""
        return await self._ask(request, {}, leaving)

    async def _ask(self, content: Any, form: Mapping[str, Any], leaving: Telling) -> Thought[str]:
        asked = {"model": self._model, "messages": [{"role": "user", "content": content}], **form}
        await leaving(self._upstream.host, len(json.dumps(asked)))
        body = (await self._upstream.call(Ask("POST", "/chat/completions", json=asked, begins=True))).body
        message = dig(body, "choices", 0, "message")
        if refusal := dig(message, "refusal"):
            raise Refused("The provider's safety policy does not allow this question.", detail=str(refusal))
        written = dig(message, "content")
        if not isinstance(written, str) or not written.strip():
            raise BadResult("The provider answered without words.", detail=said(body))
        cost = self._price.cost(dig(body, "usage", "prompt_tokens"), dig(body, "usage", "completion_tokens"))
        return Thought(written, cost)


def headers(key: str) -> Mapping[str, str]:
    """What says who asks."""
    return {"Authorization": f"Bearer {key}"}
