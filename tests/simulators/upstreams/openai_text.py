"""A chat API like OpenAI's, as gateways and servers at home speak it, with the answers and troubles of `TextModels`."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.simulators.upstreams.base import Simulator
from tests.simulators.upstreams.gemini_text import DOOR, TextModels

USAGE = {"prompt_tokens": 1200, "completion_tokens": 80, "total_tokens": 1280}


class ChatSimulator(Simulator):
    """One model; `words.asked` has the bodies."""

    name = "openai"

    def __init__(self, **knobs: Any) -> None:
        super().__init__(**knobs)
        self.words = TextModels()

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/v1/chat/completions", self._chat, methods=["POST"])]

    async def _chat(self, request: Request) -> Response:
        if not self.allowed(request):
            return JSONResponse({"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}, 401)
        body = await request.json()
        self.words.asked.append(body)
        trouble = self.words.troubles.popleft() if self.words.troubles else ""
        if trouble in DOOR:
            return DOOR[trouble]()
        text: str | None = self.words.text(trouble, as_json="response_format" in body)
        refusal = "I cannot help with that." if trouble == "refused" else None
        message = {"role": "assistant", "content": None if refusal or trouble == "silent" else text, "refusal": refusal}
        return JSONResponse({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": USAGE})
