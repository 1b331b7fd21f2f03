"""Refunds: money given back, in part or in whole."""

from tests.simulators.stripe.catalogue import PAGES
from tests.simulators.stripe.errors import invalid, missing
from tests.simulators.stripe.rendering import page
from tests.simulators.stripe.routes import Call, Routes
from tests.simulators.stripe.world import Thing

routes = Routes()


@routes.on("POST", "/v1/refunds", "charge payment_intent amount reason metadata")
def create_refund(call: Call) -> Thing:
    world, params = call.world, call.params
    charge = _charge(call)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.positive("amount") or left
    if not left:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        raise invalid(
            f"Refund amount (${amount / 100:.2f}) is greater than unrefunded amount on charge (${left / 100:.2f})",
            "amount",
        )
    if any(dispute["status"] != "won" for dispute in world.where("dispute", charge=charge["id"])):
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    reason = params.choice("reason", "duplicate", "fraudulent", "requested_by_customer")
    refund = world.keep(
        "refund", clock=world.clock_of(charge["customer"]), amount=amount, balance_transaction=None,
        charge=charge["id"], currency=charge["currency"], customer=charge["customer"], metadata=params.metadata(),
        destination_details={"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
        payment_intent=charge["payment_intent"], payment_method=charge["payment_method"], reason=reason,
        receipt_number=None, source_transfer_reversal=None, status="succeeded", transfer_reversal=None,
    )  # fmt: skip
    world.emit("refund.created", refund)
    refunded = charge["amount_refunded"] + amount
    world.change("charge.refunded", charge, amount_refunded=refunded, refunded=refunded == charge["amount"])
    return refund


def _charge(call: Call) -> Thing:
    world, params = call.world, call.params
    if params.text("charge"):
        charge = world.find("charge", params.required("charge"), param="charge")
    elif params.text("payment_intent"):
        intent = world.find("payment_intent", params.required("payment_intent"), param="payment_intent")
        if intent["latest_charge"] is None:
            raise invalid(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
        charge = world.find("charge", intent["latest_charge"])
    else:
        raise missing("charge")
    if charge["status"] != "succeeded":
        raise invalid(f"Charge {charge['id']} was not successful; there is nothing to refund.")
    return charge


@routes.on("GET", "/v1/refunds/{id}")
def get_refund(call: Call) -> Thing:
    return call.world.find("refund", call.id)


@routes.on("POST", "/v1/refunds/{id}", "metadata")
def update_refund(call: Call) -> Thing:
    refund = call.world.find("refund", call.id)
    call.world.change("refund.updated", refund, metadata=call.params.metadata(refund["metadata"]))
    return refund


@routes.on("GET", "/v1/refunds", f"charge payment_intent created {PAGES}")
def list_refunds(call: Call) -> Thing:
    wanted = {name: call.params.text(name) for name in ("charge", "payment_intent") if name in call.params}
    return page(call.world.where("refund", **wanted), call.params, "/v1/refunds")


@routes.on("GET", "/v1/charges/{id}/refunds", PAGES)
def list_refunds_of(call: Call) -> Thing:
    charge = call.world.find("charge", call.id)
    return page(call.world.where("refund", charge=charge["id"]), call.params, f"/v1/charges/{call.id}/refunds")
