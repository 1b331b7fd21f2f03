"""Plans and credits that are paid for, from the settings."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rekindle.accounts.belongings import Belongings
from rekindle.accounts.plans import Plans
from rekindle.billing.belongings import PaidThings
from rekindle.billing.books import Books
from rekindle.billing.catalogue import Catalogue, Money, TopUp, offers_of
from rekindle.billing.port import Payments
from rekindle.billing.reconciling import Reconciling, Till
from rekindle.billing.service import Billing
from rekindle.billing.sweep import Sweep
from rekindle.billing.webhooks import Webhooks
from rekindle.config import Settings
from rekindle.config_billing import BillingSettings
from rekindle.credits.ledger import CREDIT
from rekindle.credits.service import Credits
from rekindle.wiring.ground import Ground
from rekindle.wiring.schedules import Deed


@dataclass(frozen=True, slots=True)
class Paying:
    """What was built."""

    services: Sequence[object]
    actions: Mapping[str, Deed]
    belongings: Belongings


def open_till(settings: Settings, on: Ground, ledger: Credits, plans: Plans) -> Paying:
    """Billing, which sells nothing without accounts or without a key. Raises ModuleNotFoundError without the SDK."""
    chosen, catalogue = settings.billing, catalogue_of(settings.billing, plans)
    survive = chosen.topups_survive_cancel
    payments = _payments(settings, catalogue)
    till = None
    if payments is not None:
        books = Books(ledger, catalogue, clock=on.clock, top_ups_survive=survive)
        till = Till(payments, Reconciling(on.db, payments, books, clock=on.clock))
    secret = chosen.webhook_secret
    webhooks = Webhooks(on.db, till, signed=secret is not None and bool(secret.get_secret_value().strip()))
    billing = Billing(on.db, catalogue, till, clock=on.clock, top_ups_survive=survive)
    actions: Mapping[str, Deed] = {}
    if till is not None:
        sweep = Sweep(on.db, till, webhooks, clock=on.clock)
        actions = {"find-payments": sweep.missed, "look-at-plans": sweep.look}
    return Paying((billing, webhooks), actions, PaidThings(on.db, payments))


def catalogue_of(chosen: BillingSettings, plans: Plans) -> Catalogue:
    """What is for sale."""
    top_ups = tuple(
        TopUp(name, each.credits * CREDIT, Money(each.amount, chosen.currency)) for name, each in chosen.top_ups.items()
    )
    return Catalogue(plans, offers_of(plans, chosen.currency, chosen.prices), top_ups)


def _payments(settings: Settings, catalogue: Catalogue) -> Payments | None:
    chosen = settings.billing
    key = "" if chosen.secret_key is None else chosen.secret_key.get_secret_value().strip()
    if not key or not settings.accounts.enabled:
        return None
    # The SDK is an extra and slow to import, so it is only looked for where it is wanted.
    calls = importlib.import_module("rekindle.billing.gateway.calls")
    client = importlib.import_module("rekindle.billing.gateway.client")
    secret = chosen.webhook_secret.get_secret_value() if chosen.webhook_secret else ""
    access = calls.Access(key, chosen.seconds, chosen.api_url, secret)
    return client.StripePayments(access, catalogue.offers)
