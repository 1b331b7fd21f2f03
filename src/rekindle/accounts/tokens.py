"""Which tokens of others are believed: signed with a key of their issuer, for us, and now."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from rekindle.accounts.users import BadAddress, address

LEEWAY = 60
"""Seconds that the clocks of others may differ (RFC 7519, section 4.1.4, allows a few minutes)."""

ALGORITHMS: Mapping[str, str] = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC", "EdDSA": "OKP", "Ed25519": "OKP",
}  # fmt: skip
"""What may sign, with the kind of key: public keys alone, so that nobody signs with what everybody can read."""

TYPES = frozenset({"", "jwt", "at+jwt", "application/at+jwt"})
"""Others are for other purposes, such as logging out (RFC 8725, section 3.11)."""

_LONGEST_SUBJECT = 255
_REGISTRY = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)


class BadToken(Exception):
    """A token that is not believed; the text says why, for the log."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a token says of its own making. Nothing of it is proven."""

    algorithm: str
    key_id: str | None
    issuer: str


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody as an issuer knows them. `email` is there only when the issuer says that it is proven."""

    issuer: str
    subject: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must be: from this issuer, for one of these audiences, at `now` (seconds since 1970).

    An ID token also repeats the `nonce` of its login, and is for nobody else than `client_id`.
    """

    issuer: str
    audiences: Sequence[str]
    now: int
    nonce: str | None = None
    client_id: str | None = None


def look_at(token: str) -> Header:
    """What a token says, before anything is believed. Raises BadToken."""
    parts = token.split(".")
    if len(parts) != 3:
        raise BadToken("it is not made of three parts")
    header, claims = _json(parts[0]), _json(parts[1])
    algorithm, key_id, issuer = header.get("alg"), header.get("kid"), claims.get("iss")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise BadToken(f"it is signed by {algorithm!r}")
    if str(header.get("typ", "")).lower() not in TYPES:
        raise BadToken(f"it is a {header.get('typ')!r}")
    if not isinstance(issuer, str) or not (key_id is None or isinstance(key_id, str)):
        raise BadToken("it does not name its issuer and key")
    return Header(algorithm, key_id, issuer)


def fitting(keys: Sequence[Key], header: Header) -> list[Key]:
    """The keys that can have signed it."""
    kind = ALGORITHMS[header.algorithm]
    return [
        key
        for key in keys
        if key.key_type == kind
        and (header.key_id is None or key.kid == header.key_id)
        and key.get("use") in (None, "sig")
        and key.get("alg") in (None, header.algorithm)
    ]


def read(token: str, keys: Sequence[Key], expected: Expected) -> Outsider:
    """Whose token it is. Raises BadToken unless it is signed with one of `keys` and is all that is expected."""
    claims = _verified(token, keys)
    registry = JWTClaimsRegistry(
        now=expected.now, leeway=LEEWAY,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "values": list(expected.audiences)},
        exp={"essential": True},
        sub={"essential": True},
    )  # fmt: skip
    try:
        registry.validate(claims)
    except JoseError as error:
        raise BadToken(f"its claims are not right: {error}") from error
    subject: object = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise BadToken("it says nobody's name")
    if expected.nonce is not None and claims.get("nonce") != expected.nonce:
        raise BadToken("it belongs to another login")
    if expected.client_id is not None:
        _check_party(claims, expected.client_id)
    return Outsider(expected.issuer, subject, _proven_email(claims))


def _verified(token: str, keys: Sequence[Key]) -> dict[str, Any]:
    for key in keys:
        try:
            return jwt.decode(token, key, registry=_REGISTRY).claims
        except (JoseError, ValueError):
            continue
    raise BadToken("no key of its issuer has signed it")


def _check_party(claims: Mapping[str, Any], client_id: str) -> None:
    """Raise BadToken for a token that was given to somebody else as well (OpenID Connect Core 1.0, 3.1.3.7)."""
    several = isinstance(claims["aud"], list) and len(cast("list[object]", claims["aud"])) > 1
    if (several or "azp" in claims) and claims.get("azp") != client_id:
        raise BadToken("it was made for somebody else")


def _proven_email(claims: Mapping[str, Any]) -> str | None:
    email: object = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    try:
        return address(email)
    except BadAddress:
        return None


def _json(part: str) -> dict[str, Any]:
    try:
        found: object = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadToken("it cannot be read") from error
    if not isinstance(found, dict):
        raise BadToken("it cannot be read")
    return cast("dict[str, Any]", found)
