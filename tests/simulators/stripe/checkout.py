"""Checkout sessions: what is bought, and what follows when the page says that it was paid."""

from tests.simulators.stripe import invoices, payments, subscriptions
from tests.simulators.stripe.cards import CARDS, LATER, new_account, new_card
from tests.simulators.stripe.catalogue import PAGES, create_price
from tests.simulators.stripe.customers import new_customer
from tests.simulators.stripe.errors import invalid, missing
from tests.simulators.stripe.forms import Params
from tests.simulators.stripe.invoices import Line
from tests.simulators.stripe.rendering import page, without_session
from tests.simulators.stripe.routes import Call, Routes
from tests.simulators.stripe.world import Thing, World

routes = Routes()
DAY = 86400
NOTED = "allow_promotion_codes billing_address_collection locale submit_type"
"""Parameters that are given back and change nothing here. `automatic_tax` (tax is 0), `customer_update` and
`tax_id_collection` are taken and change nothing either."""


@routes.on(
    "POST",
    "/v1/checkout/sessions",
    "mode line_items success_url cancel_url customer customer_email customer_creation client_reference_id metadata"
    " subscription_data payment_intent_data invoice_creation automatic_tax expires_at ui_mode customer_update"
    f" tax_id_collection payment_method_types {NOTED}",
)
def create_session(call: Call) -> Thing:
    world, params = call.world, call.params
    mode = params.choice("mode", "payment", "subscription")
    if mode is None:
        raise missing("mode")
    params.choice("ui_mode", "hosted_page")
    success = params.required("success_url")
    customer, email = params.text("customer"), params.text("customer_email")
    if customer and email:
        raise invalid("You may only specify one of these parameters: customer, customer_email.")
    if customer:
        email = world.live(customer, param="customer")["email"]
    lines = [_chosen(world, each) for each in params.each("line_items")]
    _check(mode, lines, params)
    session = _new_session(world, params, mode=mode, customer=customer, success_url=success)
    session["customer_email"] = params.text("customer_email")
    session["customer_details"] = {**NOBODY, "email": email} if email else None
    for price, quantity in lines:
        _new_item(world, session, price, quantity)
    total = sum(price["unit_amount"] * quantity for price, quantity in lines)
    session.update(amount_subtotal=total, amount_total=total, currency=lines[0][0]["currency"])
    return session


NOBODY: Thing = {
    "address": None, "business_name": None, "email": None, "individual_name": None, "name": None, "phone": None,
    "tax_exempt": "none", "tax_ids": [],
}  # fmt: skip


def _chosen(world: World, params: Params) -> tuple[Thing, int]:
    params.only("price", "price_data", "quantity")
    quantity = params.positive("quantity")
    if quantity is None:
        raise missing(params.place("quantity"))
    data = params.inside("price_data")
    if data.tree:
        data.only("currency", "unit_amount", "product", "product_data", "recurring")
        price = create_price(Call(world, data, {}))
        price["active"] = False
        return price, quantity
    price = world.find("price", params.required("price"), param=params.place("price"))
    if not price["active"]:
        raise invalid(f"The price specified is inactive: {price['id']}.", params.place("price"))
    return price, quantity


def _check(mode: str, lines: list[tuple[Thing, int]], params: Params) -> None:
    recurring = [price["recurring"] is not None for price, _ in lines]
    if not lines:
        raise missing("line_items")
    if mode == "payment" and any(recurring):
        message = "You specified `payment` mode but passed a recurring price."
        raise invalid(f"{message} Either switch to `subscription` mode or use only one-time prices.", "mode")
    if mode == "subscription" and not any(recurring):
        raise invalid("You must provide at least one recurring price in `subscription` mode.", "mode")
    if mode == "subscription" and not all(recurring):
        raise invalid("This simulator takes recurring prices only in `subscription` mode.", "line_items")
    for other in {"payment": ("subscription_data",), "subscription": ("payment_intent_data", "invoice_creation",
                                                                      "customer_creation")}[mode]:  # fmt: skip
        if other in params:
            raise invalid(f"You can not pass `{other}` in `{mode}` mode.", other)
    params.inside("subscription_data").only("metadata")
    params.inside("payment_intent_data").only("metadata", "description")
    params.inside("invoice_creation").only("enabled", "invoice_data")


def _new_session(world: World, params: Params, *, mode: str, customer: str | None, success_url: str) -> Thing:
    clock = world.clock_of(customer)
    now = world.now(clock)
    expires = params.integer("expires_at") or now + DAY
    if not now + 30 * 60 <= expires <= now + DAY:
        raise invalid("The `expires_at` timestamp must be between 30 minutes and 24 hours from now.", "expires_at")
    noted = {name: params.text(name) for name in NOTED.split() if name != "allow_promotion_codes"}
    tax = params.inside("automatic_tax").boolean("enabled") or False
    session = world.keep(
        "checkout.session", clock=clock, adaptive_pricing={"enabled": False}, after_expiration=None, **noted,
        allow_promotion_codes=params.boolean("allow_promotion_codes"), cancel_url=params.text("cancel_url"),
        automatic_tax={"enabled": tax, "liability": {"type": "self"} if tax else None, "provider": None,
                       "status": "complete" if tax else None},
        client_reference_id=params.text("client_reference_id"), client_secret=None, consent=None,
        consent_collection=None, currency_conversion=None, custom_fields=[], customer=customer,
        custom_text={"after_submit": None, "shipping_address": None, "submit": None,
                     "terms_of_service_acceptance": None},
        customer_creation=_creation(params, mode, customer), discounts=[], expires_at=expires, invoice=None,
        invoice_creation=_invoice_creation(params, mode), metadata=params.metadata(), mode=mode,
        payment_intent=None, payment_link=None, payment_method_collection="always" if mode == "subscription" else
        "if_required", payment_method_options={}, payment_method_types=_methods(params), payment_status="unpaid",
        phone_number_collection={"enabled": False}, recovered_from=None, saved_payment_method_options=None,
        setup_intent=None, shipping_address_collection=None, shipping_cost=None, shipping_options=[], status="open",
        subscription=None, success_url=success_url, ui_mode="hosted_page", wallet_options=None,
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    )  # fmt: skip
    session["url"] = f"{world.base_url}/c/pay/{session['id']}"
    data = params.inside("subscription_data" if mode == "subscription" else "payment_intent_data")
    world.notes[session["id"]] = {"metadata": data.metadata(), "description": data.text("description")}
    return session


def _methods(params: Params) -> list[str]:
    """The kinds of payment that the page offers."""
    wanted = params.texts("payment_method_types") or ["card", LATER]
    if unknown := set(wanted) - {"card", LATER}:
        raise invalid(f"This simulator knows card and {LATER}, not {', '.join(unknown)}.", "payment_method_types")
    return wanted


def _creation(params: Params, mode: str, customer: str | None) -> str | None:
    """Whether a customer is made of whoever pays."""
    if customer or mode == "subscription":
        return "always" if mode == "subscription" and not customer else None
    wanted = params.choice("customer_creation", "always", "if_required") or "if_required"
    return "always" if params.inside("invoice_creation").boolean("enabled") else wanted


def _invoice_creation(params: Params, mode: str) -> Thing | None:
    if mode == "subscription":
        return None
    wanted = params.inside("invoice_creation")
    data = wanted.inside("invoice_data")
    data.only("metadata", "description")
    return {
        "enabled": wanted.boolean("enabled") or False,
        "invoice_data": {"metadata": data.metadata(), "description": data.text("description")},
    }


def _new_item(world: World, session: Thing, price: Thing, quantity: int) -> None:
    amount = price["unit_amount"] * quantity
    world.keep(
        "item", amount_discount=0, amount_subtotal=amount, amount_tax=0, amount_total=amount,
        currency=price["currency"], description=world.find("product", price["product"])["name"], discounts=[],
        price=dict(price), quantity=quantity, session=session["id"], taxes=[],
    )  # fmt: skip


@routes.on("GET", "/v1/checkout/sessions/{id}")
def get_session(call: Call) -> Thing:
    return call.world.find("checkout.session", call.id)


@routes.on("GET", "/v1/checkout/sessions", f"customer payment_intent subscription status created {PAGES}")
def list_sessions(call: Call) -> Thing:
    names = ("customer", "payment_intent", "subscription", "status")
    wanted = {name: call.params.text(name) for name in names if name in call.params}
    return page(call.world.where("checkout.session", **wanted), call.params, "/v1/checkout/sessions")


@routes.on("GET", "/v1/checkout/sessions/{id}/line_items", PAGES)
def list_items(call: Call) -> Thing:
    session = call.world.find("checkout.session", call.id)
    items = [without_session(each) for each in call.world.where("item", session=session["id"])]
    return page(items[::-1], call.params, f"/v1/checkout/sessions/{call.id}/line_items")


@routes.on("POST", "/v1/checkout/sessions/{id}/expire")
def expire_session(call: Call) -> Thing:
    session = call.world.find("checkout.session", call.id)
    if session["status"] != "open":
        raise invalid('Only Checkout Sessions with a status in ["open"] can be expired.')
    expire(call.world, session)
    return session


def expire(world: World, session: Thing) -> None:
    session.update(status="expired", url=None)
    world.emit("checkout.session.expired", session)


# ── what the page does ──


def pay(world: World, session: Thing, token: str, email: str) -> bool | None:
    """Pay with a test card, or with `us_bank_account`. True: paid. False: declined, the page stays. None: later.

    A subscription is not made before its payment went through, as at Stripe since the spring of 2025.
    """
    customer = _customer(world, session, email)
    refuses = token != LATER and CARDS[token].refuses is not None
    if session["mode"] == "subscription" and refuses:
        return False
    owner = customer and customer["id"]
    clock = customer and customer["test_clock"]
    method = new_account(world, owner, clock) if token == LATER else new_card(world, token, owner, clock)
    if session["mode"] == "subscription":
        world.emit("payment_method.attached", method)
        paid = _subscribe(world, session, world.live(session["customer"]), method)
    else:
        paid = _pay_once(world, session, customer, method)
    if paid is not False:
        status = "paid" if paid else "unpaid"
        session.update(status="complete", url=None, payment_status=status if session["amount_total"] else
                       "no_payment_required")  # fmt: skip
        world.emit("checkout.session.completed", session)
    return paid


def _customer(world: World, session: Thing, email: str) -> Thing | None:
    """Who pays; None for a guest who is not kept as a customer."""
    if session["customer_details"] is None:
        session["customer_details"] = {**NOBODY, "email": email}
    if session["customer"] is None and session["customer_creation"] == "always":
        made = new_customer(world, metadata={}, email=session["customer_details"]["email"])
        session["customer"] = made["id"]
    return session["customer"] and world.live(session["customer"])


def _subscribe(world: World, session: Thing, customer: Thing, method: Thing) -> bool | None:
    chosen = [(each["price"], each["quantity"]) for each in world.where("item", session=session["id"])]
    subscription = subscriptions.new_subscription(
        world, customer, chosen, metadata=world.notes[session["id"]]["metadata"], method=method["id"],
        status="active",
    )  # fmt: skip
    invoice = subscriptions.bill(world, subscription, "subscription_create")
    invoices.finalize(world, invoice)
    paid = subscriptions.collect(world, invoice, method)
    world.emit("customer.subscription.created", subscription)
    session.update(subscription=subscription["id"], invoice=invoice["id"])
    return paid


def _pay_once(world: World, session: Thing, customer: Thing | None, method: Thing) -> bool | None:
    if not session["amount_total"]:
        return True
    intent = _intent(world, session, customer)
    paid = payments.confirm(world, intent, method)
    if paid:
        _receipt(world, session, customer, intent)
    return paid


def _intent(world: World, session: Thing, customer: Thing | None) -> Thing:
    """One for all tries to pay a session."""
    if session["payment_intent"] is None:
        intent = payments.new_intent(
            world, amount=session["amount_total"], currency=session["currency"],
            customer=customer and customer["id"], **world.notes[session["id"]],
        )  # fmt: skip
        session["payment_intent"] = intent["id"]
    return world.find("payment_intent", session["payment_intent"])


def _receipt(world: World, session: Thing, customer: Thing | None, intent: Thing) -> None:
    wanted = session["invoice_creation"]
    if not wanted["enabled"] or customer is None:
        return
    now = world.now(customer["test_clock"])
    lines = [
        Line(item["price"], item["amount_total"], item["quantity"], now, now, item["description"])
        for item in world.where("item", session=session["id"])
    ]
    metadata = wanted["invoice_data"]["metadata"]
    session["invoice"] = invoices.receipt(world, customer, lines, intent=intent, metadata=metadata)["id"]


def settle(world: World, session: Thing, *, arrives: bool) -> None:
    """The money of a session that was completed unpaid comes after all, or does not."""
    if session["mode"] == "subscription":
        _settle_subscription(world, session, arrives=arrives)
    else:
        intent = world.find("payment_intent", session["payment_intent"])
        if arrives:
            payments.arrive(world, intent)
            _receipt(world, session, session["customer"] and world.live(session["customer"]), intent)
        else:
            payments.bounce(world, intent)
    if arrives:
        session["payment_status"] = "paid"
    else:
        world.notes[session["id"]]["bounced"] = True
    word = "succeeded" if arrives else "failed"
    world.emit(f"checkout.session.async_payment_{word}", session)


def _settle_subscription(world: World, session: Thing, *, arrives: bool) -> None:
    invoice = world.find("invoice", session["invoice"])
    subscription = world.find("subscription", session["subscription"])
    intent = invoices.intent_of(world, invoice)
    if arrives:
        payments.arrive(world, intent)
        invoices.mark_paid(world, invoice)
        subscriptions.revive(world, subscription)
    else:
        payments.bounce(world, intent)
        subscriptions.fall_behind(world, subscription, invoice)


def waits(world: World, session: Thing) -> bool:
    """Whether its money is on its way."""
    unpaid = session["status"] == "complete" and session["payment_status"] == "unpaid"
    return unpaid and "bounced" not in world.notes[session["id"]]
