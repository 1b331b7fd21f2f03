"""Objects as answers: references spelled out where `expand` asks for it, and lists page by page."""

import copy
from collections.abc import Iterable, Sequence
from typing import Any

from tests.simulators.stripe.errors import invalid, no_such
from tests.simulators.stripe.forms import Params
from tests.simulators.stripe.world import Thing, World

REFERENCES = {
    "customer": "customer", "product": "product", "price": "price", "default_price": "price",
    "subscription": "subscription", "invoice": "invoice", "latest_invoice": "invoice", "charge": "charge",
    "latest_charge": "charge", "payment_intent": "payment_intent", "payment_method": "payment_method",
    "default_payment_method": "payment_method", "test_clock": "test_helpers.test_clock",
    "configuration": "billing_portal.configuration", "schedule": "subscription_schedule",
}  # fmt: skip
"""Fields whose value is the id of an object of that kind."""
NOT_EXPANDABLE = {("billing_portal.session", "customer"), ("subscription_item", "subscription")}
DEEPEST = 4
LISTS = ("limit", "starting_after", "ending_before")
"""The parameters that every list takes."""


def listing(things: Sequence[Thing], url: str, *, more: bool = False) -> Thing:
    return {"object": "list", "data": list(things), "has_more": more, "url": url}


def page(things: Iterable[Thing], params: Params, url: str) -> Thing:
    """The part of `things` (oldest first) that the parameters ask for, newest first."""
    newest = [thing for thing in things if _in_time(thing, params)][::-1]
    limit = params.positive("limit") or 10
    if limit > 100:
        raise invalid("This value must be less than or equal to 100.", "limit", "parameter_invalid_integer")
    after, before = params.text("starting_after"), params.text("ending_before")
    if after:
        newest = newest[_place(newest, after, "starting_after") + 1 :]
    if before:
        newest = newest[: _place(newest, before, "ending_before")]
        return listing(newest[-limit:], url, more=len(newest) > limit)
    return listing(newest[:limit], url, more=len(newest) > limit)


def _in_time(thing: Thing, params: Params) -> bool:
    """Whether it was made when `created` says, for example `created[gte]`."""
    if "created" not in params:
        return True
    made = thing["created"]
    if isinstance(params.tree["created"], str):
        return made == params.integer("created")
    limits = params.inside("created")
    limits.only("gt", "gte", "lt", "lte")
    lowest = max((limits.integer("gte") or 0), (limits.integer("gt") or -1) + 1)
    highest = min((limits.integer("lte") or made), (limits.integer("lt") or made + 1) - 1)
    return lowest <= made <= highest


def _place(things: Sequence[Thing], key: str, param: str) -> int:
    for index, thing in enumerate(things):
        if thing["id"] == key:
            return index
    raise no_such("object", key, param, 400)


def rendered(world: World, thing: Thing, expand: Iterable[str] = ()) -> Thing:
    """A copy to send: each path in `expand`, for example `data.latest_invoice.payments`, spelled out."""
    answer = copy.deepcopy(thing)
    for path in expand:
        steps = path.split(".")
        if len(steps) > DEEPEST:
            raise invalid(f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}")
        _expand(world, answer, steps, path)
    return answer


def _expand(world: World, thing: Any, steps: Sequence[str], path: str) -> None:
    if not steps:
        return
    if isinstance(thing, list):
        for each in thing:
            _expand(world, each, steps, path)
        return
    step = steps[0]
    if not isinstance(thing, dict):
        return
    if step not in thing:
        thing[step] = _included(world, thing, step, path)
    elif isinstance(thing[step], str):
        kind = REFERENCES.get(step)
        if kind is None or (thing.get("object"), step) in NOT_EXPANDABLE:
            raise _cannot(path)
        thing[step] = copy.deepcopy(world.find(kind, thing[step]))
    _expand(world, thing[step], steps[1:], path)


def _included(world: World, thing: Thing, step: str, path: str) -> Thing:
    """Lists that an object only has when they are asked for."""
    key = thing.get("id")
    found: dict[tuple[str, str], tuple[Iterable[Thing], str]] = {
        ("invoice", "payments"): (world.where("invoice_payment", invoice=key), f"/v1/invoice_payments?invoice={key}"),
        ("charge", "refunds"): (world.where("refund", charge=key), f"/v1/charges/{key}/refunds"),
        ("checkout.session", "line_items"): (
            world.where("item", session=key), f"/v1/checkout/sessions/{key}/line_items",
        ),
        ("customer", "subscriptions"): (
            (each for each in world.where("subscription", customer=key) if each["status"] != "canceled"),
            f"/v1/customers/{key}/subscriptions",
        ),
    }  # fmt: skip
    if (thing.get("object", ""), step) not in found:
        raise _cannot(path)
    things, url = found[thing["object"], step]
    return listing([without_session(each) for each in copy.deepcopy(list(things))][::-1], url)


def without_session(item: Thing) -> Thing:
    """A line of a checkout does not say to which session it belongs."""
    return {name: value for name, value in item.items() if item["object"] != "item" or name != "session"}


def _cannot(path: str) -> Exception:
    return invalid(f"This property cannot be expanded ({path}).", "expand")
