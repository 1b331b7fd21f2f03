"""Payment intents and their charges: one payment, and each try to make it."""

from tests.simulators.stripe.cards import CARDS, LATER, card_of, new_card
from tests.simulators.stripe.catalogue import PAGES
from tests.simulators.stripe.disputes import open_dispute
from tests.simulators.stripe.errors import CARD_MESSAGES, declined, invalid
from tests.simulators.stripe.rendering import page
from tests.simulators.stripe.routes import Call, Routes
from tests.simulators.stripe.world import Thing, World, scramble

routes = Routes()
NOT_IN_A_CHARGE = ("display_brand", "generated_from", "networks", "three_d_secure_usage")
"""What is known of a card and not told with its charges."""
SMALLEST = 50
"""The least that can be charged, in cents."""


def new_intent(
    world: World, *, amount: int, currency: str, customer: str | None, metadata: Thing | None = None,
    description: str | None = None,
) -> Thing:  # fmt: skip
    intent = world.keep(
        "payment_intent", clock=world.clock_of(customer), amount=amount, amount_capturable=0, amount_received=0,
        automatic_payment_methods=None, canceled_at=None, cancellation_reason=None, capture_method="automatic",
        confirmation_method="automatic", currency=currency, customer=customer, description=description,
        last_payment_error=None, latest_charge=None, metadata=metadata or {}, next_action=None, payment_method=None,
        payment_method_options={}, payment_method_types=["card"], processing=None, receipt_email=None,
        setup_future_usage=None, shipping=None, statement_descriptor=None, status="requires_payment_method",
    )  # fmt: skip
    intent["client_secret"] = f"{intent['id']}_secret_{scramble(intent['id'])}"
    world.emit("payment_intent.created", intent)
    return intent


def confirm(world: World, intent: Thing, method: Thing) -> bool | None:
    """Try to take the money. True: taken. False: declined. None: on its way, for days."""
    intent.update(payment_method=method["id"], payment_method_types=[method["type"]])
    if method["type"] == LATER:
        charge = _new_charge(world, intent, method, status="pending")
        intent.update(status="processing", latest_charge=charge["id"])
        world.emit("charge.pending", charge)
        world.emit("payment_intent.processing", intent)
        return None
    card = card_of(method)
    if card is not None and card.refuses:
        charge = _new_charge(world, intent, method, status="failed")
        _fail(world, intent, charge, card.refuses)
        return False
    charge = _new_charge(world, intent, method, status="succeeded")
    _succeed(world, intent, charge)
    if card is not None and card.disputed:
        open_dispute(world, charge, card.disputed)
    return True


def arrive(world: World, intent: Thing) -> None:
    """Money that was on its way is there."""
    _succeed(world, intent, world.find("charge", intent["latest_charge"]))


def bounce(world: World, intent: Thing) -> None:
    """Money that was on its way does not come."""
    _fail(world, intent, world.find("charge", intent["latest_charge"]), "insufficient_funds")


def _succeed(world: World, intent: Thing, charge: Thing) -> None:
    charge.update(
        status="succeeded", paid=True, captured=True, amount_captured=charge["amount"],
        outcome={"network_status": "approved_by_network", "reason": None, "risk_level": "normal",
                 "seller_message": "Payment complete.", "type": "authorized"},
    )  # fmt: skip
    intent.update(
        status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"], last_payment_error=None
    )
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)


def _fail(world: World, intent: Thing, charge: Thing, reason: str) -> None:
    message = CARD_MESSAGES[reason]
    charge.update(
        status="failed", paid=False, captured=False, failure_code="card_declined", failure_message=message,
        outcome={"network_status": "declined_by_network", "reason": reason, "risk_level": "normal",
                 "seller_message": "The bank declined the payment.", "type": "issuer_declined"},
    )  # fmt: skip
    intent.update(
        status="requires_payment_method", payment_method=None, latest_charge=charge["id"],
        last_payment_error={"type": "card_error", "code": "card_declined", "decline_code": reason,
                            "message": message, "charge": charge["id"]},
    )  # fmt: skip
    world.emit("charge.failed", charge)
    world.emit("payment_intent.payment_failed", intent)


def _new_charge(world: World, intent: Thing, method: Thing, *, status: str) -> Thing:
    """A try; what came of it is filled in by whoever knows."""
    kind = method["type"]
    shown = {name: value for name, value in method[kind].items() if name not in NOT_IN_A_CHARGE}
    return world.keep(
        "charge", clock=world.clock_of(intent["customer"]), amount=intent["amount"], amount_captured=0,
        amount_refunded=0, application=None, balance_transaction=None, billing_details=method["billing_details"],
        calculated_statement_descriptor="REKINDLE", captured=False, currency=intent["currency"],
        customer=intent["customer"], description=intent["description"], disputed=False, failure_code=None,
        failure_message=None, fraud_details={}, metadata=dict(intent["metadata"]), outcome=None, paid=False,
        payment_intent=intent["id"], payment_method=method["id"],
        payment_method_details={"type": kind, kind: shown}, receipt_email=None, receipt_number=None,
        receipt_url=None, refunded=False, review=None, shipping=None, source_transfer=None,
        statement_descriptor=None, status=status, transfer_data=None, transfer_group=None,
    )  # fmt: skip


# ── the API ──


@routes.on(
    "POST",
    "/v1/payment_intents",
    "amount currency customer payment_method metadata description confirm off_session automatic_payment_methods"
    " payment_method_types setup_future_usage",
)
def create_intent(call: Call) -> Thing:
    world, params = call.world, call.params
    amount, currency = params.integer("amount"), params.required("currency")
    if amount is None or amount < SMALLEST:
        raise invalid(f"Amount must be at least {SMALLEST} cents.", "amount", "amount_too_small")
    customer = params.text("customer")
    if customer:
        world.live(customer, param="customer")
    intent = new_intent(
        world, amount=amount, currency=currency, customer=customer, metadata=params.metadata(),
        description=params.text("description"),
    )  # fmt: skip
    if params.text("payment_method"):
        intent["payment_method"] = _method(call, intent)["id"]
        intent["status"] = "requires_confirmation"
    return _confirmed(call, intent) if params.boolean("confirm") else intent


def _method(call: Call, intent: Thing) -> Thing:
    key = call.params.text("payment_method") or intent["payment_method"]
    if not key:
        raise invalid("You cannot confirm this PaymentIntent because it's missing a payment method.")
    if key in CARDS:
        return new_card(call.world, key, intent["customer"], call.world.clock_of(intent["customer"]))
    return call.world.find("payment_method", key, param="payment_method")


def _confirmed(call: Call, intent: Thing) -> Thing:
    if confirm(call.world, intent, _method(call, intent)) is False:
        error = intent["last_payment_error"]
        raise declined(error["decline_code"], charge=error["charge"], payment_intent=dict(intent))
    return intent


@routes.on("POST", "/v1/payment_intents/{id}/confirm", "payment_method off_session return_url")
def confirm_intent(call: Call) -> Thing:
    intent = call.world.find("payment_intent", call.id)
    if intent["status"] in {"succeeded", "processing", "canceled"}:
        message = f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}."
        raise invalid(message, code="payment_intent_unexpected_state")
    return _confirmed(call, intent)


@routes.on("GET", "/v1/payment_intents/{id}")
def get_intent(call: Call) -> Thing:
    return call.world.find("payment_intent", call.id)


@routes.on("GET", "/v1/payment_intents", f"customer created {PAGES}")
def list_intents(call: Call) -> Thing:
    wanted = {name: call.params.text(name) for name in ("customer",) if name in call.params}
    return page(call.world.where("payment_intent", **wanted), call.params, "/v1/payment_intents")


@routes.on("GET", "/v1/charges/{id}")
def get_charge(call: Call) -> Thing:
    return call.world.find("charge", call.id)


@routes.on("GET", "/v1/charges", f"customer payment_intent created {PAGES}")
def list_charges(call: Call) -> Thing:
    wanted = {name: call.params.text(name) for name in ("customer", "payment_intent") if name in call.params}
    return page(call.world.where("charge", **wanted), call.params, "/v1/charges")
