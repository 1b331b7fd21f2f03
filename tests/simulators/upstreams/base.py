"""What every simulated upstream has: a server, a queue of troubles, counters, and pictures that were really made."""

import asyncio
import copy
import json
import threading
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import uvicorn
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.pictures import png
from tests.simulators.stripe.server import listen
from tests.simulators.upstreams.pictures import drawn, encoded

SECONDS_TO_START = 20.0
MARK = "simulate:"
"""A prompt with `simulate:WORD` in it meets that trouble, so that a person can try them by hand."""

PRIVATE = "http://10.0.0.7/result.png"
"""Where nobody must go because an answer says so."""


@dataclass
class Order:
    """An edit that was handed in, and how far it is. `trouble` is what it will meet."""

    id: str
    prompt: str
    pictures: list[bytes]
    trouble: str
    asked: int = 0
    canceled: bool = False
    born: float = field(default_factory=time.monotonic)


class Simulator:
    """An upstream with nothing to do, for as long as the `with` lasts.

    `troubles` is what the next submissions meet, one each, and `always` what those meet for which none is left; ""
    is none. The words are the same for all upstreams: `limited` (429 with Retry-After), `limited_silently`, `busy`
    (503), `unpaid` (402 or what it uses), `locked` (401), `unfit` (422), `refused` (by its safety policy), `fails`
    (accepted, then failed), `never` (accepted, never ready), `forgotten` (accepted, then unknown), `cut` (the
    connection ends after it was accepted), `html` (a page instead of JSON), `empty`, `lies` (a result that is no
    picture), `blank` (one grey picture), `echo` (the input again), `oversized`, `heavy` (a few bytes that become
    a hundred million pixels), `expired` (the result is gone), `elsewhere` (the result is said to be at a private
    address), `moved` (its address leads on to a private one). What an upstream cannot do it says in `impossible`. With
    `delay` every answer is late.

    Results lie at another place, as they do in the world: `result_at` says where, and `visits` has the headers of
    everybody who came for one.
    """

    name = "upstream"
    impossible: frozenset[str] = frozenset()

    def __init__(
        self,
        *,
        port: int = 0,
        key: str = "sim-key",
        polls: int = 2,
        delay: float = 0.0,
        tls: tuple[str, str] | None = None,
    ) -> None:
        """`polls`: how often an order is not ready yet; `delay`: seconds before anything is answered. `tls`: the files
        of a certificate and of its key, to be reached by https.
        """
        self._listener, self._tls = listen(port), tls or (None, None)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._store = listen(0)
        self.store_url = f"{'https' if tls else 'http'}://127.0.0.1:{self._store.getsockname()[1]}"
        self.visits: list[Mapping[str, str]] = []
        self.key, self.polls, self.delay = key, polls, delay
        self.troubles: deque[str] = deque()
        self.always = ""
        self.orders: dict[str, Order] = {}
        self.submissions: Counter[str] = Counter()
        """How often each idempotency key was handed in (or each prompt, where the upstream knows no keys)."""
        self.met: Counter[str] = Counter()
        self.in_flight = self.most_in_flight = self.refused = self.canceled = 0
        self.hosts: Counter[str] = Counter()
        self.cost_billed = 0
        """Millionths of a dollar that were charged for what was accepted and not free."""
        self._fresh: dict[str, Any] = {}
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    # ── for the upstreams ──

    def routes(self) -> Sequence[BaseRoute]:
        """The addresses of the protocol."""
        raise NotImplementedError

    def allowed(self, request: Request) -> bool:
        """Whether the request carries the key."""
        return request.headers.get("authorization") == f"Bearer {self.key}"

    def take(self, prompt: str, pictures: Sequence[bytes], *, key: str = "") -> Order:
        """Accept an edit; its trouble is the one that the prompt asks for, or the next in the queue."""
        self.submissions[key or prompt] += 1
        order = Order(f"{self.name}-{len(self.orders) + 1}", prompt, list(pictures), self.next_trouble(prompt))
        self.orders[order.id] = order
        return order

    def next_trouble(self, prompt: str) -> str:
        """What this submission meets."""
        if MARK in prompt:
            trouble = prompt.partition(MARK)[2].split()[0].strip(".,;")
        else:
            trouble = self.troubles.popleft() if self.troubles else self.always
        self.met[trouble] += 1
        return trouble

    def ready(self, order: Order) -> bool:
        """Whether an order is done, now that it was asked for once more."""
        order.asked += 1
        return order.trouble != "never" and order.asked > self.polls

    def result(self, order: Order) -> bytes:
        """The bytes that come of an order: a picture made from its first one, unless its trouble says otherwise."""
        match order.trouble:
            case "lies":
                return b"<html>this is no picture</html>"
            case "oversized":
                return b"\xff\xd8\xff\xe0" + bytes(80_000_000)
            case "heavy":
                return png(10_000, 10_000)
            case "blank":
                return encoded(Image.new("RGB", (640, 480), (127, 127, 127)))
            case "echo":
                return order.pictures[0]
            case _:
                return drawn(order.prompt, order.pictures)

    def result_at(self, order: Order) -> str:
        """The address of what comes of an order."""
        return PRIVATE if order.trouble == "elsewhere" else f"{self.store_url}/{order.id}.png"

    async def _result(self, request: Request) -> Response:
        self.visits.append(dict(request.headers))
        order = self.orders.get(request.path_params["name"].partition(".")[0])
        if order is None or order.trouble == "expired":
            return Response("<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
        if order.trouble == "moved":
            return Response(status_code=302, headers={"location": PRIVATE})
        return Response(self.result(order), media_type=self.result_type(order))

    def result_type(self, order: Order) -> str:
        """What the result is said to be."""
        return "image/png"

    # ── for tests ──

    def __enter__(self) -> Self:
        plain, running = (dict, list, deque, int, float, str), {"in_flight", "_fresh"}
        kept = {name: value for name, value in vars(self).items() if isinstance(value, plain) and name not in running}
        self._fresh = copy.deepcopy(kept)
        self.rise()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.die()

    def die(self) -> None:
        """Be gone, as when its machine is switched off: nobody listens any more. What it was given, it keeps."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join(10.0)
            self._server = None
        self._listener.close()
        self._store.close()

    @property
    def dead(self) -> bool:
        """Whether nobody listens."""
        return self._server is None

    def rise(self) -> None:
        """Listen, at the same addresses as before it died."""
        if self._listener.fileno() < 0:
            self._listener, self._store = listen(port_of(self.url)), listen(port_of(self.store_url))
        app = Starlette(routes=[*self.routes(), Route("/_control", self._control, methods=["GET", "POST"])])
        certificate, key = self._tls
        config = uvicorn.Config(
            self._counted(app), log_level="critical", access_log=False, lifespan="off",
            ssl_certfile=certificate, ssl_keyfile=key,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        listeners = [self._listener, self._store]
        self._thread = threading.Thread(target=self._server.run, args=(listeners,), daemon=True)
        self._thread.start()
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._server.started:
            assert self._thread.is_alive(), "the simulator does not start"
            assert time.monotonic() < deadline, "the simulator does not start"
            time.sleep(0.01)

    def forget(self) -> None:
        """Forget everything that was met and turn every knob back, without a new start."""
        vars(self).update(copy.deepcopy(self._fresh))

    async def _control(self, request: Request) -> Response:
        """`{"troubles": [...], "always": "", "polls": 2, "delay": 0}` turns the knobs; GET shows the counters."""
        if request.method == "POST":
            wanted = await request.json()
            self.troubles.extend(wanted.get("troubles", []))
            self.always = wanted.get("always", self.always)
            self.polls, self.delay = wanted.get("polls", self.polls), wanted.get("delay", self.delay)
        return JSONResponse({
            "submissions": dict(self.submissions), "met": dict(self.met), "refused": self.refused,
            "in_flight": self.in_flight, "most_in_flight": self.most_in_flight, "canceled": self.canceled,
            "orders": len(self.orders), "cost_billed": self.cost_billed,
        })  # fmt: skip

    def _counted(self, app: Starlette) -> Callable[..., Awaitable[None]]:
        store, storing = Starlette(routes=[Route("/{name}", self._result)]), port_of(self.store_url)

        async def counting(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["server"][1] == storing:
                await store(scope, receive, send)
                return
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            try:
                if self.delay and scope["type"] == "http" and not scope["path"].startswith("/_control"):
                    await asyncio.sleep(self.delay)
                await app(scope, receive, send)
            finally:
                self.in_flight -= 1

        return counting


def port_of(url: str) -> int:
    """The port in an address."""
    return int(url.rpartition(":")[2])


class Cut(Response):
    """An answer whose connection ends in the middle."""

    def __init__(self) -> None:
        super().__init__(b"x", headers={"content-length": "1000"})

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b'{"', "more_body": True})
        raise ConnectionResetError("cut on purpose")


def page() -> Response:
    """What a proxy answers in front of a dead service."""
    return Response("<html><body>502 Bad Gateway</body></html>", media_type="text/html")


def text_of(body: Any) -> str:
    """JSON as text, for looking into it."""
    return json.dumps(body)
