"""Customers and their payment methods."""

from tests.simulators.stripe.cards import CARDS, card_of, new_card
from tests.simulators.stripe.catalogue import PAGES
from tests.simulators.stripe.errors import declined, invalid
from tests.simulators.stripe.rendering import page
from tests.simulators.stripe.routes import Call, Routes
from tests.simulators.stripe.subscriptions import end_at_once
from tests.simulators.stripe.world import Thing, World

routes = Routes()


@routes.on("POST", "/v1/customers", "email name description phone metadata test_clock payment_method invoice_settings")
def create_customer(call: Call) -> Thing:
    world, params = call.world, call.params
    clock = params.text("test_clock")
    if clock is not None:
        world.find("test_helpers.test_clock", clock, param="test_clock")
    texts = {name: params.text(name) or None for name in ("email", "name", "description", "phone")}
    customer = new_customer(world, clock=clock, metadata=params.metadata(), **texts)
    if method := params.text("payment_method"):
        attach(world, method, customer)
    _set_default(call, customer)
    return customer


def new_customer(world: World, *, clock: str | None = None, metadata: Thing, **texts: str | None) -> Thing:
    """A customer; the event that says so is sent."""
    nobody: Thing = {"email": None, "name": None, "description": None, "phone": None}
    customer = world.keep(
        "customer", clock=clock, **{**nobody, **texts}, address=None, balance=0, currency=None, default_source=None,
        delinquent=False, discount=None, metadata=metadata, preferred_locales=[], shipping=None, tax_exempt="none",
        test_clock=clock, next_invoice_sequence=1,
        invoice_settings={"custom_fields": None, "default_payment_method": None, "footer": None,
                          "rendering_options": None},
    )  # fmt: skip
    customer["invoice_prefix"] = customer["id"][-8:].upper()
    world.emit("customer.created", customer)
    return customer


def _set_default(call: Call, customer: Thing) -> None:
    settings = call.params.inside("invoice_settings")
    settings.only("default_payment_method")
    method = settings.text("default_payment_method")
    if method:
        owner = call.world.find("payment_method", method, param=settings.place("default_payment_method"))["customer"]
        if owner != customer["id"]:
            raise invalid("The customer does not have a payment method with the ID " + method)
        changed = {**customer["invoice_settings"], "default_payment_method": method}
        call.world.change("customer.updated", customer, invoice_settings=changed)


@routes.on("GET", "/v1/customers", f"email test_clock created {PAGES}")
def list_customers(call: Call) -> Thing:
    params = call.params
    wanted = {name: params.text(name) for name in ("email", "test_clock") if name in params}
    found = (each for each in call.world.where("customer", **wanted) if not each.get("deleted"))
    return page(found, params, "/v1/customers")


@routes.on("GET", "/v1/customers/{id}")
def get_customer(call: Call) -> Thing:
    customer = call.world.find("customer", call.id)
    return {"id": call.id, "object": "customer", "deleted": True} if customer.get("deleted") else customer


@routes.on("POST", "/v1/customers/{id}", "email name description phone metadata invoice_settings")
def update_customer(call: Call) -> Thing:
    world, params = call.world, call.params
    customer = world.live(call.id)
    texts = {name: params.text(name) or None for name in ("email", "name", "description", "phone") if name in params}
    world.change("customer.updated", customer, **texts, metadata=params.metadata(customer["metadata"]))
    _set_default(call, customer)
    return customer


@routes.on("DELETE", "/v1/customers/{id}")
def delete_customer(call: Call) -> Thing:
    """Its subscriptions end at once, as at Stripe."""
    world = call.world
    customer = world.live(call.id)
    for subscription in world.where("subscription", customer=call.id):
        if subscription["status"] != "canceled":
            end_at_once(world, subscription, reason="cancellation_requested")
    world.emit("customer.deleted", customer)
    customer["deleted"] = True
    return {"id": call.id, "object": "customer", "deleted": True}


# ── payment methods ──


def attach(world: World, key: str, customer: Thing) -> Thing:
    """Give a payment method, or one of the test cards, to a customer; a card that refuses is refused here."""
    if key in CARDS:
        if not CARDS[key].can_be_saved:
            raise declined(CARDS[key].refuses or "generic_decline")
        method = new_card(world, key, None, customer["test_clock"])
    else:
        method = world.find("payment_method", key, param="payment_method")
        card = card_of(method)
        if card is not None and not card.can_be_saved:
            raise declined(card.refuses or "generic_decline")
    method["customer"] = customer["id"]
    world.emit("payment_method.attached", method)
    return method


@routes.on("POST", "/v1/payment_methods", "type card metadata")
def create_method(call: Call) -> Thing:
    """Only from a token: `card[token]=tok_visa` and the like are the cards that Stripe offers for tests."""
    call.params.choice("type", "card")
    token = call.params.inside("card").required("token").replace("tok_", "pm_card_")
    if token not in CARDS:
        raise invalid("This simulator knows the test cards of Stripe alone.", "card[token]")
    return new_card(call.world, token, None)


@routes.on("POST", "/v1/payment_methods/{id}/attach", "customer")
def attach_method(call: Call) -> Thing:
    customer = call.world.live(call.params.required("customer"), param="customer")
    return attach(call.world, call.id, customer)


@routes.on("POST", "/v1/payment_methods/{id}/detach")
def detach_method(call: Call) -> Thing:
    method = call.world.find("payment_method", call.id)
    if method["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.")
    call.world.change("payment_method.detached", method, customer=None)
    return method


@routes.on("GET", "/v1/payment_methods/{id}")
def get_method(call: Call) -> Thing:
    return call.world.find("payment_method", call.id)


@routes.on("GET", "/v1/payment_methods", f"customer type {PAGES}")
def list_methods(call: Call) -> Thing:
    wanted = {name: call.params.text(name) for name in ("customer", "type") if name in call.params}
    return page(call.world.where("payment_method", **wanted), call.params, "/v1/payment_methods")


@routes.on("GET", "/v1/customers/{id}/payment_methods", f"type {PAGES}")
def list_methods_of(call: Call) -> Thing:
    customer = call.world.live(call.id)
    wanted = {"type": call.params.text("type")} if "type" in call.params else {}
    url = f"/v1/customers/{call.id}/payment_methods"
    return page(call.world.where("payment_method", customer=customer["id"], **wanted), call.params, url)
