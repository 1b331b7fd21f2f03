"""A NanoBanana API of one's own, in the forms that were seen of it: `form` is "", "listed" (data is a list), "snake"
(`task_id`), "origin" (only `originImageUrl` has the result) or "info" (`info.resultImageUrl`).
"""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tests.simulators.upstreams.base import Order
from tests.simulators.upstreams.coded import FAILURES, CodedSimulator, coded

KINDS = ("TEXTTOIAMGE", "IMAGETOIAMGE")
"""They are really spelled so."""

PLACES = {"generate": (4, 20_000), "generate-2": (14, 40_000), "generate-pro": (8, 120_000)}
"""How many links each place takes, and what a picture costs in millionths of a dollar (the second is made up)."""


class NanoBananaSimulator(CodedSimulator):
    """Three places for tasks, and one to ask for all of them."""

    name = "nanobanana"

    def __init__(self, *, form: str = "", **knobs: Any) -> None:
        super().__init__(**knobs)
        self.form = form

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/api/v1/nanobanana/record-info", self._record),
            Route("/api/v1/nanobanana/{place}", self._create, methods=["POST"]),
            Route("/api/v1/common/credit", self._credit),
        ]

    async def _create(self, request: Request) -> Response:
        if (answer := self.locked(request)) is not None:
            return answer
        place, body = request.path_params["place"], await request.json()
        if place not in PLACES:
            return coded(404, "Not found", None, 404)
        if (problem := self._problem(place, body)) is not None:
            self.refused += 1
            return coded(400, problem)
        order = await self.accepted(body, body["prompt"], body.get("imageUrls", []), PLACES[place][1])
        if not isinstance(order, Order):
            return order
        return coded(200, "success", self._shaped({"taskId": order.id}))

    @staticmethod
    def _problem(place: str, body: dict[str, Any]) -> str | None:
        if not body.get("callBackUrl"):
            return "callBackUrl is required."
        if place == "generate" and body.get("type") not in KINDS:
            return "Incorrect image type."
        if not body.get("prompt"):
            return "prompt is required."
        return "Too many images." if len(body.get("imageUrls", [])) > PLACES[place][0] else None

    async def _record(self, request: Request) -> Response:
        if (answer := self.locked(request)) is not None:
            return answer
        order = self.found(request)
        if order is None:
            return coded(404, "The task does not exist.")
        return coded(200, "success", self._shaped(self._task(order, ready=self.ready(order))))

    async def _credit(self, request: Request) -> Response:
        return self.locked(request) or coded(200, "success", 1000)

    def _shaped(self, data: dict[str, Any]) -> Any:
        if self.form == "snake":
            data = {"task_id" if name == "taskId" else name: value for name, value in data.items()}
        return [data] if self.form == "listed" else data

    def _task(self, order: Order, *, ready: bool) -> dict[str, Any]:
        task: dict[str, Any] = {
            "taskId": order.id, "paramJson": "{}", "successFlag": 0, "response": None, "errorCode": None,
            "errorMessage": None, "createTime": "2026-11-21 12:00:00", "completeTime": None,
        }  # fmt: skip
        if not ready:
            return task
        if order.trouble in FAILURES:
            code, message = FAILURES[order.trouble]
            return {**task, "successFlag": 3, "errorCode": int(code), "errorMessage": message}
        return {**task, "successFlag": 1, **self._outcome(self.result_at(order))}

    def _outcome(self, url: str) -> dict[str, Any]:
        if self.form == "info":
            return {"info": {"resultImageUrl": url}}
        if self.form == "origin":
            return {"response": {"originImageUrl": url, "resultImageUrl": None}}
        return {"response": {"originImageUrl": None, "resultImageUrl": url}}

    def call_back(self, receipt: str) -> int:
        """Call back as when a task is done. Nothing is signed."""
        url = self.result_at(self.orders[receipt])
        return self.called_back(receipt, {"taskId": receipt, "info": {"resultImageUrl": url}}, {})
