"""Disputes: money that a bank takes back."""

from tests.simulators.stripe.catalogue import PAGES
from tests.simulators.stripe.rendering import page
from tests.simulators.stripe.routes import Call, Routes
from tests.simulators.stripe.world import Thing, World

routes = Routes()
ENDED = ("won", "lost")
DAYS_TO_ANSWER = 7


def open_dispute(world: World, charge: Thing, reason: str) -> Thing:
    """The owner of the card says that the charge was not theirs; the money is taken at once."""
    now = world.now(world.clock_of(charge["customer"]))
    charge["disputed"] = True
    dispute = world.keep(
        "dispute", clock=world.clock_of(charge["customer"]), amount=charge["amount"], balance_transactions=[],
        charge=charge["id"], currency=charge["currency"], enhanced_eligibility_types=[],
        evidence={"uncategorized_text": None, "enhanced_evidence": {}},
        evidence_details={"due_by": now + DAYS_TO_ANSWER * 86400, "enhanced_eligibility": {}, "has_evidence": False,
                          "past_due": False, "submission_count": 0, "submission_method": "not_submitted"},
        is_charge_refundable=False, metadata={}, payment_intent=charge["payment_intent"], reason=reason,
        payment_method_details={"card": {"brand": "visa", "case_type": "chargeback", "network": "visa",
                                         "network_reason_code": "83"},
                                "type": "card"},
        status="needs_response",
    )  # fmt: skip
    world.emit("charge.dispute.created", dispute)
    world.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(world: World, dispute: Thing, status: str) -> None:
    """`won`: the money comes back. `lost`: it stays away. The charge was disputed either way."""
    dispute["status"] = status
    world.emit("charge.dispute.closed", dispute)
    if status == "won":
        world.emit("charge.dispute.funds_reinstated", dispute)


@routes.on("GET", "/v1/disputes/{id}")
def get_dispute(call: Call) -> Thing:
    return call.world.find("dispute", call.id)


@routes.on("GET", "/v1/disputes", f"charge payment_intent created {PAGES}")
def list_disputes(call: Call) -> Thing:
    wanted = {name: call.params.text(name) for name in ("charge", "payment_intent") if name in call.params}
    return page(call.world.where("dispute", **wanted), call.params, "/v1/disputes")


@routes.on("POST", "/v1/disputes/{id}", "evidence metadata submit")
def answer_dispute(call: Call) -> Thing:
    """As in Stripe's test mode, `winning_evidence` wins and `losing_evidence` loses."""
    world, params = call.world, call.params
    dispute = world.find("dispute", call.id)
    text = params.inside("evidence").text("uncategorized_text")
    details = {**dispute["evidence_details"], "has_evidence": text is not None}
    submitted = params.boolean("submit") is not False and dispute["status"] not in ENDED
    world.change(
        "charge.dispute.updated", dispute, evidence={**dispute["evidence"], "uncategorized_text": text},
        evidence_details=details, metadata=params.metadata(dispute["metadata"]),
        status="under_review" if submitted else dispute["status"],
    )  # fmt: skip
    if submitted and text in {"winning_evidence", "losing_evidence"}:
        close_dispute(world, dispute, "won" if text == "winning_evidence" else "lost")
    return dispute


@routes.on("POST", "/v1/disputes/{id}/close")
def give_up_dispute(call: Call) -> Thing:
    dispute = call.world.find("dispute", call.id)
    if dispute["status"] not in ENDED:
        close_dispute(call.world, dispute, "lost")
    return dispute
