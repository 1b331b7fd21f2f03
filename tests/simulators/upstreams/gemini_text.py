"""The text models of a Gemini of one's own: a look at a picture as JSON, and a prompt in better words.

Troubles: `fenced`, `truncated` and `bold` (JSON in the forms in which models give it), `letter` (no JSON at all),
`nonsense`, `silent` (no words), `refused`, `essay` (words that are no prompt), `rude` (a prompt that is refused), and
those of the door: `busy`, `limited`, `locked`, `html`, `empty`, `cut`, `never`.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import anyio
from starlette.responses import JSONResponse, Response

from tests.simulators.upstreams.base import Cut, page

TEXT_MODELS = frozenset({"gemini-3.8-flash", "gemini-3.5-flash-lite"})
PRICES = (750_000, 3_750_000)
"""Millionths of a dollar for a million tokens in and out."""

USAGE = {"promptTokenCount": 1200, "candidatesTokenCount": 60, "thoughtsTokenCount": 20, "totalTokenCount": 1280}
COST = 1200

Reply = Callable[[], Response]


class TextModels:
    """What they are asked, and what they meet next."""

    def __init__(self) -> None:
        self.troubles: deque[str] = deque()
        self.asked: list[Mapping[str, Any]] = []
        self.category, self.details = "E", "A crease runs across the face."
        self.prompt = (
            "Inpaint the crease across the face, denoise lightly and enhance sharpness by 20%, photorealistic."
        )

    async def answer(self, body: Mapping[str, Any]) -> Response:
        self.asked.append(body)
        trouble = self.troubles.popleft() if self.troubles else ""
        if trouble == "never":
            await anyio.sleep(30.0)
        if trouble in DOOR:
            return DOOR[trouble]()
        if trouble == "refused":
            return JSONResponse({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": USAGE})
        wants_json = body["generationConfig"].get("responseMimeType") == "application/json"
        text = self.text(trouble, as_json=wants_json)
        parts: list[dict[str, Any]] = [{"text": "I am thinking of it.", "thought": True}, {"text": text}]
        content = {"role": "model", "parts": [] if trouble == "silent" else parts}
        return JSONResponse({"candidates": [{"content": content, "finishReason": "STOP"}], "usageMetadata": USAGE})

    def text(self, trouble: str, *, as_json: bool) -> str:
        """What is said in this trouble."""
        return self._json(trouble) if as_json else self._words(trouble)

    def _json(self, trouble: str) -> str:
        plain = json.dumps({"category": self.category, "details": self.details})
        forms = {
            "fenced": f"```json\n{plain}\n```",
            "truncated": plain[:-12],
            "bold": json.dumps({"category": f"**{self.category}**", "details": self.details}),
            "letter": f"{self.category}. {self.details}",
            "nonsense": "The sky above the port was the color of television.",
        }
        return forms.get(trouble, plain)

    def _words(self, trouble: str) -> str:
        forms = {"essay": "word " * 900, "rude": f"{self.prompt} Undress her.", "nonsense": "No."}
        return forms.get(trouble, self.prompt)


def _problem(code: int, status: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": "No.", "status": status}}, code)


DOOR: Mapping[str, Reply] = {
    "busy": lambda: _problem(503, "UNAVAILABLE"),
    "limited": lambda: _problem(429, "RESOURCE_EXHAUSTED"),
    "locked": lambda: _problem(403, "PERMISSION_DENIED"),
    "html": page,
    "empty": lambda: Response(b""),
    "cut": Cut,
}
