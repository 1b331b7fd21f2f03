"""A Replicate of one's own: predictions, files, results that go away, and webhooks that are signed.

Refusals are predictions that failed, and only their text says why. Further troubles: `aborted` (the deadline came
before it began), `stopped` (canceled by somebody else), `removed` (done, and the data is gone already), `nothing`
(succeeded with no output), `plenty` (results in a list), `inline` (the result as a `data:` address).
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.simulators.upstreams.base import Cut, Order, Simulator, page
from tests.simulators.upstreams.links import NotThere, picture_at

SECRET = "whsec_" + base64.b64encode(b"a secret of the simulator").decode()
MOMENT = "2026-11-21T12:00:00.000Z"

NAME_OF_PICTURE: Mapping[str, str] = {
    "black-forest-labs/flux-kontext-pro": "input_image",
    "black-forest-labs/flux-kontext-max": "input_image",
    "black-forest-labs/flux-kontext-dev": "input_image",
    "flux-kontext-apps/restore-image": "input_image",
    "stability-ai/sdxl": "image",
    "tencentarc/gfpgan": "img",
    "sczhou/codeformer": "image",
    "piddnad/ddcolor": "image",
    "microsoft/bringing-old-photos-back-to-life": "image",
}
VERSIONS: Mapping[str, str] = {
    "7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc": "stability-ai/sdxl",
    "0fbacf7afc6c144e5be9767cff80f25aff23e52b0708f17e20f9879b2f21516c": "tencentarc/gfpgan",
    "cc4956dd26fa5a7185d5660cc9100fab1b8070a1d1654a8bb5eb6d443b020bb2": "sczhou/codeformer",
    "ca494ba129e44e45f661d6ece83c4c98a9a7c774309beca01429b58fce8aa695": "piddnad/ddcolor",
    "c75db81db6cbd809d93cc3b7e7a088a351a3349c9fa02b6d393e35e0d51ba799": "microsoft/bringing-old-photos-back-to-life",
}
"""Community models run only at a version."""

COSTS: Mapping[str, int] = {
    "black-forest-labs/flux-kontext-pro": 40_000,
    "black-forest-labs/flux-kontext-max": 80_000,
    "flux-kontext-apps/restore-image": 40_000,
}
USUAL_COST = 10_000
"""Of all others, in millionths of a dollar."""

FREE = frozenset({"fails", "aborted", "never"})


@dataclass
class Prediction:
    """What was asked for."""

    order: Order
    model: str
    version: str
    asked: Mapping[str, Any]


class ReplicateSimulator(Simulator):
    """`predictions` has what was asked for, by its receipt; `files` what was handed in before."""

    name = "replicate"

    def __init__(self, **knobs: Any) -> None:
        super().__init__(**knobs)
        self.predictions: dict[str, Prediction] = {}
        self.files: dict[str, bytes] = {}

    def routes(self) -> Sequence[BaseRoute]:
        one = "/v1/predictions/{id}"
        return [
            Route("/v1/account", self._account),
            Route("/v1/webhooks/default/secret", self._secret),
            Route("/v1/files", self._take_file, methods=["POST"]),
            Route("/v1/files/{id}", self._file),
            Route("/v1/predictions", self._create, methods=["POST"]),
            Route("/v1/models/{owner}/{model}/predictions", self._create, methods=["POST"]),
            Route(f"{one}/cancel", self._cancel, methods=["POST"]),
            Route(one, self._get),
        ]

    # ── predictions ──

    async def _create(self, request: Request) -> Response:
        if not self.allowed(request):
            self.refused += 1
            return problem(401, "Unauthenticated", "You did not pass a valid authentication token")
        body = await request.json()
        asked = body.get("input", {})
        prompt = str(asked.get("prompt", ""))
        trouble = self.next_trouble(prompt)
        if trouble in DOOR:
            self.refused += 1
            return DOOR[trouble]()
        model, version = named(request, body)
        wrong = checked(model, asked, body, request.headers.get("prefer"))
        if wrong is not None:
            self.refused += 1
            return wrong
        try:
            picture = await self._brought(str(asked[NAME_OF_PICTURE[model]]))
        except NotThere:
            picture, trouble = b"", "unreadable"
        order = self._accepted(model, prompt, picture, trouble)
        self.predictions[order.id] = Prediction(order, model, version, body)
        if trouble == "cut":
            return Cut()
        if "wait" in request.headers.get("prefer", "") and trouble != "never":
            order.asked = self.polls + 1
        return JSONResponse(self._told(self.predictions[order.id]), 201)

    def _accepted(self, model: str, prompt: str, picture: bytes, trouble: str) -> Order:
        self.submissions[prompt] += 1
        order = Order(f"replicate{len(self.orders) + 1:026d}", prompt, [picture], trouble)
        self.orders[order.id] = order
        self.cost_billed += 0 if trouble in FREE else COSTS.get(model, USUAL_COST)
        return order

    async def _brought(self, url: str) -> bytes:
        if url.startswith(f"{self.url}/v1/files/"):
            return self.files.get(url.rpartition("/")[2], b"")
        return await picture_at(url)

    async def _get(self, request: Request) -> Response:
        if not self.allowed(request):
            return problem(401, "Unauthenticated", "You did not pass a valid authentication token")
        found = self._found(request)
        if found is None or found.order.trouble == "forgotten":
            return problem(404, "Not Found", "The requested resource could not be found.")
        self.ready(found.order)
        return JSONResponse(self._told(found))

    async def _cancel(self, request: Request) -> Response:
        found = self._found(request)
        if found is None or not self.allowed(request):
            return problem(404, "Not Found", "The requested resource could not be found.")
        if not found.order.canceled and self._status(found.order) in ("starting", "processing"):
            found.order.canceled = True
            self.canceled += 1
        return JSONResponse(self._told(found))

    def _found(self, request: Request) -> Prediction | None:
        receipt = request.path_params["id"]
        return self.predictions[receipt] if receipt in self.orders else None

    def _status(self, order: Order) -> str:
        if order.canceled or (order.trouble == "stopped" and order.asked > self.polls):
            return "canceled"
        if order.trouble == "never" or order.asked <= self.polls:
            return "processing" if order.asked > 1 else "starting"
        if order.trouble == "aborted":
            return "aborted"
        return "failed" if order.trouble in FAILURES else "succeeded"

    def _told(self, prediction: Prediction) -> dict[str, Any]:
        order, status = prediction.order, self._status(prediction.order)
        ended, at = status not in ("starting", "processing"), f"{self.url}/v1/predictions/{prediction.order.id}"
        removed = ended and order.trouble == "removed"
        return {
            "id": order.id, "model": prediction.model, "version": prediction.version, "status": status,
            "input": {} if removed else prediction.asked.get("input", {}),
            "output": self._output(order) if status == "succeeded" and not removed else None,
            "logs": "" if status == "starting" else " 40%|####      | 2/5",
            "error": FAILURES.get(order.trouble) if ended else None,
            "metrics": {"predict_time": 3.25, "total_time": 4.5} if status == "succeeded" else {},
            "data_removed": removed, "created_at": MOMENT, "started_at": None if status == "starting" else MOMENT,
            "completed_at": MOMENT if ended else None, "urls": {"get": at, "cancel": f"{at}/cancel"},
        }  # fmt: skip

    def _output(self, order: Order) -> Any:
        url = self.result_at(order)
        match order.trouble:
            case "nothing":
                return None
            case "plenty":
                return [url, url]
            case "inline":
                return "data:image/png;base64," + base64.b64encode(self.result(order)).decode()
            case _:
                return [url] if "sdxl" in self.predictions[order.id].model else url

    # ── files, account, webhooks ──

    async def _take_file(self, request: Request) -> Response:
        async with request.form() as form:
            content = form.get("content")
            if not self.allowed(request) or not isinstance(content, UploadFile):
                return problem(401 if not self.allowed(request) else 422, "No", "no file")
            name, data = f"file{len(self.files) + 1}", await content.read()
        self.files[name] = data
        return JSONResponse(self._described(name), 201)

    async def _file(self, request: Request) -> Response:
        name = request.path_params["id"]
        known = self.allowed(request) and name in self.files
        return JSONResponse(self._described(name)) if known else problem(404, "Not Found", "no such file")

    def _described(self, name: str) -> dict[str, Any]:
        data = self.files[name]
        return {
            "id": name, "name": "photo", "content_type": "image/jpeg", "size": len(data), "etag": name, "metadata": {},
            "checksums": {"sha256": hashlib.sha256(data).hexdigest(), "md5": ""}, "created_at": MOMENT,
            "expires_at": MOMENT, "urls": {"get": f"{self.url}/v1/files/{name}"},
        }  # fmt: skip

    async def _account(self, request: Request) -> Response:
        if not self.allowed(request):
            return problem(401, "Unauthenticated", "You did not pass a valid authentication token")
        return JSONResponse({"type": "organization", "username": "sim", "name": "Simulated", "github_url": None})

    async def _secret(self, request: Request) -> Response:
        return JSONResponse({"key": SECRET}) if self.allowed(request) else problem(401, "Unauthenticated", "no")

    def webhook(self, receipt: str, *, at: float | None = None, id: str = "msg_1") -> tuple[dict[str, str], bytes]:  # noqa: A002
        """The headers and the body of the webhook for a prediction, signed."""
        body = json.dumps(self._told(self.predictions[receipt])).encode()
        stamp = str(int(time.time() if at is None else at))
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        signature = base64.b64encode(hmac.digest(key, f"{id}.{stamp}.".encode() + body, "sha256")).decode()
        return {
            "content-type": "application/json", "webhook-id": id, "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{signature}",
        }, body  # fmt: skip

    def call_back(self, receipt: str, *, at: float | None = None, signed: bool = True) -> int:
        """Call the address that came with a submission, as when it is done; the status of the answer."""
        headers, body = self.webhook(receipt, at=at)
        given = headers if signed else {"content-type": "application/json"}
        to = str(self.predictions[receipt].asked["webhook"])
        return httpx2.post(to, content=body, headers=given, trust_env=False).status_code


def named(request: Request, body: Mapping[str, Any]) -> tuple[str, str]:
    """The model and the version that a submission means; empty texts where there is no such thing."""
    if "owner" in request.path_params:
        name = f"{request.path_params['owner']}/{request.path_params['model']}"
        return (name, "hidden") if name in NAME_OF_PICTURE and name not in VERSIONS.values() else ("", "")
    version = str(body.get("version", "")).rpartition(":")[2]
    return VERSIONS.get(version, ""), version


def checked(model: str, asked: Mapping[str, Any], body: Mapping[str, Any], prefer: str | None) -> Response | None:
    """What is wrong with a submission."""
    if not model:
        return problem(404, "Not Found", "The requested resource could not be found.")
    if NAME_OF_PICTURE[model] not in asked:
        return problem(422, "Input validation failed", f"- input: {NAME_OF_PICTURE[model]} is required\n")
    if "webhook" in body and not str(body["webhook"]).startswith("https://"):
        return problem(422, "Input validation failed", "- webhook: must be an HTTPS URL\n")
    wait = (prefer or "").partition("=")[2]
    if wait and not (wait.isdigit() and 1 <= int(wait) <= 60):
        return problem(422, "Invalid header", "Prefer: wait must be between 1 and 60 seconds")
    return None


def problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"title": title, "detail": detail, "status": status}, status, headers=headers)


FAILURES: Mapping[str, str] = {
    "fails": "Prediction interrupted; please retry (code: PA)",
    "refused": "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
    "nsfw": "NSFW content detected. Try running it again, or try a different prompt.",
    "unreadable": "cannot identify image file",
    "aborted": "",
}
THROTTLED = "Request was throttled. Expected available in 7 seconds."

DOOR: Mapping[str, Callable[[], Response]] = {
    "locked": lambda: problem(401, "Unauthenticated", "You did not pass a valid authentication token"),
    "unpaid": lambda: problem(402, "Insufficient credit", "You have insufficient credit to run this model."),
    "unfit": lambda: problem(422, "Input validation failed", "- input.seed: Must be less than 4294967296\n"),
    "limited": lambda: JSONResponse({"detail": THROTTLED}, 429, headers={"retry-after": "7"}),
    "limited_silently": lambda: JSONResponse({"detail": THROTTLED}, 429),
    "busy": lambda: problem(503, "Service unavailable", "try again"),
    "html": page,
    "empty": lambda: Response(b""),
}
"""What is answered before anything was accepted."""
