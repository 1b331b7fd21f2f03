"""An OpenAI of one's own, as far as it edits pictures; it is a gateway too, where asked.

Further troubles: `moderated` (another word for a refusal), `hard_limit` (out of funds in another word), `unverified`
(the organisation may not), `retired` (no such model), `linked` (an address instead of base64, as gateways answer),
`inside` (an error in a 200, as gateways answer), `blind` (no usage is told), `nothing` (no picture in a good answer).
"""

import base64
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anyio
from PIL import Image
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.simulators.upstreams.base import Cut, Order, Simulator, page

OUT: Mapping[str, Mapping[str, int]] = {
    "gpt-image-2.5-flare": {"low": 200, "medium": 650, "high": 2600},
    "gpt-image-2.5-sunburst": {"low": 400, "medium": 3000, "high": 10000},
    "gpt-image-2": {"low": 400, "medium": 3000, "high": 10000},
}
"""The tokens of a picture that a model makes, by its quality."""

TEXT_IN, IMAGE_IN = 60, 800
COST = {"text_in": 5, "image_in": 8, "image_out": 30}
"""Millionths of a dollar for one token."""

FREE = frozenset({"refused", "moderated", "fails", "never"})
LINKS = frozenset({"linked", "elsewhere", "expired", "moved"})
KNOWN = frozenset({
    "model", "prompt", "size", "quality", "n", "output_format", "output_compression", "background", "input_fidelity",
    "safety_identifier", "user", "moderation", "image[]", "image", "mask",
})  # fmt: skip


class OpenAiSimulator(Simulator):
    """The edits; `asked` has the fields of each, and `masks` the masks that came along."""

    name = "openai"
    impossible = frozenset({"forgotten"})

    def __init__(self, **knobs: Any) -> None:
        super().__init__(**knobs)
        self.asked: list[Mapping[str, str]] = []
        self.masks: list[bytes] = []

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/v1/images/edits", self._edit, methods=["POST"])]

    async def _edit(self, request: Request) -> Response:
        if not self.allowed(request):
            self.refused += 1
            return problem(401, "Incorrect API key provided.", "invalid_api_key")
        async with request.form() as form:
            fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
            files = [(name, await value.read()) for name, value in form.multi_items() if isinstance(value, UploadFile)]
        pictures = [content for name, content in files if name in ("image[]", "image")]
        masks = [content for name, content in files if name == "mask"]
        trouble = self.next_trouble(fields.get("prompt", ""))
        if wrong := faults(fields, pictures, masks):
            self.refused += 1
            return wrong
        if trouble in DOOR:
            self.refused += 1
            return DOOR[trouble]()
        order = Order(f"{self.name}-{len(self.orders) + 1}", fields["prompt"], pictures, trouble)
        self.orders[order.id] = order
        self.submissions[order.prompt] += 1
        self.asked.append(fields)
        self.masks += masks
        return await self._answer(order, fields)

    async def _answer(self, order: Order, fields: Mapping[str, str]) -> Response:
        if order.trouble == "never":
            await anyio.sleep(60.0)
        if order.trouble in DENIED:
            return DENIED[order.trouble]()
        out = OUT[fields["model"]][fields.get("quality", "medium")]
        cost = TEXT_IN * COST["text_in"] + IMAGE_IN * COST["image_in"] + out * COST["image_out"]
        if order.trouble not in FREE:
            self.cost_billed += cost
        if order.trouble == "cut":
            return Cut()
        return JSONResponse(self._body(order, fields, out))

    def _body(self, order: Order, fields: Mapping[str, str], out: int) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "created": 1_795_000_000, "background": "opaque", "quality": fields.get("quality", "medium"),
            "size": fields.get("size", "auto"), "output_format": fields.get("output_format", "png"),
        }  # fmt: skip
        if order.trouble in LINKS:
            answer["data"] = [{"url": self.result_at(order)}]
        else:
            drawn = base64.b64encode(self.result(order)).decode()
            answer["data"] = [] if order.trouble == "nothing" else [{"b64_json": drawn}]
        return answer if order.trouble == "blind" else {**answer, "usage": usage(out)}


def usage(out: int) -> dict[str, Any]:
    return {
        "input_tokens": TEXT_IN + IMAGE_IN, "output_tokens": out, "total_tokens": TEXT_IN + IMAGE_IN + out,
        "input_tokens_details": {"text_tokens": TEXT_IN, "image_tokens": IMAGE_IN},
        "output_tokens_details": {"text_tokens": 0, "image_tokens": out},
    }  # fmt: skip


def faults(fields: Mapping[str, str], pictures: Sequence[bytes], masks: Sequence[bytes]) -> Response | None:
    """What is wrong with a request, as the API says it."""
    if unknown := fields.keys() - KNOWN:
        return problem(400, f"Unknown parameter: '{unknown.pop()}'.", "unknown_parameter")
    if fields.get("model") not in OUT:
        return retired()
    if not pictures or len(pictures) > 16 or not fields.get("prompt"):
        return problem(400, "Between 1 and 16 images and a prompt are required.", "invalid_value")
    if not fits(fields.get("size", "auto")) or fields.get("quality", "auto") not in ("auto", "low", "medium", "high"):
        return problem(400, f"Invalid size or quality: {fields.get('size')}.", "invalid_value")
    return faults_of_mask(pictures[0], masks[0]) if masks else None


def fits(size: str) -> bool:
    """Whether a picture of this size is made."""
    if size == "auto":
        return True
    if not re.fullmatch(r"\d+x\d+", size):
        return False
    width, height = map(int, size.split("x"))
    return width % 16 == height % 16 == 0 and 655_360 <= width * height <= 8_294_400 and 1 / 3 <= width / height <= 3


def faults_of_mask(picture: bytes, mask: bytes) -> Response | None:
    with Image.open(io.BytesIO(mask)) as given, Image.open(io.BytesIO(picture)) as whole:
        if given.format != "PNG" or given.mode != "RGBA" or given.size != whole.size or len(mask) > 4_000_000:
            return problem(
                400, "Invalid mask image format - mask must be a PNG with alpha.", "invalid_mask_image_format"
            )
    return None


def problem(status: int, message: str, code: str | None, kind: str = "", **headers: str) -> Response:
    kind = kind or ("server_error" if status >= 500 else "invalid_request_error")
    error = {"message": message, "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error}, status, headers={"x-request-id": "req_simulated", **headers})


def retired() -> Response:
    return problem(404, "The model does not exist or you do not have access to it.", "model_not_found")


SAFETY = "Your request was rejected by the safety system."
OFTEN = "Rate limit reached for images per minute."
POOR = "You exceeded your current quota, please check your plan and billing details."

DENIED: Mapping[str, Callable[[], Response]] = {
    "refused": lambda: problem(400, SAFETY, "moderation_blocked", "image_generation_user_error"),
    "moderated": lambda: problem(400, SAFETY, "content_policy_violation"),
    "fails": lambda: problem(500, "The server had an error while processing your request.", None),
}
"""What is answered after it was accepted."""

DOOR: Mapping[str, Callable[[], Response]] = {
    "locked": lambda: problem(401, "Incorrect API key provided.", "invalid_api_key"),
    "unverified": lambda: problem(403, "Your organization must be verified to use the model.", None),
    "unpaid": lambda: problem(429, POOR, "insufficient_quota", "insufficient_quota"),
    "hard_limit": lambda: problem(400, "Billing hard limit has been reached.", "billing_hard_limit_reached"),
    "limited": lambda: problem(429, OFTEN, "rate_limit_exceeded", "requests", **{"retry-after": "7"}),
    "limited_silently": lambda: problem(429, OFTEN, "rate_limit_exceeded", "requests"),
    "busy": lambda: problem(503, "The engine is currently overloaded, please try again later.", None),
    "unfit": lambda: problem(400, "Invalid image file or mode for image 1.", "invalid_image_file"),
    "retired": retired,
    "inside": lambda: JSONResponse({"error": {"message": "upstream is gone", "code": 503}}),
    "html": page,
    "empty": lambda: Response(b""),
}
"""What is answered before anything was accepted."""
