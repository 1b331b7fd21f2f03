"""Events: listed, and delivered with signatures; as reliably, or as badly, as is asked for."""

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import httpx2

from tests.simulators.stripe.catalogue import PAGES
from tests.simulators.stripe.errors import invalid
from tests.simulators.stripe.rendering import page
from tests.simulators.stripe.routes import Call, Routes
from tests.simulators.stripe.world import API_VERSION, Thing, World, scramble

routes = Routes()
GATHERED = 0.05
"""Seconds for which events are gathered before they are shuffled."""
TOLERANCE = 300
"""Seconds after which a signature is too old. Source: Stripe's SDKs."""
SIGNATURES = ("good", "wrong", "stale", "missing", "reencoded", "rotated")
"""`reencoded`: of another spelling of the same JSON. `rotated`: of an old secret and of the right one."""


@dataclass(slots=True)
class Knobs:
    """How events are delivered until told otherwise."""

    hold: bool = False
    """Keep events until they are released or delivered by name."""
    copies: int = 1
    shuffle: int | None = None
    """The seed of the order; None keeps the order in which things happened."""
    parallel: int = 1
    signature: str = "good"
    retry_after: tuple[float, ...] = (0.1, 0.3, 1.0)
    """Seconds before each further try of a delivery that was not answered with 2xx. At Stripe they are hours."""
    timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try, and what the receiver said: a status, or 0 and the trouble."""

    event: str
    type: str
    url: str
    attempt: int
    status: int
    answer: str


def signature_of(body: str, secret: str, moment: int) -> str:
    return hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()


def signed(body: str, secret: str, kind: str) -> tuple[str, dict[str, str]]:
    """The body to send, and the header that goes with it."""
    moment = int(time.time()) - (TOLERANCE + 1 if kind == "stale" else 0)
    good, wrong = signature_of(body, secret, moment), signature_of(body, "whsec_another", moment)
    if kind == "missing":
        return body, {}
    if kind == "reencoded":
        body = json.dumps(json.loads(body))
    parts = {"wrong": [wrong], "rotated": [wrong, good]}.get(kind, [good])
    return body, {"Stripe-Signature": ",".join([f"t={moment}", *(f"v1={part}" for part in parts)])}


class Courier:
    """Delivers the events of a world to its endpoints."""

    def __init__(self, world: World) -> None:
        self.knobs = Knobs()
        self.held: list[Thing] = []
        self.log: list[Delivery] = []
        self._world = world
        self._line: list[Thing] = []
        self._later: set[asyncio.Task[None]] = set()
        self._sending = 0
        self._wake = asyncio.Event()
        world.tell = self.post

    @property
    def busy(self) -> bool:
        return bool(self._line or self._later or self._sending)

    def receivers(self, event: Thing) -> list[Thing]:
        return [
            each for each in self._world.where("webhook_endpoint", status="enabled")
            if "*" in each["enabled_events"] or event["type"] in each["enabled_events"]
        ]  # fmt: skip

    def post(self, event: Thing) -> int:
        """Take an event; the answer is the number of endpoints that will hear of it."""
        receivers = len(self.receivers(event))
        if receivers:
            (self.held if self.knobs.hold else self._line).append(event)
            self._wake.set()
        return receivers

    def release(self) -> None:
        """Send what was held back, and hold nothing back any more."""
        self.knobs.hold = False
        self._line, self.held = self._line + self.held, []
        self._wake.set()

    def forget(self) -> None:
        """Deliver nothing of what is waiting, and turn every knob back."""
        for task in self._later:
            task.cancel()
        self.knobs, self.held, self._line = Knobs(), [], []
        self.log.clear()

    async def run(self) -> None:
        """Deliver whatever comes, until canceled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self.knobs.shuffle is not None:
                await asyncio.sleep(GATHERED)
            batch, self._line = self._line, []
            await self.deliver(batch, self.knobs)

    async def deliver(self, events: Sequence[Thing], knobs: Knobs) -> list[Delivery]:
        """Send these in this order, or shuffled, so many at once; what fails is tried again later."""
        parcels = [
            (event, endpoint)
            for event in events for endpoint in self.receivers(event) for _ in range(knobs.copies)
        ]  # fmt: skip
        if knobs.shuffle is not None:
            random.Random(knobs.shuffle).shuffle(parcels)
        gate = asyncio.Semaphore(knobs.parallel)
        self._sending += len(parcels)
        try:
            async with httpx2.AsyncClient(timeout=knobs.timeout, trust_env=False) as http:
                tries = (self._first(http, gate, *parcel, knobs) for parcel in parcels)
                return list(await asyncio.gather(*tries))
        finally:
            self._sending -= len(parcels)

    async def _first(
        self, http: httpx2.AsyncClient, gate: asyncio.Semaphore, event: Thing, endpoint: Thing, knobs: Knobs
    ) -> Delivery:
        async with gate:
            delivery = await self._try(http, event, endpoint, knobs, 1)
        if not 200 <= delivery.status < 300 and knobs.retry_after:
            task = asyncio.create_task(self._again(event, endpoint, knobs))
            self._later.add(task)
            task.add_done_callback(self._later.discard)
        return delivery

    async def _again(self, event: Thing, endpoint: Thing, knobs: Knobs) -> None:
        for attempt, seconds in enumerate(knobs.retry_after, start=2):
            await asyncio.sleep(seconds)
            async with httpx2.AsyncClient(timeout=knobs.timeout, trust_env=False) as http:
                delivery = await self._try(http, event, endpoint, knobs, attempt)
            if 200 <= delivery.status < 300:
                return

    async def _try(
        self, http: httpx2.AsyncClient, event: Thing, endpoint: Thing, knobs: Knobs, attempt: int
    ) -> Delivery:
        if endpoint["id"] not in self._world.notes:
            return Delivery(event["id"], event["type"], endpoint["url"], attempt, 0, "The endpoint is gone.")
        secret = self._world.notes[endpoint["id"]]["secret"]
        body, headers = signed(json.dumps(event, indent=2), secret, knobs.signature)
        headers |= {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0 (simulator)"}
        try:
            answer = await http.post(endpoint["url"], content=body.encode(), headers=headers)
            status, text = answer.status_code, answer.text[:500]
        except httpx2.HTTPError as trouble:
            status, text = 0, repr(trouble)
        if 200 <= status < 300:
            event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
        delivery = Delivery(event["id"], event["type"], endpoint["url"], attempt, status, text)
        self.log.append(delivery)
        return delivery

    def state(self) -> Thing:
        held = [{"id": event["id"], "type": event["type"]} for event in self.held]
        return {"busy": self.busy, "held": held, "deliveries": [asdict(each) for each in self.log]}


# ── the API ──


@routes.on("GET", "/v1/events/{id}")
def get_event(call: Call) -> Thing:
    return call.world.find("event", call.id)


@routes.on("GET", "/v1/events", f"type types created delivery_success {PAGES}")
def list_events(call: Call) -> Thing:
    params = call.params
    kinds, pattern = params.texts("types"), params.text("type")
    delivered = params.boolean("delivery_success")
    found = [
        event for event in call.world.all("event")
        if (not kinds or event["type"] in kinds) and (pattern is None or _fits(event["type"], pattern))
        and (delivered is None or (event["pending_webhooks"] == 0) is delivered)
    ]  # fmt: skip
    return page(found, params, "/v1/events")


def _fits(kind: str, pattern: str) -> bool:
    return kind == pattern or (pattern.endswith("*") and kind.startswith(pattern[:-1]))


@routes.on("POST", "/v1/webhook_endpoints", "url enabled_events description metadata api_version")
def create_endpoint(call: Call) -> Thing:
    """The secret is in this answer alone."""
    params = call.params
    events = params.texts("enabled_events")
    if not events:
        raise invalid("Missing required param: enabled_events.", "enabled_events", "parameter_missing")
    endpoint = new_endpoint(call.world, params.required("url"), events, description=params.text("description"))
    return {**endpoint, "secret": call.world.notes[endpoint["id"]]["secret"]}


def new_endpoint(
    world: World, url: str, events: Sequence[str] = ("*",), *, secret: str | None = None,
    description: str | None = None,
) -> Thing:  # fmt: skip
    endpoint = world.keep(
        "webhook_endpoint", api_version=API_VERSION, application=None, description=description,
        enabled_events=list(events), metadata={}, status="enabled", url=url,
    )  # fmt: skip
    world.notes[endpoint["id"]] = {"secret": secret or f"whsec_{scramble(endpoint['id'], 32)}"}
    return endpoint


@routes.on("GET", "/v1/webhook_endpoints/{id}")
def get_endpoint(call: Call) -> Thing:
    return call.world.find("webhook_endpoint", call.id)


@routes.on("GET", "/v1/webhook_endpoints", PAGES)
def list_endpoints(call: Call) -> Thing:
    return page(call.world.all("webhook_endpoint"), call.params, "/v1/webhook_endpoints")


@routes.on("POST", "/v1/webhook_endpoints/{id}", "url enabled_events disabled description")
def update_endpoint(call: Call) -> Thing:
    endpoint, params = call.world.find("webhook_endpoint", call.id), call.params
    endpoint.update({name: params.text(name) for name in ("url", "description") if name in params})
    if "enabled_events" in params:
        endpoint["enabled_events"] = params.texts("enabled_events")
    if "disabled" in params:
        endpoint["status"] = "disabled" if params.boolean("disabled") else "enabled"
    return endpoint


@routes.on("DELETE", "/v1/webhook_endpoints/{id}")
def delete_endpoint(call: Call) -> Thing:
    call.world.find("webhook_endpoint", call.id)
    del call.world.objects["webhook_endpoint"][call.id], call.world.notes[call.id]
    return {"id": call.id, "object": "webhook_endpoint", "deleted": True}
