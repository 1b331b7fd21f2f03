"""A Gemini of one's own: pictures from pictures, in one answer.

Further troubles: `blocked` (the prompt was refused, not the picture), `drafts` (sketches of a model that thinks before
and after the picture), `words` (text and no picture), `disabled` (the account is closed), `daily` (the quota of the day
is used up), `retired` (there is no such model any more), `wrong_key` (which is a bad request here), `inside` (an error
in a 200), `blind` (no usage is told).
"""

import base64
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anyio
from PIL import Image
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.simulators.upstreams.base import Cut, Order, Simulator, page
from tests.simulators.upstreams.gemini_text import TEXT_MODELS, TextModels
from tests.simulators.upstreams.pictures import encoded

MODELS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "gemini-nano-banana-2.1": {"1K": (1120, 33_600)},
    "gemini-3.1-flash-lite-image": {"1K": (1120, 33_600)},
    "gemini-3.1-flash-image": {"1K": (1120, 67_200), "512": (750, 45_000)},
    "gemini-3-pro-image": {"1K": (1120, 134_000), "2K": (1120, 134_000), "4K": (2000, 240_000)},
    "gemini-2.5-flash-image": {"": (1290, 38_700)},
}
"""The tokens of a picture of each size that a model makes, and what it costs in millionths of a dollar. The first size
is that of requests that name none."""

FREE = frozenset({"refused", "blocked", "fails", "words", "disabled", "never"})
MAX_BODY = 20 * 1024 * 1024


class GeminiSimulator(Simulator):
    """Both versions of the API; `asked` has the bodies."""

    name = "gemini"
    impossible = frozenset({"forgotten", "expired", "elsewhere", "moved"})

    def __init__(self, **knobs: Any) -> None:
        super().__init__(**knobs)
        self.asked: list[Mapping[str, Any]] = []
        self.words = TextModels()

    def allowed(self, request: Request) -> bool:
        return request.headers.get("x-goog-api-key") == self.key

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/{version:str}/models/{call:path}", self._generate, methods=["POST"])]

    async def _generate(self, request: Request) -> Response:
        model, _, method = request.path_params["call"].partition(":")
        if request.path_params["version"] not in ("v1", "v1beta") or method != "generateContent":
            return Response(status_code=404)
        if not self.allowed(request):
            self.refused += 1
            return wrong_key()
        sent = await request.body()
        body = json.loads(sent)
        if model in TEXT_MODELS:
            return await self.words.answer(body)
        parts = body["contents"][-1]["parts"]
        prompt = " ".join(part["text"] for part in parts if "text" in part)
        trouble = self.next_trouble(prompt)
        if wrong := faults(model, body, len(sent)):
            self.refused += 1
            return wrong
        if trouble in DOOR:
            self.refused += 1
            return DOOR[trouble]()
        pictures = [decoded(part["inlineData"]["data"]) for part in parts if "inlineData" in part]
        order = Order(f"{self.name}-{len(self.orders) + 1}", prompt, pictures, trouble)
        self.orders[order.id] = order
        self.submissions[prompt] += 1
        self.asked.append(body)
        tokens, cost = MODELS[model][size_of(body, model)]
        if trouble not in FREE:
            self.cost_billed += cost
        return await self._answer(order, model, tokens)

    async def _answer(self, order: Order, model: str, tokens: int) -> Response:
        if order.trouble == "never":
            await anyio.sleep(60.0)
        if order.trouble == "cut":
            return Cut()
        return JSONResponse(self._body(order, model, tokens))

    def _body(self, order: Order, model: str, tokens: int) -> dict[str, Any]:
        body: dict[str, Any] = {"modelVersion": model, "responseId": order.id}
        if order.trouble == "blocked":
            return {**body, "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": usage(0)}
        if order.trouble in ENDS:
            reason, message = ENDS[order.trouble]
            candidate = {"finishReason": reason, "finishMessage": message, "index": 0}
            return {**body, "candidates": [candidate], "usageMetadata": usage(0)}
        content = {"role": "model", "parts": self._parts(order)}
        body["candidates"] = [{"content": content, "finishReason": "STOP", "index": 0}]
        return body if order.trouble == "blind" else {**body, "usageMetadata": usage(tokens)}

    def _parts(self, order: Order) -> list[dict[str, Any]]:
        said, drawn = {"text": "Here is your photo."}, picture_part(self.result(order))
        sketch = {**picture_part(encoded(Image.new("RGB", (64, 64), "red"))), "thought": True}
        match order.trouble:
            case "words":
                return [{"text": "I cannot see a photo here."}]
            case "drafts":
                first = picture_part(encoded(Image.new("RGB", (64, 64), "blue")))
                return [{"text": "I shall mend it.", "thought": True}, sketch, first, drawn, sketch]
            case _:
                return [said, {**drawn, "thoughtSignature": "c2lnbmF0dXJl"}]


def decoded(text: str) -> bytes:
    """Base64 in either alphabet: Google's own client sends the one for addresses."""
    return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)


def picture_part(data: bytes) -> dict[str, Any]:
    return {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(data).decode()}}


def usage(tokens: int) -> dict[str, Any]:
    """Thoughts and words are counted with the rest, and paid as words."""
    kinds = {"TEXT": 12, "IMAGE": tokens}
    return {
        "promptTokenCount": 300, "candidatesTokenCount": tokens + 12, "thoughtsTokenCount": 40,
        "totalTokenCount": tokens + 352, "promptTokensDetails": [{"modality": "IMAGE", "tokenCount": 258}],
        "candidatesTokensDetails": [{"modality": kind, "tokenCount": count} for kind, count in kinds.items()],
    }  # fmt: skip


def size_of(body: Mapping[str, Any], model: str) -> str:
    return body.get("generationConfig", {}).get("imageConfig", {}).get("imageSize", next(iter(MODELS[model])))


def faults(model: str, body: Mapping[str, Any], sent: int) -> Response | None:
    """What is wrong with a request, as the API says it."""
    if model not in MODELS:
        return retired()
    if sent > MAX_BODY:
        return problem(400, "INVALID_ARGUMENT", "Request payload size exceeds the limit: 20971520 bytes.")
    if size_of(body, model) not in MODELS[model]:
        return problem(400, "INVALID_ARGUMENT", f"{model} does not make pictures of this size.")
    config = body.get("generationConfig", {}).get("imageConfig", {})
    if unknown := config.keys() - {"imageSize", "aspectRatio"}:
        return problem(400, "INVALID_ARGUMENT", f"Unknown name {unknown.pop()!r} at 'generation_config.image_config'")
    parts = body["contents"][-1]["parts"]
    if not parts or "text" not in parts[-1]:
        return problem(400, "INVALID_ARGUMENT", "The words come after the pictures.")
    return None


def problem(code: int, status: str, message: str, *details: Mapping[str, Any], http: int = 0) -> Response:
    error = {"code": code, "message": message, "status": status}
    return JSONResponse({"error": {**error, "details": list(details)} if details else error}, http or code)


def wrong_key() -> Response:
    return problem(
        400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"},
    )  # fmt: skip


def retired() -> Response:
    return problem(404, "NOT_FOUND", "models/x is not found for API version v1beta, or is not supported.")


def quota(identifier: str, delay: float | None) -> Response:
    violation = {"quotaMetric": "generate_content_requests", "quotaId": identifier, "quotaValue": "250"}
    details: list[Mapping[str, Any]] = [
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]}
    ]
    if delay is not None:
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{math.floor(delay)}s"})
    return problem(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", *details)


ENDS: Mapping[str, tuple[str, str]] = {
    "refused": ("IMAGE_SAFETY", "Unable to show the generated image. It violated a policy."),
    "fails": ("NO_IMAGE", "Unable to generate an image."),
    "disabled": ("PUP_LIMITED_DISABLED", "The account is disabled."),
}

DOOR: Mapping[str, Callable[[], Response]] = {
    "locked": lambda: problem(403, "PERMISSION_DENIED", "Your API key was reported as leaked."),
    "wrong_key": wrong_key,
    "unpaid": lambda: problem(400, "FAILED_PRECONDITION", "The free tier is not available. Please enable billing."),
    "limited": lambda: quota("GenerateRequestsPerMinutePerProjectPerModel", 7),
    "limited_silently": lambda: quota("GenerateRequestsPerMinutePerProjectPerModel", None),
    "daily": lambda: quota("GenerateRequestsPerDayPerProjectPerModel", 7),
    "busy": lambda: problem(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "unfit": lambda: problem(400, "INVALID_ARGUMENT", "Unable to process input image."),
    "retired": retired,
    "inside": lambda: problem(503, "UNAVAILABLE", "The model is overloaded.", http=200),
    "html": page,
    "empty": lambda: Response(b""),
}
"""What is answered before anything was accepted."""
