"""What the two upstreams of one family share: tasks that are asked for, every code inside of the body of a 200, and
pictures that they fetch from the links that they are given.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx2
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.simulators.upstreams.base import Cut, Order, Simulator, page
from tests.simulators.upstreams.links import NotThere, pictures_at

FREE = frozenset({"refused", "fails", "never", "unreadable"})
FAILURES: Mapping[str, tuple[str, str]] = {
    "refused": ("400", "Your prompt was flagged by our safety system as violating content policies."),
    "fails": ("500", "Internal Error, Please try again later."),
    "unreadable": ("422", "The image could not be downloaded."),
}
"""The code and the words of a task that failed, by its trouble."""


def coded(code: int, msg: str, data: Any = None, status: int = 200, **headers: str) -> Response:
    return JSONResponse({"code": code, "msg": msg, "data": data}, status, headers=headers)


class CodedSimulator(Simulator):
    """Tasks: `asked` has the body of each by its receipt. `off` (a feature that is off) is a further trouble."""

    def __init__(self, **knobs: Any) -> None:
        super().__init__(**knobs)
        self.asked: dict[str, Mapping[str, Any]] = {}
        self.fetched: list[str] = []
        """The links that were fetched."""

    def locked(self, request: Request) -> Response | None:
        """The answer to those without the key."""
        if self.allowed(request):
            return None
        self.refused += 1
        return coded(401, "You do not have access permissions")

    async def accepted(self, body: Mapping[str, Any], prompt: str, links: Sequence[str], cost: int) -> Order | Response:
        """The order, or the answer where there is none. `cost` is in millionths of a dollar."""
        if not links or not all(link.startswith(("http://", "https://")) for link in links):
            self.refused += 1
            return coded(422, "The image urls must be public links.")
        trouble = self.next_trouble(prompt)
        if trouble in DOOR:
            self.refused += 1
            return DOOR[trouble]()
        try:
            pictures = await pictures_at(links)
            self.fetched += links
        except NotThere:
            pictures, trouble = [], "unreadable"
        order = Order(f"{self.name}-{len(self.orders) + 1}", prompt, pictures, trouble)
        self.submissions[prompt] += 1
        self.orders[order.id], self.asked[order.id] = order, body
        if trouble not in FREE:
            self.cost_billed += cost
        return Cut() if trouble == "cut" else order

    def found(self, request: Request) -> Order | None:
        """The order that is asked for."""
        order = self.orders.get(request.query_params.get("taskId", ""))
        return None if order is None or order.trouble == "forgotten" else order

    def called_back(self, receipt: str, data: Mapping[str, Any], headers: Mapping[str, str]) -> int:
        """Call the address that came with a task; the status of the answer."""
        url, body = self.asked[receipt]["callBackUrl"], {"code": 200, "msg": "success", "data": data}
        return httpx2.post(url, json=body, headers=dict(headers), trust_env=False).status_code


OFTEN = "Your call frequency is too high."
POOR = "Credits insufficient. Your current balance isn't enough to run this request."

DOOR: Mapping[str, Callable[[], Response]] = {
    "locked": lambda: coded(401, "You do not have access permissions"),
    "unpaid": lambda: coded(402, POOR),
    "off": lambda: coded(505, "This feature is currently disabled."),
    "limited": lambda: coded(429, OFTEN, None, 429, **{"retry-after": "7"}),
    "limited_silently": lambda: coded(429, OFTEN),
    "busy": lambda: coded(455, "The website is currently under maintenance."),
    "unfit": lambda: coded(422, "The image is not within the range of allowed options."),
    "html": page,
    "empty": lambda: Response(b""),
}
"""What is answered before anything was accepted: nearly always with a status of 200."""
