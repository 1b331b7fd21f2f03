"""One client of Stripe's API: its address, its patience, and its troubles in our words."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from rekindle.billing.port import PaymentsUnavailable

try:
    import stripe
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "Payments need the SDK of Stripe, which is not installed: pip install 'rekindle[billing]'", name=error.name
    ) from error

log = logging.getLogger(__name__)

T = TypeVar("T")

API_VERSION = "2026-10-28.endive"
"""The shapes that `reading` was written for, whatever version an SDK or an account has as its own."""

RETRIES = 2
PAGE = 100


@dataclass(frozen=True, slots=True)
class Access:
    """How Stripe is reached: a secret key, seconds to wait, and another address than Stripe's own for tests."""

    secret_key: str
    seconds: float = 10.0
    url: str | None = None
    webhook_secret: str = ""


class Calls:
    """Runs calls of the SDK in threads."""

    def __init__(self, access: Access) -> None:
        # At the level of everything else the SDK tells each call, with the names of customers in it.
        logging.getLogger("stripe").setLevel(logging.WARNING)
        self.client = stripe.StripeClient(
            access.secret_key,
            stripe_version=API_VERSION,
            base_addresses={} if access.url is None else {"api": access.url},
            http_client=stripe.RequestsClient(timeout=access.seconds),
            max_network_retries=RETRIES,
        )

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns. Raises PaymentsUnavailable for whatever goes wrong at Stripe."""
        try:
            return await asyncio.to_thread(work)
        except stripe.StripeError as error:
            # Not the message, which may name people.
            told = (type(error).__name__, error.http_status, error.code, error.request_id)
            log.warning("Stripe: %s, status %s, code %s, request %s", *told)
            raise PaymentsUnavailable("Payments cannot be made right now. Please try again in a minute.") from error


def is_missing(error: stripe.InvalidRequestError) -> bool:
    """Whether Stripe says that there is no such thing."""
    return error.code == "resource_missing"
