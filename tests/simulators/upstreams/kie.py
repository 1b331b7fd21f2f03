"""A Kie of one's own. A further trouble: `garbled` (the string with the result is no JSON)."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tests.simulators.upstreams.base import Order
from tests.simulators.upstreams.coded import FAILURES, CodedSimulator, coded

PICTURES: Mapping[str, tuple[str, int, int]] = {
    "google/nano-banana-edit": ("image_urls", 10, 20_000),
    "nano-banana-2": ("image_input", 14, 40_000),
    "nano-banana-pro": ("image_input", 8, 90_000),
}
"""The field of the links of each model, how many it takes, and what a picture costs in millionths of a dollar (made up
for the last two).
"""

WAITING = ("waiting", "queuing", "generating")


class KieSimulator(CodedSimulator):
    """Tasks of any model that it knows; `hmac_key` signs calls back."""

    name = "kie"

    def __init__(self, *, hmac_key: str = "", **knobs: Any) -> None:
        super().__init__(**knobs)
        self.hmac_key = hmac_key

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/api/v1/jobs/createTask", self._create, methods=["POST"]),
            Route("/api/v1/jobs/recordInfo", self._record),
            Route("/api/v1/chat/credit", self._credit),
        ]

    async def _create(self, request: Request) -> Response:
        if (answer := self.locked(request)) is not None:
            return answer
        body = await request.json()
        given, (field, most, cost) = body.get("input", {}), PICTURES.get(body.get("model"), ("", 0, 0))
        if not field:
            self.refused += 1
            return coded(422, "The model name you specified is not supported.")
        links = given.get(field, [])
        if len(links) > most or "prompt" not in given:
            self.refused += 1
            return coded(422, f"{field} has too many items, or there is no prompt.")
        order = await self.accepted(body, given["prompt"], links, cost)
        return coded(200, "success", {"taskId": order.id}) if isinstance(order, Order) else order

    async def _record(self, request: Request) -> Response:
        if (answer := self.locked(request)) is not None:
            return answer
        order = self.found(request)
        if order is None:
            return coded(404, "The task does not exist.")
        return coded(200, "success", self._task(order, ready=self.ready(order)))

    async def _credit(self, request: Request) -> Response:
        return self.locked(request) or coded(200, "success", 1000)

    def _task(self, order: Order, *, ready: bool) -> dict[str, Any]:
        body = self.asked[order.id]
        task: dict[str, Any] = {
            "taskId": order.id, "model": body["model"], "param": json.dumps(body), "state": "generating",
            "resultJson": "", "failCode": None, "failMsg": None, "costTime": None,
            "createTime": int(time.time() * 1000), "updateTime": int(time.time() * 1000), "completeTime": None,
        }  # fmt: skip
        if not ready:
            return {**task, "state": WAITING[min(order.asked, len(WAITING)) - 1]}
        if order.trouble in FAILURES:
            code, message = FAILURES[order.trouble]
            return {**task, "state": "fail", "failCode": code, "failMsg": message}
        result = (
            '{"resultUrls": [' if order.trouble == "garbled" else json.dumps({"resultUrls": [self.result_at(order)]})
        )
        return {**task, "state": "success", "resultJson": result, "costTime": 12, "completeTime": task["updateTime"]}

    def call_back(self, receipt: str, *, at: float | None = None) -> int:
        """Call back as when a task is done: signed, where there is a key. The signature says nothing of the body."""
        stamp = str(int(time.time() if at is None else at))
        signature = hmac.digest(self.hmac_key.encode(), f"{receipt}.{stamp}".encode(), hashlib.sha256)
        headers = {"X-Webhook-Timestamp": stamp, "X-Webhook-Signature": base64.b64encode(signature).decode()}
        task = self._task(self.orders[receipt], ready=True)
        return self.called_back(receipt, task, headers if self.hmac_key else {})
