"""The simulator as a server: in this process for tests, or alone for people."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncGenerator, Sequence
from types import TracebackType
from typing import Any, Self

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from tests.simulators.stripe.api import Api
from tests.simulators.stripe.control import Control
from tests.simulators.stripe.pages import Pages
from tests.simulators.stripe.webhooks import Courier, new_endpoint
from tests.simulators.stripe.world import World

KEY = "sk_test_simulator"
SECRET = "whsec_simulator"
SECONDS_TO_START = 20.0


def create_app(world: World) -> Starlette:
    """The API, the pages and the knobs over one world."""
    courier, api = Courier(world), Api(world)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        delivering = asyncio.create_task(courier.run())
        yield
        delivering.cancel()

    everything = Route("/v1/{rest:path}", api.answer, methods=["GET", "POST", "DELETE"])
    return Starlette(routes=[everything, *Pages(world).routes, *Control(world, courier, api).routes], lifespan=lifespan)


def listen(port: int = 0) -> socket.socket:
    """A socket of this machine alone."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Without this an answer in two parts waits 40 ms for the receiver to say that it has the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(2048)
    return listener


class StripeSimulator:
    """A Stripe with nothing in it, for as long as the `with` lasts.

    `url` is what the SDK takes as `base_addresses={"api": ...}`; the methods turn the knobs.
    """

    def __init__(
        self, *, webhook: str | None = None, secret: str = SECRET, port: int = 0, seed: str = "rekindle"
    ) -> None:
        self._listener = listen(port)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._webhook, self._secret, self._seed = webhook, secret, seed
        world = World(seed=seed, base_url=self.url)
        if webhook is not None:
            new_endpoint(world, webhook, secret=secret)
        config = uvicorn.Config(create_app(world), log_level="warning", access_log=False, lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), daemon=True)
        self._http = httpx2.Client(base_url=self.url, timeout=60.0, trust_env=False)

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise AssertionError("the simulator does not start")
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()
        self._server.should_exit = True
        self._thread.join(10.0)
        self._listener.close()

    def _post(self, name: str, **sent: Any) -> Any:
        answer = self._http.post(f"/_simulator/{name}", json=sent)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def reset(self, seed: str | None = None) -> None:
        """Forget everything and turn every knob back; the address that events go to stays."""
        for _ in range(2):  # what was on its way when all was forgotten is noted after it
            self._post("reset", seed=seed or self._seed, webhook=self._webhook, secret=self._secret)
            self.settled()

    def state(self) -> dict[str, Any]:
        """`busy`, the events that are `held`, the `deliveries` so far, and `now`."""
        return self._http.get("/_simulator/state").json()

    def send_to(self, url: str, secret: str = SECRET) -> None:
        """Send events there, too."""
        self._post("endpoint", url=url, secret=secret)

    def webhooks(self, **knobs: Any) -> None:
        """Set knobs: see `webhooks.Knobs`."""
        self._post("webhooks", **knobs)

    def release(self) -> None:
        self._post("release")

    def held(self) -> list[dict[str, str]]:
        """What is held back, oldest first: `id` and `type` of each event."""
        return self.state()["held"]

    def deliver(self, events: Sequence[str], **knobs: Any) -> list[dict[str, Any]]:
        """Deliver these events now, in this order: one entry for each try, with the `status` of the answer."""
        return self._post("deliver", events=list(events), **knobs)

    def settled(self, seconds: float = 20.0) -> list[dict[str, Any]]:
        """Wait until nothing is to be delivered or tried again; all deliveries so far."""
        deadline = time.monotonic() + seconds
        while (state := self.state())["busy"]:
            if time.monotonic() > deadline:
                raise AssertionError("deliveries do not end")
            time.sleep(0.02)
        return state["deliveries"]

    def fail(self, status: int = 500, *, times: int = 1, done: bool = False) -> None:
        """Answer the next calls with a fault, before or after doing what they ask."""
        self._post("faults", status=status, times=times, done=done)

    def skip(self, seconds: int) -> None:
        """Let time pass for all that lives by no test clock."""
        self._post("skip", seconds=seconds)

    def dunning(self, *, retry_days: Sequence[int] = (3, 5, 7), in_the_end: str = "canceled") -> None:
        self._post("dunning", retry_days=list(retry_days), in_the_end=in_the_end)

    def dispute(self, charge: str, reason: str = "fraudulent") -> dict[str, Any]:
        return self._post("disputes", charge=charge, reason=reason)

    def close_dispute(self, dispute: str, status: str) -> dict[str, Any]:
        """End it as `won` or `lost`."""
        return self._post("disputes", dispute=dispute, status=status)
