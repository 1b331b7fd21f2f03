"""The addresses that providers may call, and how to tell that it is they who call, from the settings."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar

from rekindle.config import Settings
from rekindle.errors import RekindleError
from rekindle.jobs.nudges import Nudges
from rekindle.jobs.waking import Called, Genuine, Waking
from rekindle.providers.webhooks import Call, by_published_keys, by_standard, by_task, published_keys, standard_key
from rekindle.wiring.ground import Ground, secret_for


def nudges_of(settings: Settings) -> Nudges:
    """Makes addresses where people can reach this server, and reads them."""
    address = settings.server.public_url
    return Nudges(secret_for(settings, "nudges"), None if address is None else str(address))


class BadWebhookSecret(RekindleError):
    code: ClassVar[str] = "bad_webhook_secret"
    title: ClassVar[str] = "A secret for calls of a provider cannot be read"


def waking_of(settings: Settings, on: Ground) -> Waking:
    """What takes the calls. Where a provider signs its calls and we have what it takes to tell, they have to be signed;
    else the address alone is the proof. Raises BadWebhookSecret.
    """
    access = {"replicate": settings.providers.replicate, "fal": settings.providers.fal, "kie": settings.providers.kie}
    signed: dict[str, Genuine] = {}
    for name, each in access.items():
        secret = "" if each.webhook_secret is None else each.webhook_secret.get_secret_value().strip()
        if secret:
            signed[name] = genuine_of(name, secret)
    return Waking(on.db, on.events, nudges=nudges_of(settings), signed=signed, clock=on.clock)


def genuine_of(name: str, secret: str) -> Genuine:
    """How to tell a call of a provider that signs with this secret. Raises BadWebhookSecret."""
    try:
        return _SIGNED[name](secret)
    except ValueError as error:
        setting = f"REKINDLE_PROVIDERS__{name.upper()}__WEBHOOK_SECRET"
        raise BadWebhookSecret(f"{setting} cannot be read: {_FORMS[name]} Mend it, or leave it out.") from error


def _replicate(secret: str) -> Genuine:
    key = standard_key(secret)

    def genuine(called: Called, now: datetime) -> bool:
        return by_standard(_call(called, "webhook-", called.headers.get("webhook-id", "")), key, now)

    return genuine


def _fal(keys: str) -> Genuine:
    """`keys` is the key set that fal publishes, as text."""
    known = published_keys(json.loads(keys))
    if not known:
        raise ValueError(keys)

    def genuine(called: Called, now: datetime) -> bool:
        headers, name = called.headers, "x-fal-webhook-"
        call = _call(called, name, headers.get(f"{name}request-id", ""))
        return by_published_keys(call, headers.get(f"{name}user-id", ""), known, now)

    return genuine


def _kie(secret: str) -> Genuine:
    # It signs the receipt and the time. The receipt is the one that we know, not the one that the body tells.
    return lambda called, now: by_task(_call(called, "x-webhook-", called.receipt), secret.encode(), now)


_SIGNED: Mapping[str, Callable[[str], Genuine]] = {"replicate": _replicate, "fal": _fal, "kie": _kie}
_FORMS = {
    "replicate": "it begins with `whsec_`.",
    "fal": "it is the whole key set that fal publishes, in JSON, with a key of Ed25519 in it.",
    "kie": "it is the key of your account there.",
}


def _call(called: Called, name: str, identity: str) -> Call:
    headers = called.headers
    return Call(identity, headers.get(f"{name}timestamp", ""), headers.get(f"{name}signature", ""), called.body)
