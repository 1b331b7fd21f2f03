"""The test cards, and the other ways to pay: which refuse, and which are disputed."""

from dataclasses import dataclass

from tests.simulators.stripe.world import Thing, World


@dataclass(frozen=True, slots=True)
class Card:
    """A card by its test token. `refuses` and `disputed` are Stripe's words for the reason."""

    number: str
    title: str
    brand: str = "visa"
    refuses: str | None = None
    can_be_saved: bool = True
    disputed: str | None = None


CARDS = {
    "pm_card_visa": Card("4242424242424242", "Visa that pays"),
    "pm_card_mastercard": Card("5555555555554444", "Mastercard that pays", "mastercard"),
    "pm_card_visa_chargeDeclined": Card(
        "4000000000000002", "Visa that is declined", refuses="generic_decline", can_be_saved=False
    ),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Card(
        "4000000000009995", "Visa without money", refuses="insufficient_funds", can_be_saved=False
    ),
    "pm_card_chargeCustomerFail": Card(
        "4000000000000341", "Visa that is accepted, then never pays", refuses="generic_decline"
    ),
    "pm_card_createDispute": Card("4000000000000259", "Visa whose owner disputes", disputed="fraudulent"),
}
BY_NUMBER = {card.number: token for token, card in CARDS.items()}
LATER = "us_bank_account"
"""The kind of payment that takes days to arrive."""


def new_card(world: World, token: str, customer: str | None, clock: str | None = None) -> Thing:
    """A payment method for one of the test cards. The token is Stripe's; no number of a card is ever sent."""
    card = CARDS[token]
    details = {
        "brand": card.brand, "checks": {"address_line1_check": None, "address_postal_code_check": None,
                                        "cvc_check": "pass"},
        "country": "US", "display_brand": card.brand, "exp_month": 12, "exp_year": 2034,
        "fingerprint": card.number[::-1], "funding": "credit", "generated_from": None, "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None}, "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }  # fmt: skip
    return _new_method(world, "card", details, customer, clock)


def new_account(world: World, customer: str | None, clock: str | None = None) -> Thing:
    """A bank account: a payment from it is on its way for days."""
    details = {"account_holder_type": "individual", "account_type": "checking", "bank_name": "STRIPE TEST BANK",
               "last4": "6789", "routing_number": "110000000"}  # fmt: skip
    return _new_method(world, LATER, details, customer, clock)


def _new_method(world: World, kind: str, details: Thing, customer: str | None, clock: str | None) -> Thing:
    nobody = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
    return world.keep(
        "payment_method", clock=clock, type=kind, customer=customer, metadata={}, billing_details=nobody,
        allow_redisplay="limited", **{kind: details},
    )  # fmt: skip


def card_of(method: Thing) -> Card | None:
    """The test card behind a payment method; None if it is no card."""
    details = method.get("card")
    return None if details is None else CARDS[BY_NUMBER[details["fingerprint"][::-1]]]
