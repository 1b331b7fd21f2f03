"""A fal of one's own: the queue, and calls back that are signed as fal signs them.

What is not as anywhere else: an edit that is unfit or refused is accepted and *completed* first, and only the address
of the result says no. Further troubles: `no_media` (refused in another word), `broken` (completed, and the runner
answers with a 500), `late` (it was not begun in the time that it was given), `filtered` (a black picture and a mark
that it is not safe), `detour` (the addresses to look at are those of somebody else).
"""

import base64
import hashlib
import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.simulators.upstreams.base import Cut, Order, Simulator, page
from tests.simulators.upstreams.links import NotThere, pictures_at


@dataclass(frozen=True)
class Endpoint:
    """What an endpoint needs, what it answers with, and what it charges in millionths of a dollar: for a picture, by
    what was asked for in the field `by`, or for each megapixel.
    """

    needs: tuple[str, ...]
    cost: int | Mapping[str, int]
    by: str = ""
    answers: str = "images"


MANY = ("prompt", "image_urls")
ENDPOINTS: Mapping[str, Endpoint] = {
    "google/nano-banana-2.1/edit": Endpoint(MANY, {"1K": 40_000, "4K": 134_000}, "resolution"),
    "fal-ai/nano-banana-pro/edit": Endpoint(MANY, {"1K": 150_000, "2K": 150_000, "4K": 300_000}, "resolution"),
    "fal-ai/nano-banana-2/edit": Endpoint(MANY, {"1K": 80_000}, "resolution"),
    "fal-ai/nano-banana/edit": Endpoint(MANY, 39_000),
    "openai/gpt-image-2.5/flare/edit": Endpoint(MANY, {"low": 9_000, "medium": 20_000, "high": 80_000}, "quality"),
    "fal-ai/flux-pro/kontext": Endpoint(("prompt", "image_url"), 40_000),
    "fal-ai/codeformer": Endpoint(("image_url",), 2_100, "megapixels", "image"),
    "fal-ai/ddcolor": Endpoint(("image_url",), 1_000, "megapixels", "image"),
}

FREE = frozenset({"unfit", "refused", "no_media", "fails", "broken", "late", "never"})
NOT_THERE = {"detail": "Request not found"}


class FalSimulator(Simulator):
    """Queue at the root; `asked` has the headers and the body of each submission, by its receipt."""

    name = "fal"

    def __init__(self, **knobs: Any) -> None:
        super().__init__(**knobs)
        self.asked: dict[str, tuple[Mapping[str, str], Mapping[str, Any]]] = {}
        self.endpoints: dict[str, str] = {}
        self.calls_back: dict[str, str] = {}
        self._signing = Ed25519PrivateKey.generate()

    def allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Key {self.key}"

    def routes(self) -> Sequence[BaseRoute]:
        one = "/{owner}/{alias}/requests/{id}"
        return [
            Route("/.well-known/jwks.json", self._keys),
            Route(f"{one}/status", self._status),
            Route(f"{one}/cancel", self._cancel, methods=["PUT"]),
            Route(one, self._response),
            Route("/{owner}/{rest:path}", self._submit, methods=["POST"]),
        ]

    # ── the queue ──

    async def _submit(self, request: Request) -> Response:
        endpoint, body = request.url.path.removeprefix("/"), await request.json()
        if not self.allowed(request):
            self.refused += 1
            return problem(401, STRANGER)
        if endpoint not in ENDPOINTS:
            return problem(404, f"Application '{endpoint}' not found")
        trouble = self.next_trouble(str(body.get("prompt", "")))
        if trouble in DOOR:
            self.refused += 1
            return DOOR[trouble]()
        order = await self._accept(endpoint, body, trouble)
        self.asked[order.id] = (dict(request.headers), body)
        if back := request.query_params.get("fal_webhook"):
            self.calls_back[order.id] = back
        if trouble == "cut":
            return Cut()
        base = "http://198.51.100.7" if trouble == "detour" else str(request.base_url).rstrip("/")
        at = f"{base}/{'/'.join(endpoint.split('/')[:2])}/requests/{order.id}"
        answer = {
            "status": "IN_QUEUE", "request_id": order.id, "gateway_request_id": order.id, "queue_position": 0,
            "response_url": at, "status_url": f"{at}/status", "cancel_url": f"{at}/cancel",
        }  # fmt: skip
        return JSONResponse(answer, headers={"x-fal-request-id": order.id})

    async def _accept(self, endpoint: str, body: Mapping[str, Any], trouble: str) -> Order:
        """As the queue does: what is wrong with the request is found by the runner, later."""
        prompt, given = str(body.get("prompt", "")), body.get("image_urls") or [body.get("image_url") or ""]
        try:
            pictures = await pictures_at(given)
        except NotThere:
            pictures, trouble = [], "unreadable"
        if any(name not in body for name in ENDPOINTS[endpoint].needs):
            trouble = "unfit"
        order = Order(f"{self.name}-{len(self.orders) + 1}", prompt, pictures, trouble)
        self.submissions[prompt] += 1
        self.orders[order.id], self.endpoints[order.id] = order, endpoint
        if trouble not in FREE | {"unreadable"}:
            self.cost_billed += cost_of(ENDPOINTS[endpoint], body, pictures)
        return order

    def _found(self, request: Request) -> Order | None:
        order = self.orders.get(request.path_params["id"])
        return None if order is None or order.trouble == "forgotten" else order

    async def _status(self, request: Request) -> Response:
        order = self._found(request)
        if not self.allowed(request):
            return problem(401, "Authentication is required.")
        if order is None:
            return JSONResponse(NOT_THERE, 404)
        ready = self.ready(order)
        links = {"request_id": order.id, "response_url": str(request.url).removesuffix("/status"), "logs": None}
        if not ready:
            waiting = {"status": "IN_QUEUE", "queue_position": 0} if order.asked == 1 else {"status": "IN_PROGRESS"}
            return JSONResponse({**waiting, **links}, 202)
        done: dict[str, Any] = {"status": "COMPLETED", "metrics": {"inference_time": 4.2}, **links}
        if order.trouble == "fails":
            done |= {"error": "The runner disconnected.", "error_type": "runner_disconnected"}
        return JSONResponse(done)

    async def _response(self, request: Request) -> Response:
        order = self._found(request)
        if not self.allowed(request):
            return problem(401, "Authentication is required.")
        if order is None:
            return JSONResponse(NOT_THERE, 404)
        if order.trouble == "never" or order.asked <= self.polls:
            return problem(400, "Request is still in progress")
        if order.trouble in RUNNER:
            return RUNNER[order.trouble]()
        return JSONResponse(self._output(order))

    async def _cancel(self, request: Request) -> Response:
        order = self._found(request)
        if order is None:
            return JSONResponse({"status": "NOT_FOUND"}, 404)
        if order.trouble != "never" and order.asked > self.polls:
            return JSONResponse({"status": "ALREADY_COMPLETED"}, 400)
        order.canceled = True
        self.canceled += 1
        return JSONResponse({"status": "CANCELLATION_REQUESTED"}, 202)

    def _output(self, order: Order) -> dict[str, Any]:
        url = self.result_at(order)
        if self.asked[order.id][1].get("sync_mode") is True:
            url = "data:image/png;base64," + base64.b64encode(self.result(order)).decode()
        file = {"url": url, "content_type": "image/png", "file_name": f"{order.id}.png", "file_size": None}
        if ENDPOINTS[self.endpoints[order.id]].answers == "image":
            return {"image": file}
        filtered = {"has_nsfw_concepts": [order.trouble == "filtered"]} if "flux" in self.endpoints[order.id] else {}
        return {"images": [file], "description": "", **filtered}

    # ── calls back ──

    async def _keys(self, request: Request) -> Response:
        public = self._signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        x = base64.urlsafe_b64encode(public).decode().rstrip("=")
        return JSONResponse({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x}]})

    def call_back(self, receipt: str, *, at: float | None = None, signed: bool = True) -> int:
        """Call the address that came with a submission, as when it is done; the status of the answer."""
        body = JSONResponse({"request_id": receipt, "status": "OK", "payload": {}}).body
        stamp = str(int(time.time() if at is None else at))
        message = "\n".join((receipt, "sim-user", stamp, hashlib.sha256(bytes(body)).hexdigest()))
        headers = {
            "X-Fal-Webhook-Request-Id": receipt, "X-Fal-Webhook-User-Id": "sim-user",
            "X-Fal-Webhook-Timestamp": stamp, "X-Fal-Webhook-Signature": self._signing.sign(message.encode()).hex(),
        } if signed else {}  # fmt: skip
        return httpx2.post(self.calls_back[receipt], content=bytes(body), headers=headers, trust_env=False).status_code


def cost_of(endpoint: Endpoint, body: Mapping[str, Any], pictures: Sequence[bytes]) -> int:
    """What a picture costs: results are as large as the photo."""
    if isinstance(endpoint.cost, int):
        return endpoint.cost * (megapixels(pictures[0]) if endpoint.by else 1)
    return endpoint.cost[body.get(endpoint.by, next(iter(endpoint.cost)))]


def megapixels(picture: bytes) -> int:
    """Megapixels, of which a part counts as a whole one."""
    with Image.open(io.BytesIO(picture)) as image:
        return -(-image.width * image.height // 1_000_000)


Detail = str | list[dict[str, Any]]


def problem(status: int, detail: Detail, *, headers: Mapping[str, str] | None = None, **further: str) -> Response:
    return JSONResponse({"detail": detail, **further}, status, headers=headers)


def fault(kind: str, message: str, at: str = "image_url") -> list[dict[str, Any]]:
    return [{"loc": ["body", at], "msg": message, "type": kind}]


FLAGGED = "The content could not be processed because it contained material flagged by a content checker."
BROKE = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard."
STRANGER = "Cannot access application. Authentication is required to access this application."

DOOR: Mapping[str, Callable[[], Response]] = {
    "locked": lambda: problem(401, STRANGER),
    "unpaid": lambda: problem(403, BROKE),
    "limited": lambda: problem(429, "Too many requests", headers={"retry-after": "7"}),
    "limited_silently": lambda: problem(429, "Too many requests"),
    "busy": lambda: problem(503, "Service unavailable"),
    "html": page,
    "empty": lambda: Response(b""),
}
"""What the queue itself answers, before it has accepted anything."""

RUNNER: Mapping[str, Callable[[], Response]] = {
    "fails": lambda: problem(500, "The runner disconnected.", error_type="runner_disconnected"),
    "broken": lambda: problem(500, "Internal Server Error"),
    "late": lambda: problem(
        504, "Request timed out before it was processed", error_type="request_timeout",
        headers={"x-fal-request-timeout-type": "user"},
    ),
    "refused": lambda: problem(422, fault("content_policy_violation", FLAGGED, "prompt")),
    "no_media": lambda: problem(422, fault("no_media_generated", "No media was generated.", "prompt")),
    "unreadable": lambda: problem(422, fault("file_download_error", "Failed to download the file.")),
    "unfit": lambda: problem(422, fault("image_load_error", "Failed to load the image.")),
}  # fmt: skip
"""What the address of the result answers where there is none."""
