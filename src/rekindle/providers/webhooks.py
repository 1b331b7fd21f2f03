"""Whether a call that says to come from a provider does: rules, without input or output.

Three ways to sign are known: Standard Webhooks (HMAC over identifier, time and body), Ed25519 against published keys,
and an HMAC over identifier and time that leaves the body open. Whichever it was, a call is only a nudge: nothing in its
body is believed, the edit is asked for instead. So a call that is repeated within the tolerance does no harm; whoever
does more than to look has to remember the identifiers.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TOLERANCE = 300.0
"""Seconds that the time of a call may be off, either way (Standard Webhooks, "Verifying webhook authenticity")."""

_KEY_BYTES = 32
"""Of an Ed25519 public key (RFC 8032, 5.1.5)."""


@dataclass(frozen=True, slots=True)
class Call:
    """What came: an identifier, when it was sent (Unix seconds, as text), the signature as text, and the body as it
    came. Headers that were missing are empty texts.
    """

    id: str
    timestamp: str
    signature: str
    body: bytes = b""


def by_standard(call: Call, key: bytes, now: datetime) -> bool:
    """Whether a call is signed as Standard Webhooks (standardwebhooks.com) say: HMAC-SHA256 over "id.timestamp.body".

    The signature may be several, of keys that are being changed: one that is right will do.
    """
    message = f"{call.id}.{call.timestamp}.".encode() + call.body
    expected = base64.b64encode(hmac.digest(key, message, hashlib.sha256))
    given = [each.partition(",") for each in call.signature.split()]
    matching = [hmac.compare_digest(expected, text.encode()) for version, _, text in given if version == "v1"]
    return any(matching) and bool(call.id) and is_recent(call.timestamp, now)


def by_published_keys(call: Call, user: str, keys: Sequence[bytes], now: datetime) -> bool:
    """Whether one of the keys signed "id\\nuser\\ntimestamp\\nSHA-256 of the body", the signature being in hexadecimal
    (Ed25519, RFC 8032). `keys` are what `published_keys` found.
    """
    message = "\n".join((call.id, user, call.timestamp, hashlib.sha256(call.body).hexdigest())).encode()
    try:
        signature = bytes.fromhex(call.signature)
    except ValueError:
        return False
    genuine = any(_signed(key, signature, message) for key in keys)
    return genuine and bool(call.id) and is_recent(call.timestamp, now)


def by_task(call: Call, key: bytes, now: datetime) -> bool:
    """Whether the signature is base64 of HMAC-SHA256 over "id.timestamp". The body is not covered by it."""
    expected = base64.b64encode(hmac.digest(key, f"{call.id}.{call.timestamp}".encode(), hashlib.sha256))
    genuine = hmac.compare_digest(expected, call.signature.encode())
    return genuine and bool(call.id) and is_recent(call.timestamp, now)


def is_recent(timestamp: str, now: datetime) -> bool:
    """Whether a time in Unix seconds is near enough to now."""
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    return abs(now.timestamp() - int(timestamp)) <= TOLERANCE


def standard_key(secret: str) -> bytes:
    """The key in a secret of Standard Webhooks, "whsec_" and base64. Raises ValueError."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    if not key:
        raise ValueError("the secret for webhooks is empty")
    return key


def published_keys(jwks: Any) -> list[bytes]:
    """The Ed25519 keys of a key set (RFC 7517, RFC 8037); others and malformed ones are left out."""
    listed: Any = cast("dict[str, Any]", jwks).get("keys") if isinstance(jwks, dict) else None
    found = [_raw(each) for each in cast("list[Any]", listed)] if isinstance(listed, list) else []
    return [key for key in found if key is not None]


def _raw(key: Any) -> bytes | None:
    described = cast("dict[str, Any]", key) if isinstance(key, dict) else {}
    x = described.get("x")
    if (described.get("kty"), described.get("crv")) != ("OKP", "Ed25519") or not isinstance(x, str):
        return None
    try:
        raw = base64.urlsafe_b64decode(x + "=" * (-len(x) % 4))
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == _KEY_BYTES else None


def _signed(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
