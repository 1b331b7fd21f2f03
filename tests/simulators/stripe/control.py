"""What Stripe does not have: a page about the simulator, and the knobs that make it behave badly."""

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.simulators.stripe import checkout, clocks
from tests.simulators.stripe.api import Api
from tests.simulators.stripe.disputes import ENDED, close_dispute, open_dispute
from tests.simulators.stripe.errors import StripeError, invalid
from tests.simulators.stripe.pages import button, day, document, money
from tests.simulators.stripe.webhooks import SIGNATURES, Courier, Knobs, new_endpoint
from tests.simulators.stripe.world import Thing, World

MONTH = 31 * 86400


def changed(values: Any, sent: Thing) -> Any:
    """The frozen or open dataclass with what was sent laid over it; a name that it does not have is refused."""
    known = {each.name for each in fields(values)}
    if unknown := set(sent) - known:
        raise invalid(f"There is no such knob: {', '.join(sorted(unknown))}")
    lists = {name: tuple(value) if isinstance(value, list) else value for name, value in sent.items()}
    return replace(values, **lists)


class Control:
    """`/_simulator/...` takes and gives JSON; `/` is for people."""

    def __init__(self, world: World, courier: Courier, api: Api) -> None:
        self.world, self.courier, self.api = world, courier, api
        posts: dict[str, Callable[[Thing], Thing]] = {
            "webhooks": self.turn, "release": self.release, "faults": self.fail, "skip": self.skip,
            "dunning": self.dun, "disputes": self.dispute, "reset": self.reset, "endpoint": self.hear,
        }  # fmt: skip
        self.routes = [
            Route("/", self.home, methods=["GET", "POST"]),
            Route("/_simulator/state", self.state, methods=["GET"]),
            Route("/_simulator/deliver", self.deliver, methods=["POST"]),
            *(Route(f"/_simulator/{name}", _as_json(act), methods=["POST"]) for name, act in posts.items()),
        ]

    async def state(self, request: Request) -> Response:
        return JSONResponse({**self.courier.state(), "now": self.world.now()})

    def turn(self, sent: Thing) -> Thing:
        """Set the knobs that are named."""
        self.courier.knobs = _checked(changed(self.courier.knobs, sent))
        return asdict(self.courier.knobs)

    def release(self, sent: Thing) -> Thing:
        self.courier.release()
        return {}

    async def deliver(self, request: Request) -> Response:
        """Deliver these events now, in this order, held back or not; the answer says how each try ended.

        `events` are ids; the other names are knobs for this delivery alone. Nothing is tried again unless
        `retry_after` says so.
        """
        try:
            sent = await request.json()
            events = [self.world.find("event", key) for key in sent.pop("events")]
            knobs = _checked(changed(replace(self.courier.knobs, retry_after=()), sent))
        except StripeError as refusal:
            return JSONResponse(refusal.body(), refusal.status)
        self.courier.held = [event for event in self.courier.held if event not in events]
        return JSONResponse([asdict(each) for each in await self.courier.deliver(events, knobs)])

    def fail(self, sent: Thing) -> Thing:
        """Answer the next `times` calls with `status`; with `done`, after doing what they ask."""
        self.api.faults = changed(self.api.faults, sent)
        return asdict(self.api.faults)

    def skip(self, sent: Thing) -> Thing:
        """Let so many seconds pass for everything that lives by no test clock."""
        clocks.run_until(self.world, None, self.world.now() + int(sent["seconds"]))
        return {"now": self.world.now()}

    def dun(self, sent: Thing) -> Thing:
        self.world.dunning = changed(self.world.dunning, sent)
        return asdict(self.world.dunning)

    def dispute(self, sent: Thing) -> Thing:
        """Open a dispute about a charge, or close one as `won` or `lost`."""
        if "dispute" in sent:
            found = self.world.find("dispute", sent["dispute"])
            if sent["status"] not in ENDED:
                raise invalid(f"A dispute is closed as one of {', '.join(ENDED)}.")
            close_dispute(self.world, found, sent["status"])
            return found
        charge = self.world.find("charge", sent["charge"])
        return open_dispute(self.world, charge, sent.get("reason", "fraudulent"))

    def hear(self, sent: Thing) -> Thing:
        """Send events to `url` from now on, signed with `secret`, which Stripe would choose by itself."""
        return new_endpoint(self.world, sent["url"], secret=sent["secret"])

    def reset(self, sent: Thing) -> Thing:
        """Begin anew with the seed, and with the address `webhook` and its `secret` if they are given."""
        for each in (self.courier, self.api):
            each.forget()
        self.world.forget(sent["seed"])
        if sent["webhook"]:
            new_endpoint(self.world, sent["webhook"], secret=sent["secret"])
        return {}

    # ── for people ──

    async def home(self, request: Request) -> Response:
        if request.method == "POST":
            form = await request.form()
            if form.get("action") == "month":
                self.skip({"seconds": MONTH})
            elif form.get("action") == "dispute":
                self.dispute({"charge": form.get("charge")})
            return RedirectResponse("/", 303)
        parts = [
            f"<p>It is {day(self.world.now())} here. {button('month', 'Let a month pass')}</p>",
            "<h2>Checkouts</h2>" + _table(map(self._checkout, self.world.all("checkout.session"))),
            "<h2>Subscriptions</h2>" + _table(map(_subscription, self.world.all("subscription"))),
            "<h2>Charges</h2>" + _table(map(_charge, self.world.all("charge"))),
            "<h2>Deliveries</h2>" + _table((each.type, str(each.status), each.url) for each in self.courier.log[-40:]),
        ]
        return document("Stripe, simulated", "".join(parts))

    def _checkout(self, session: Thing) -> tuple[str, str, str]:
        total = money(session["amount_total"], session["currency"])
        useful = session["status"] == "open" or checkout.waits(self.world, session)
        link = f"{self.world.base_url}/c/pay/{session['id']}" if useful else ""
        return session["mode"], f"{session['status']}, {session['payment_status']}, {total}", link


def _as_json(act: Callable[[Thing], Thing]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        sent = await request.json() if await request.body() else {}
        try:
            return JSONResponse(act(sent))
        except StripeError as refusal:
            return JSONResponse(refusal.body(), refusal.status)

    return answer


def _checked(knobs: Knobs) -> Knobs:
    if knobs.signature not in SIGNATURES:
        raise invalid(f"A signature is one of {', '.join(SIGNATURES)}.")
    return knobs


def _subscription(subscription: Thing) -> tuple[str, str]:
    return subscription["id"], subscription["status"]


def _charge(charge: Thing) -> tuple[str, str, str]:
    """With a button for whoever wants to see what a dispute does."""
    can = charge["status"] == "succeeded" and not charge["disputed"]
    action = button("dispute", "Dispute", charge=charge["id"]) if can else ""
    return charge["status"], money(charge["amount"], charge["currency"]), action


def _table(rows: Any) -> str:
    """The newest first; what begins like an address is a link."""
    texts = ["".join(f"<td>{_cell(cell)}</td>" for cell in row) for row in rows]
    return "<table>" + "".join(f"<tr>{text}</tr>" for text in reversed(texts)) + "</table>"


def _cell(text: str) -> str:
    safe = text if text.startswith("<form") else escape(text)
    return f"<a href='{safe}'>{safe[:48]}…</a>" if text.startswith("http") else safe
