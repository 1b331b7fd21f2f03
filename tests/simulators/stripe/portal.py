"""The billing portal: its configuration, its sessions, and what its page does."""

from tests.simulators.stripe import subscriptions
from tests.simulators.stripe.cards import CARDS, new_card
from tests.simulators.stripe.catalogue import PAGES
from tests.simulators.stripe.errors import invalid
from tests.simulators.stripe.forms import Params
from tests.simulators.stripe.rendering import page
from tests.simulators.stripe.routes import Call, Routes
from tests.simulators.stripe.world import Thing, World

routes = Routes()


def new_configuration(
    world: World, *, default: bool, features: Thing, return_url: str | None, metadata: Thing | None = None
) -> Thing:
    return world.keep(
        "billing_portal.configuration", active=True, application=None, default_return_url=return_url,
        business_profile={"headline": None, "privacy_policy_url": None, "terms_of_service_url": None},
        features=features, is_default=default, login_page={"enabled": False, "url": None},
        metadata=metadata or {}, name=None,
        updated=world.now(),
    )  # fmt: skip


def _features(
    *, cancel: bool, cancel_mode: str, update: bool, products: list[Thing], prorate: str, anchor: str | None = None,
    later: list[Thing] | None = None,
) -> Thing:  # fmt: skip
    return {
        "customer_update": {"allowed_updates": ["email"], "enabled": False},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True, "payment_method_configuration": None},
        "subscription_cancel": {"enabled": cancel, "mode": cancel_mode, "proration_behavior": "none",
                                "cancellation_reason": {"enabled": False, "options": []}},
        "subscription_pause": {"enabled": False, "duration": {"interval_options": [], "type": "indefinite"}},
        "subscription_update": {"enabled": update, "default_allowed_updates": ["price"], "products": products,
                                "proration_behavior": prorate, "billing_cycle_anchor": anchor,
                                "schedule_at_period_end": {"conditions": later or []},
                                "trial_update_behavior": "end_trial"},
    }  # fmt: skip


def default_configuration(world: World) -> Thing:
    """Everything allowed, every recurring price offered: Stripe's own default is whatever was set by hand."""
    found = next(world.where("billing_portal.configuration", is_default=True), None)
    features = _features(cancel=True, cancel_mode="at_period_end", update=True, products=[],
                         prorate="always_invoice")  # fmt: skip
    return found or new_configuration(world, default=True, features=features, return_url=None)


@routes.on("POST", "/v1/billing_portal/configurations", "features default_return_url metadata")
def create_configuration(call: Call) -> Thing:
    """Of the features, canceling and switching can be set."""
    features = call.params.inside("features")
    features.only("subscription_cancel", "subscription_update", "payment_method_update", "invoice_history")
    cancel, update = features.inside("subscription_cancel"), features.inside("subscription_update")
    cancel.only("enabled", "mode")
    update.only(
        "enabled", "default_allowed_updates", "products", "proration_behavior", "billing_cycle_anchor",
        "schedule_at_period_end",
    )  # fmt: skip
    default_configuration(call.world)
    return new_configuration(
        call.world,
        default=False,
        return_url=call.params.text("default_return_url"),
        metadata=call.params.metadata(),
        features=_features(
            cancel=cancel.boolean("enabled") or False,
            cancel_mode=cancel.choice("mode", "at_period_end", "immediately") or "at_period_end",
            update=update.boolean("enabled") or False,
            products=[_offered(call.world, each) for each in update.each("products")],
            prorate=update.choice("proration_behavior", "always_invoice", "create_prorations", "none") or "none",
            anchor=update.choice("billing_cycle_anchor", "now", "unchanged"),
            later=[_condition(each) for each in update.inside("schedule_at_period_end").each("conditions")],
        ),
    )


def _condition(params: Params) -> Thing:
    params.only("type")
    return {"type": params.choice("type", "decreasing_item_amount", "shortening_interval")}


def _offered(world: World, params: Params) -> Thing:
    params.only("product", "prices")
    for price in params.texts("prices"):
        world.find("price", price, param=params.place("prices"))
    return {"product": params.required("product"), "prices": params.texts("prices"),
            "adjustable_quantity": {"enabled": False, "maximum": None, "minimum": 1}}  # fmt: skip


@routes.on("GET", "/v1/billing_portal/configurations/{id}")
def get_configuration(call: Call) -> Thing:
    return call.world.find("billing_portal.configuration", call.id)


@routes.on("GET", "/v1/billing_portal/configurations", f"is_default active {PAGES}")
def list_configurations(call: Call) -> Thing:
    default_configuration(call.world)
    wanted = {name: call.params.boolean(name) for name in ("is_default", "active") if name in call.params}
    found = call.world.where("billing_portal.configuration", **wanted)
    return page(found, call.params, "/v1/billing_portal/configurations")


@routes.on("POST", "/v1/billing_portal/sessions", "customer return_url configuration locale flow_data")
def create_session(call: Call) -> Thing:
    world, params = call.world, call.params
    customer = world.live(params.required("customer"), param="customer")
    default = default_configuration(world)
    key = params.text("configuration")
    chosen = world.find("billing_portal.configuration", key, param="configuration") if key else default
    session = world.keep(
        "billing_portal.session", configuration=chosen["id"], customer=customer["id"],
        flow=_flow(call, customer),
        locale=params.text("locale"), on_behalf_of=None,
        return_url=params.text("return_url") or chosen["default_return_url"],
    )  # fmt: skip
    session["url"] = f"{world.base_url}/p/session/{session['id']}"
    return session


def _flow(call: Call, customer: Thing) -> Thing | None:
    """The one thing that the session is for: here, a change of plan that only has to be confirmed."""
    data = call.params.inside("flow_data")
    if not data.tree:
        return None
    data.only("type", "after_completion", "subscription_update_confirm")
    kind = data.choice("type", "subscription_update_confirm")
    wanted, after = data.inside("subscription_update_confirm"), data.inside("after_completion")
    wanted.only("subscription", "items")
    subscription = call.world.find("subscription", wanted.required("subscription"), param=wanted.place("subscription"))
    if subscription["customer"] != customer["id"] or subscription["status"] in subscriptions.ENDED:
        raise invalid("The subscription is not one of this customer that could be updated.")
    (item,) = wanted.each("items")
    price = call.world.find("price", item.required("price"), param=item.place("price"))
    chosen = {"id": item.required("id"), "price": price["id"], "quantity": item.positive("quantity") or 1}
    back = after.inside("redirect").text("return_url")
    return {
        "type": kind, "subscription_cancel": None, "subscription_pause": None, "subscription_update": None,
        "subscription_update_confirm": {"subscription": subscription["id"], "items": [chosen], "discounts": None},
        "after_completion": {"type": after.choice("type", "redirect", "portal_homepage") or "portal_homepage",
                             "redirect": back and {"return_url": back}, "hosted_confirmation": None},
    }  # fmt: skip


# ── what the page does ──


def mine(world: World, session: Thing) -> list[Thing]:
    """The subscriptions of the customer that have not ended."""
    found = world.where("subscription", customer=session["customer"])
    return [each for each in found if each["status"] not in subscriptions.ENDED]


def _settings(world: World, session: Thing) -> Thing:
    return world.find("billing_portal.configuration", session["configuration"])["features"]


def offers(world: World, session: Thing, subscription: Thing) -> list[Thing]:
    """The prices to which the subscription can be switched."""
    update = _settings(world, session)["subscription_update"]
    if not update["enabled"]:
        return []
    allowed = {price for product in update["products"] for price in product["prices"]}
    now = subscriptions.items_of(subscription)[0]["price"]
    return [
        price for price in world.where("price", active=True, type="recurring", currency=now["currency"])
        if price["id"] != now["id"] and (price["id"] in allowed or not update["products"])
    ]  # fmt: skip


def can_cancel(world: World, session: Thing) -> bool:
    return _settings(world, session)["subscription_cancel"]["enabled"]


def act(world: World, session: Thing, action: str, subscription: Thing, value: str) -> None:
    """`cancel`, `resume`, `switch` to the price `value`, or `card` with the test card `value`."""
    features = _settings(world, session)
    if action == "cancel" and can_cancel(world, session):
        if features["subscription_cancel"]["mode"] == "immediately":
            subscriptions.end_at_once(world, subscription, reason="cancellation_requested")
        else:
            end = subscriptions.period_end(subscription)
            subscriptions.end_later(world, subscription, at=end, at_period_end=False)
    elif action == "resume":
        subscriptions.go_on(world, subscription)
    elif action == "switch" and value in {price["id"] for price in offers(world, session, subscription)}:
        _switch(world, features["subscription_update"], subscription, world.find("price", value))
    elif action == "card" and value in CARDS:
        change_card(world, subscription, value)
    else:
        raise invalid(f"The page does not offer this: {action} {value}".strip())


def waits(world: World, session: Thing, subscription: Thing, price: Thing) -> bool:
    """Whether a change to this price, made on this page, waits for the end of the period."""
    return waits_for_the_end(_settings(world, session)["subscription_update"], subscription, price)


def waits_for_the_end(update: Thing, subscription: Thing, price: Thing) -> bool:
    """Whether the portal is set so that a change to this price happens when the period ends."""
    old = subscriptions.items_of(subscription)[0]["price"]
    shorter = (old["recurring"]["interval"], price["recurring"]["interval"]) == ("year", "month")
    true = {"decreasing_item_amount": price["unit_amount"] < old["unit_amount"], "shortening_interval": shorter}
    return any(true[each["type"]] for each in update["schedule_at_period_end"]["conditions"])


def _switch(world: World, update: Thing, subscription: Thing, price: Thing) -> None:
    if waits_for_the_end(update, subscription, price):
        subscriptions.switch_later(world, subscription, price)
        return
    item = subscriptions.items_of(subscription)[0]
    subscriptions.switch(
        world, subscription, item, price, quantity=item["quantity"], prorate=update["proration_behavior"],
        anew=update["billing_cycle_anchor"] == "now",
    )  # fmt: skip


def change_card(world: World, subscription: Thing, token: str) -> None:
    """From now on this card pays, for the subscription and for all else of the customer."""
    customer = world.live(subscription["customer"])
    method = new_card(world, token, customer["id"], customer["test_clock"])
    world.emit("payment_method.attached", method)
    settings = {**customer["invoice_settings"], "default_payment_method": method["id"]}
    world.change("customer.updated", customer, invoice_settings=settings)
    world.change("customer.subscription.updated", subscription, default_payment_method=method["id"])
