"""Refusals in the shape in which Stripe gives them."""

from dataclasses import dataclass, field
from typing import Any

CARD_MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
}


@dataclass
class StripeError(Exception):
    """An answer that is not 2xx; `more` are further fields of the error, for example the payment intent."""

    status: int
    type: str
    message: str
    code: str | None = None
    param: str | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        fields = {"code": self.code, "message": self.message, "param": self.param, "type": self.type, **self.more}
        return {"error": {name: value for name, value in fields.items() if value is not None}}


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    return StripeError(400, "invalid_request_error", message, code, param)


def missing(param: str) -> StripeError:
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def no_such(kind: str, key: str, param: str = "id", status: int = 404) -> StripeError:
    """404 where the object is the address, 400 where it is named in a parameter."""
    return StripeError(status, "invalid_request_error", f"No such {kind}: '{key}'", "resource_missing", param)


def declined(reason: str, **more: Any) -> StripeError:
    """A card that refuses, for example `insufficient_funds`."""
    message = CARD_MESSAGES[reason]
    return StripeError(402, "card_error", message, "card_declined", None, {"decline_code": reason, **more})
