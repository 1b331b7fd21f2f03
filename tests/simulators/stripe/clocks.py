"""Time that passes: what falls due is done in order, on a test clock or on the time of day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.simulators.stripe import checkout, invoices, subscriptions
from tests.simulators.stripe.catalogue import PAGES
from tests.simulators.stripe.errors import invalid
from tests.simulators.stripe.rendering import page
from tests.simulators.stripe.routes import Call, Routes
from tests.simulators.stripe.world import Thing, World

routes = Routes()
FIRST_PAYMENT_WITHIN = 23 * 3600
DAYS_KEPT = 30
INTERVALS_AT_ONCE = 2
SECONDS = {"day": 86400, "week": 7 * 86400, "month": 31 * 86400, "year": 366 * 86400}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens by itself, at a time."""

    due: int
    run: Callable[[World, Thing], None]
    thing: Thing


def _steps(world: World, clock: str | None) -> Iterator[Step]:
    """The next step of everything that lives by this clock."""
    for session in world.where("checkout.session", status="open"):
        if world.clock_of(session["customer"]) == clock:
            yield Step(session["expires_at"], checkout.expire, session)
    for subscription in world.where("subscription", test_clock=clock):
        yield from _steps_of(subscription)
    for invoice in world.where("invoice", test_clock=clock):
        if invoice["status"] == "draft" and invoice["automatically_finalizes_at"]:
            yield Step(invoice["automatically_finalizes_at"], _finalize, invoice)
        elif invoice["status"] == "open" and invoice["next_payment_attempt"]:
            yield Step(invoice["next_payment_attempt"], _collect, invoice)


def _steps_of(subscription: Thing) -> Iterator[Step]:
    if subscription["status"] == "incomplete":
        yield Step(subscription["created"] + FIRST_PAYMENT_WITHIN, subscriptions.give_up, subscription)
    elif subscription["status"] not in subscriptions.ENDED:
        end, canceled = subscriptions.period_end(subscription), subscription["cancel_at"]
        if canceled is not None and canceled <= end:
            yield Step(canceled, _end, subscription)
        else:
            yield Step(end, subscriptions.renew, subscription)


def _end(world: World, subscription: Thing) -> None:
    subscriptions.end_at_once(world, subscription, reason="cancellation_requested")


def _finalize(world: World, invoice: Thing) -> None:
    invoices.finalize(world, invoice)
    subscriptions.collect(world, invoice)


def _collect(world: World, invoice: Thing) -> None:
    subscriptions.collect(world, invoice)


def run_until(world: World, clock: str | None, moment: int) -> None:
    """Do everything that falls due until then, each at its time, and leave the clock there."""
    while due := [step for step in _steps(world, clock) if step.due <= moment]:
        step = min(due, key=lambda each: each.due)
        if step.due > world.now(clock):
            world.set_time(clock, step.due)
        step.run(world, step.thing)
    if moment > world.now(clock):
        world.set_time(clock, moment)


# ── the API ──


@routes.on("POST", "/v1/test_helpers/test_clocks", "frozen_time name")
def create_clock(call: Call) -> Thing:
    world, frozen = call.world, call.params.integer("frozen_time")
    if frozen is None:
        raise invalid("Missing required param: frozen_time.", "frozen_time", "parameter_missing")
    clock = world.keep(
        "test_helpers.test_clock", deletes_after=world.now() + DAYS_KEPT * 86400, frozen_time=frozen,
        name=call.params.text("name"), status="ready", status_details={},
    )  # fmt: skip
    world.emit("test_helpers.test_clock.created", clock)
    return clock


@routes.on("GET", "/v1/test_helpers/test_clocks/{id}")
def get_clock(call: Call) -> Thing:
    return call.world.find("test_helpers.test_clock", call.id)


@routes.on("GET", "/v1/test_helpers/test_clocks", PAGES)
def list_clocks(call: Call) -> Thing:
    return page(call.world.all("test_helpers.test_clock"), call.params, "/v1/test_helpers/test_clocks")


@routes.on("POST", "/v1/test_helpers/test_clocks/{id}/advance", "frozen_time")
def advance_clock(call: Call) -> Thing:
    """The answer says `advancing`, as Stripe's does; when it is read, everything is done."""
    world, target = call.world, call.params.integer("frozen_time")
    clock = world.find("test_helpers.test_clock", call.id)
    if target is None or target <= clock["frozen_time"]:
        raise invalid("The frozen_time must be after the clock's current frozen_time.", "frozen_time")
    alive = [each for each in world.where("subscription", test_clock=call.id)
             if each["status"] not in subscriptions.ENDED]  # fmt: skip
    longest = min((_length(each) for each in alive), default=None)
    if longest is not None and target - clock["frozen_time"] > INTERVALS_AT_ONCE * longest:
        raise invalid(
            "You can only advance a test clock by two intervals of its shortest subscription at a time.", "frozen_time"
        )
    world.emit("test_helpers.test_clock.advancing", clock)
    run_until(world, call.id, target)
    world.emit("test_helpers.test_clock.ready", clock)
    return {**clock, "status": "advancing", "status_details": {"advancing": {"target_frozen_time": target}}}


def _length(subscription: Thing) -> int:
    recurring = subscriptions.items_of(subscription)[0]["price"]["recurring"]
    return SECONDS[recurring["interval"]] * recurring["interval_count"]


@routes.on("DELETE", "/v1/test_helpers/test_clocks/{id}")
def delete_clock(call: Call) -> Thing:
    """With everything that lives by it."""
    world = call.world
    clock = world.find("test_helpers.test_clock", call.id)
    world.emit("test_helpers.test_clock.deleted", clock)
    for kind in ("customer", "subscription", "invoice"):
        for thing in list(world.where(kind, test_clock=call.id)):
            del world.objects[kind][thing["id"]]
    del world.objects["test_helpers.test_clock"][call.id]
    return {"id": call.id, "object": "test_helpers.test_clock", "deleted": True}
