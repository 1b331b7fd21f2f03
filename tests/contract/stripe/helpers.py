"""What several modules look at."""

from typing import Any

import pytest
import stripe

from tests.simulators.stripe.shopper import Shopper


def refused(
    refusal: pytest.ExceptionInfo[stripe.StripeError], status: int, code: str | None, param: str | None
) -> None:
    error: Any = refusal.value
    assert (error.http_status, error.code, getattr(error, "param", None)) == (status, code, param)


def latest_invoice(shopper: Shopper, subscription: str) -> stripe.Invoice:
    found = shopper.v1.subscriptions.retrieve(subscription, {"expand": ["latest_invoice"]}).latest_invoice
    assert isinstance(found, stripe.Invoice)
    return found
