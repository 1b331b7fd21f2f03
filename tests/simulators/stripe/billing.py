"""The calls about subscriptions and invoices."""

from tests.simulators.stripe import invoices, subscriptions
from tests.simulators.stripe.catalogue import PAGES
from tests.simulators.stripe.errors import declined, invalid, missing
from tests.simulators.stripe.forms import Params
from tests.simulators.stripe.rendering import listing, page
from tests.simulators.stripe.routes import Call, Routes
from tests.simulators.stripe.world import Thing, World

routes = Routes()


@routes.on("POST", "/v1/subscriptions", "customer items metadata default_payment_method payment_behavior off_session")
def create_subscription(call: Call) -> Thing:
    world, params = call.world, call.params
    customer = world.live(params.required("customer"), param="customer")
    behavior = params.choice("payment_behavior", "allow_incomplete", "default_incomplete", "error_if_incomplete")
    method = params.text("default_payment_method")
    if method:
        world.find("payment_method", method, param="default_payment_method")
    chosen = [_choice(world, each) for each in params.each("items")]
    if not chosen:
        raise missing("items")
    subscription = subscriptions.new_subscription(world, customer, chosen, metadata=params.metadata(), method=method)
    payer = subscriptions.method_for(world, subscription)
    if payer is None and behavior != "default_incomplete":
        del world.objects["subscription"][subscription["id"]]
        raise invalid("This customer has no attached payment source or default payment method.",
                      code="resource_missing")  # fmt: skip
    world.emit("customer.subscription.created", subscription)
    invoice = subscriptions.bill(world, subscription, "subscription_create")
    invoices.finalize(world, invoice)
    if behavior != "default_incomplete":
        paid = subscriptions.collect(world, invoice)
        if paid is False and behavior == "error_if_incomplete":
            raise declined("generic_decline")
    return subscription


def _choice(world: World, params: Params) -> tuple[Thing, int]:
    """A price and how many."""
    params.only("price", "quantity")
    price = world.find("price", params.required("price"), param=params.place("price"))
    if price["recurring"] is None:
        raise invalid(f"The price specified is set to `type=one_time`: {price['id']}", params.place("price"))
    return price, params.positive("quantity") or 1


@routes.on("GET", "/v1/subscriptions/{id}")
def get_subscription(call: Call) -> Thing:
    return call.world.find("subscription", call.id)


@routes.on("GET", "/v1/subscriptions", f"customer price status test_clock created {PAGES}")
def list_subscriptions(call: Call) -> Thing:
    """Without `status`, those that have not ended."""
    params = call.params
    wanted = {name: params.text(name) for name in ("customer", "test_clock") if name in params}
    found = list(call.world.where("subscription", **wanted))
    status, price = params.text("status"), params.text("price")
    if status is None:
        found = [each for each in found if each["status"] not in subscriptions.ENDED]
    elif status == "ended":
        found = [each for each in found if each["status"] in subscriptions.ENDED]
    elif status != "all":
        found = [each for each in found if each["status"] == status]
    if price:
        found = [each for each in found if any(i["price"]["id"] == price for i in subscriptions.items_of(each))]
    return page(found, params, "/v1/subscriptions")


@routes.on(
    "POST",
    "/v1/subscriptions/{id}",
    "items metadata default_payment_method cancel_at_period_end cancel_at proration_behavior payment_behavior",
)
def update_subscription(call: Call) -> Thing:
    world, params = call.world, call.params
    subscription = world.find("subscription", call.id)
    if subscription["status"] in subscriptions.ENDED:
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    changes: Thing = {"metadata": params.metadata(subscription["metadata"])}
    if method := params.text("default_payment_method"):
        changes["default_payment_method"] = world.find("payment_method", method, param="default_payment_method")["id"]
    params.choice("payment_behavior", "allow_incomplete")
    world.change("customer.subscription.updated", subscription, **changes)
    _update_end(world, subscription, params)
    for each in params.each("items"):
        _update_item(world, subscription, each, params)
    return subscription


def _update_end(world: World, subscription: Thing, params: Params) -> None:
    whole = params.boolean("cancel_at_period_end")
    at = params.text("cancel_at")
    if whole is not None and at:
        raise invalid("You may only specify one of these parameters: cancel_at, cancel_at_period_end.")
    end = subscriptions.period_end(subscription)
    if whole:
        subscriptions.end_later(world, subscription, at=end, at_period_end=True)
    elif at:
        moment = end if at in {"min_period_end", "max_period_end"} else params.integer("cancel_at") or 0
        subscriptions.end_later(world, subscription, at=moment, at_period_end=False)
    elif whole is False or at == "":
        subscriptions.go_on(world, subscription)


def _update_item(world: World, subscription: Thing, item: Params, params: Params) -> None:
    item.only("id", "price", "quantity")
    found = [each for each in subscriptions.items_of(subscription) if each["id"] == item.text("id")]
    if not found:
        raise invalid("This simulator changes items that are there: name one by its id.", item.place("id"))
    old = found[0]
    price = world.find("price", item.text("price") or old["price"]["id"], param=item.place("price"))
    quantity = item.positive("quantity") or old["quantity"]
    prorate = params.choice("proration_behavior", "create_prorations", "always_invoice", "none")
    if (price["id"], quantity) != (old["price"]["id"], old["quantity"]):
        subscriptions.switch(world, subscription, old, price, quantity=quantity, prorate=prorate or "create_prorations")


@routes.on("DELETE", "/v1/subscriptions/{id}", "cancellation_details")
def cancel_subscription(call: Call) -> Thing:
    world = call.world
    subscription = world.find("subscription", call.id)
    if subscription["status"] in subscriptions.ENDED:
        raise invalid(f"No such subscription: {call.id}", "id", "resource_missing")
    details = call.params.inside("cancellation_details")
    subscription["cancellation_details"] = {
        **subscription["cancellation_details"], "comment": details.text("comment"),
        "feedback": details.text("feedback"),
    }  # fmt: skip
    subscriptions.end_at_once(world, subscription, reason="cancellation_requested")
    return subscription


@routes.on("GET", "/v1/subscription_items", f"subscription {PAGES}")
def list_items(call: Call) -> Thing:
    subscription = call.world.find("subscription", call.params.required("subscription"), param="subscription")
    return listing(subscriptions.items_of(subscription), "/v1/subscription_items")


@routes.on("POST", "/v1/subscription_schedules/{id}/release", "preserve_cancel_date")
def release_schedule(call: Call) -> Thing:
    schedule = call.world.find("subscription_schedule", call.id)
    if schedule["status"] != "active":
        raise invalid(f"You cannot release a subscription schedule that is {schedule['status']}.")
    subscriptions.release(call.world, schedule)
    return schedule


# ── invoices ──


@routes.on("GET", "/v1/invoices/{id}")
def get_invoice(call: Call) -> Thing:
    return call.world.find("invoice", call.id)


@routes.on("GET", "/v1/invoices", f"customer subscription status created {PAGES}")
def list_invoices(call: Call) -> Thing:
    params = call.params
    wanted = {name: params.text(name) for name in ("customer", "status") if name in params}
    subscription = params.text("subscription")
    found = call.world.where("invoice", **wanted)
    mine = (each for each in found if not subscription or invoices.subscription_of(each) == subscription)
    return page(mine, params, "/v1/invoices")


@routes.on("GET", "/v1/invoices/{id}/lines", PAGES)
def list_lines(call: Call) -> Thing:
    return page(
        call.world.find("invoice", call.id)["lines"]["data"][::-1], call.params, f"/v1/invoices/{call.id}/lines"
    )


@routes.on("POST", "/v1/invoices/{id}/pay", "payment_method")
def pay_invoice(call: Call) -> Thing:
    world, params = call.world, call.params
    invoice = world.find("invoice", call.id)
    if invoice["status"] == "paid":
        raise invalid("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] == "draft":
        invoices.finalize(world, invoice)
    if invoice["status"] not in {"open", "paid"}:
        raise invalid(f"This invoice is {invoice['status']} and cannot be paid.", code="invoice_not_editable")
    method = params.text("payment_method")
    payer = world.find("payment_method", method, param="payment_method") if method else None
    if subscriptions.collect(world, invoice, payer) is False:
        raise declined("generic_decline")
    return invoice


@routes.on("POST", "/v1/invoices/{id}/finalize", "auto_advance")
def finalize_invoice(call: Call) -> Thing:
    invoice = call.world.find("invoice", call.id)
    if invoice["status"] != "draft":
        raise invalid("This invoice is already finalized.", code="invoice_not_editable")
    invoices.finalize(call.world, invoice)
    return invoice


@routes.on("GET", "/v1/invoice_payments/{id}")
def get_payment(call: Call) -> Thing:
    return call.world.find("invoice_payment", call.id)


@routes.on("GET", "/v1/invoice_payments", f"invoice payment status created {PAGES}")
def list_payments(call: Call) -> Thing:
    """The way from a payment intent to its invoice: the intent and the charge no longer name it themselves."""
    params = call.params
    wanted = {name: params.text(name) for name in ("invoice", "status") if name in params}
    payment = params.inside("payment")
    payment.only("type", "payment_intent")
    intent = payment.text("payment_intent")
    found = call.world.where("invoice_payment", **wanted)
    mine = (each for each in found if not intent or each["payment"]["payment_intent"] == intent)
    return page(mine, params, "/v1/invoice_payments")
