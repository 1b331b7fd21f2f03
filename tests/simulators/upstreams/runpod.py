"""A RunPod of one's own: the public endpoints that Rekindle knows, and workers that run ComfyUI (ids begin "own-").

A refusal is an error inside of a job that is COMPLETED. Further troubles: `inside` (COMPLETED with another error),
`timed_out`, `stopped` (canceled by somebody else), `nothing` (COMPLETED without an output), `unpriced` (no cost is
told); for workers of one's own `before_five` (answers as worker-comfyui did before 5.0) and `stored` (the result lies
in an object store).
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.simulators.upstreams.base import Cut, Order, Simulator, page
from tests.simulators.upstreams.links import NotThere, picture_at, pictures_at
from tests.simulators.upstreams.pictures import film_of


@dataclass(frozen=True)
class Endpoint:
    """Where its photos are, how many it takes, what it charges in dollars, and the sizes that it makes."""

    photos: str
    most: int
    cost: float
    sizes: tuple[str, ...] = ()
    answers: str = "image_url"


ENDPOINTS: Mapping[str, Endpoint] = {
    "qwen-image-edit-2511": Endpoint(
        "images", 3, 0.02, ("1024*1024", "1024*1280", "1280*1024", "1280*1280", "1280*1536", "1536*1080")
    ),
    "black-forest-labs-flux-1-kontext-dev": Endpoint("image", 1, 0.026214),
    "nano-banana-edit": Endpoint("images", 4, 0.028311),
    "wan-2-2-i2v-720": Endpoint("image", 1, 0.3, ("1280*720", "720*1280"), "video_url"),
}
FREE = frozenset({"fails", "never", "timed_out", "unreadable"})
KEPT = ("COMPLETED", "FAILED", "TIMED_OUT", "CANCELLED")


class RunpodSimulator(Simulator):
    """The API is below `/v2`, as it is there. `asked` has the body of each submission, by its receipt."""

    name = "runpod"

    def __init__(self, **knobs: Any) -> None:
        super().__init__(**knobs)
        self.asked: dict[str, Mapping[str, Any]] = {}
        self.endpoints: dict[str, str] = {}

    @property
    def base_url(self) -> str:
        return f"{self.url}/v2"

    def routes(self) -> Sequence[BaseRoute]:
        one = "/v2/{endpoint}"
        return [
            Route(f"{one}/run", self._run, methods=["POST"]),
            Route(f"{one}/runsync", self._run, methods=["POST"]),
            Route(f"{one}/status/{{id}}", self._status),
            Route(f"{one}/cancel/{{id}}", self._cancel, methods=["POST"]),
            Route(f"{one}/health", self._health),
            Route(f"{one}/purge-queue", self._purge, methods=["POST"]),
        ]

    # ── jobs ──

    async def _run(self, request: Request) -> Response:
        endpoint, body = request.path_params["endpoint"], await request.json()
        known = endpoint in ENDPOINTS or endpoint.startswith("own-")
        prompt = prompt_of(body.get("input", {}))
        trouble = self.next_trouble(prompt) if self.allowed(request) and known else "locked"
        if trouble in DOOR:
            self.refused += 1
            return DOOR[trouble]() if known else JSONResponse({"error": "endpoint not found"}, 404)
        if not body.get("input"):
            return JSONResponse({"error": "input is required"}, 400)
        order = await self._accept(endpoint, body, prompt, trouble)
        if trouble == "cut":
            return Cut()
        if not request.url.path.endswith("/runsync"):
            return JSONResponse({"id": order.id, "status": "IN_QUEUE"})
        order.asked = self.polls + 1
        return JSONResponse(self._told(order))

    async def _accept(self, endpoint: str, body: Mapping[str, Any], prompt: str, trouble: str) -> Order:
        """What is wrong with the input is found by the worker, later."""
        pictures: list[bytes] = []
        try:
            pictures = await self._photos(endpoint, body["input"])
        except (NotThere, KeyError, TypeError, ValueError):
            trouble = trouble or "unreadable"
        self.submissions[prompt] += 1
        order = Order(f"{len(self.orders) + 1:08d}-sim-u1", prompt, pictures, trouble)
        self.orders[order.id], self.endpoints[order.id], self.asked[order.id] = order, endpoint, body
        if trouble not in FREE:
            self.cost_billed += round(self._cost(order) * 1_000_000)
        return order

    async def _photos(self, endpoint: str, given: Mapping[str, Any]) -> list[bytes]:
        if endpoint.startswith("own-"):
            return await graph_photos(given)
        described = ENDPOINTS[endpoint]
        photos = given[described.photos]
        urls = photos if isinstance(photos, list) else [photos]
        wrong_size = described.sizes and given.get("size", described.sizes[0]) not in described.sizes
        if wrong_size or not given["prompt"] or not 1 <= len(urls) <= described.most:
            raise NotThere(str(given))
        if not all(url.startswith(("http://", "https://")) for url in urls):
            raise NotThere("Invalid image URL")
        return await pictures_at(urls)

    def _cost(self, order: Order) -> float:
        endpoint = ENDPOINTS.get(self.endpoints[order.id])
        return 0.0 if endpoint is None else endpoint.cost

    async def _status(self, request: Request) -> Response:
        order = self.orders.get(request.path_params["id"])
        if not self.allowed(request):
            return Response(status_code=401)
        if order is None or order.trouble == "forgotten" or self.endpoints[order.id] != request.path_params["endpoint"]:
            return JSONResponse({"title": "Not Found", "status": 404, "detail": "job not found"}, 404)
        self.ready(order)
        return JSONResponse(self._told(order))

    async def _cancel(self, request: Request) -> Response:
        order = self.orders.get(request.path_params["id"])
        if order is None or not self.allowed(request):
            return JSONResponse({"error": "job not found"}, 404)
        if not order.canceled and self._state(order) in ("IN_QUEUE", "IN_PROGRESS"):
            order.canceled = True
            self.canceled += 1
        return JSONResponse({"id": order.id, "status": self._state(order)})

    def _state(self, order: Order) -> str:
        if order.canceled or (order.trouble == "stopped" and order.asked > self.polls):
            return "CANCELLED"
        if order.trouble == "never" or order.asked <= self.polls:
            return "IN_PROGRESS" if order.asked > 1 else "IN_QUEUE"
        return {"fails": "FAILED", "unreadable": "FAILED", "timed_out": "TIMED_OUT"}.get(order.trouble, "COMPLETED")

    def _told(self, order: Order) -> dict[str, Any]:
        state = self._state(order)
        told: dict[str, Any] = {"id": order.id, "status": state, "workerId": "sim-worker"}
        if state in KEPT:
            told |= {"delayTime": 24, "executionTime": 3856}
        match state:
            case "IN_PROGRESS":
                told["output"] = "Sampling: 40 %"
            case "FAILED":
                told["error"] = FAILURE if order.trouble == "fails" else "Invalid image URL"
            case "COMPLETED" if order.trouble != "nothing":
                told["output"] = self._output(order)
        return told

    def _output(self, order: Order) -> dict[str, Any]:
        if order.trouble in ERRORS_INSIDE:
            return {"error": ERRORS_INSIDE[order.trouble]}
        url = self.result_at(order)
        if self.endpoints[order.id].startswith("own-"):
            return self._graph_output(order, url)
        priced = {} if order.trouble == "unpriced" else {"cost": self._cost(order)}
        return {ENDPOINTS[self.endpoints[order.id]].answers: url, **priced}

    def _graph_output(self, order: Order, url: str) -> dict[str, Any]:
        if order.trouble in ("stored", "elsewhere", "moved", "expired"):
            return {"images": [{"filename": "rekindle_00001_.png", "type": "s3_url", "data": url}]}
        data = base64.b64encode(self.result(order)).decode()
        if order.trouble == "before_five":
            return {"message": data, "status": "success"}
        return {"images": [{"filename": "rekindle_00001_.png", "type": "base64", "data": data}]}

    def result_type(self, order: Order) -> str:
        return "application/octet-stream"

    def result(self, order: Order) -> bytes:
        film = self.endpoints[order.id] == "wan-2-2-i2v-720" and order.trouble not in ("lies", "oversized")
        return film_of(order.pictures[0]) if film else super().result(order)

    # ── the rest ──

    async def _health(self, request: Request) -> Response:
        if not self.allowed(request):
            return Response(status_code=401)
        jobs = {"completed": len(self.orders), "failed": 0, "inProgress": 0, "inQueue": 0, "retried": 0}
        return JSONResponse({"jobs": jobs, "workers": {"idle": 1, "running": 0, "throttled": 0}})

    async def _purge(self, request: Request) -> Response:
        return JSONResponse({"removed": 0, "status": "completed"})

    def call_back(self, receipt: str) -> int:
        """Call the address that came with a submission, as when it is done: nothing is signed."""
        to = str(self.asked[receipt]["webhook"])
        return httpx2.post(to, json=self._told(self.orders[receipt]), trust_env=False).status_code


def prompt_of(given: Mapping[str, Any]) -> str:
    """The words of an input; in a workflow those of the first node that has some."""
    nodes = given.get("workflow", {})
    inside = [str(node["inputs"]["prompt"]) for node in nodes.values() if node.get("inputs", {}).get("prompt")]
    return str(given.get("prompt", "")) or (inside[0] if inside else "")


async def graph_photos(given: Mapping[str, Any]) -> list[bytes]:
    """The photos of a workflow, which must be one that ComfyUI would take. Raises NotThere."""
    nodes, files = given["workflow"], {file["name"]: file["image"] for file in given.get("images", [])}
    for node in nodes.values():
        links = [value for value in node["inputs"].values() if isinstance(value, list)]
        if not isinstance(node["class_type"], str) or any(link[0] not in nodes for link in links):
            raise NotThere("the workflow has loose ends")
    named = [node["inputs"]["image"] for node in nodes.values() if node["class_type"] == "LoadImage"]
    if not named or not any(node["class_type"] == "SaveImage" for node in nodes.values()):
        raise NotThere("the workflow loads or saves nothing")
    addresses = [files[name] for name in named]
    return [await picture_at(url if url.startswith("data:") else f"data:,{url}") for url in addresses]


FAILURE = json.dumps({
    "error_type": "<class 'RuntimeError'>", "error_message": "CUDA out of memory",
    "error_traceback": "Traceback (most recent call last):\n  File \"stable_diffusion/safety_checker.py\", line 50",
    "hostname": "sim-worker",
})  # fmt: skip

ERRORS_INSIDE: Mapping[str, str] = {
    "inside": "Workflow execution produced no images",
    "refused": "The content was flagged by our safety checker.",
}

DOOR: Mapping[str, Callable[[], Response]] = {
    "locked": lambda: Response(status_code=401),
    "unpaid": lambda: JSONResponse({"error": "insufficient funds"}, 402),
    "unfit": lambda: JSONResponse({"error": "input validation failed"}, 400),
    "limited": lambda: JSONResponse({"error": "too many requests"}, 429, headers={"retry-after": "7"}),
    "limited_silently": lambda: JSONResponse({"error": "too many requests"}, 429),
    "busy": lambda: JSONResponse({"error": "no workers"}, 503),
    "html": page,
    "empty": lambda: Response(b""),
}
"""What is answered before anything was accepted."""
