"""Issuers of OpenID Connect: what their discovery documents say, and the keys that they sign with."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, cast

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from rekindle.accounts.reaching import SECONDS, Reach
from rekindle.config import IssuerSettings
from rekindle.errors import RekindleError

log = logging.getLogger(__name__)

KNOWN_FOR = 3600.0
"""Seconds that a discovery document is good for."""
KEYS_FOR = 600.0
"""Seconds that a set of keys is good for; after that it is asked for again, and kept when nobody answers."""
ASK_EVERY = 30.0
"""Seconds between two questions at least, however many tokens name keys that nobody knows."""
MOST_KEYS = 50
PUBLIC = ("RSA", "EC", "OKP")
"""Kinds of keys of which a set shows only the public half."""


class IssuerSilent(RekindleError):
    status: ClassVar[int] = 503
    code: ClassVar[str] = "issuer_silent"
    title: ClassVar[str] = "The login elsewhere does not answer"
    retry_after = 30


@dataclass(frozen=True, slots=True)
class Discovered:
    """Where an issuer is asked for what. `authorization` and `token` are empty where nobody can log in."""

    keys: str
    authorization: str
    token: str
    methods: Sequence[str]
    """How a client may say its secret, as the document lists it."""


class Issuer:
    """One issuer. What it says is remembered for a while; it is asked rarely, whoever sends what."""

    def __init__(self, settings: IssuerSettings, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self.reach = Reach(settings.issuer, settings.hosts)
        self._ticks = ticks
        self._lock = asyncio.Lock()
        self._discovered: tuple[Discovered, float] | None = None
        self._keys: tuple[Sequence[Key], float] = ((), float("-inf"))
        self._asked = float("-inf")

    async def discovered(self) -> Discovered:
        """What the discovery document says. Raises IssuerSilent."""
        async with self._lock:
            return await self._discover()

    async def keys(self, key_id: str | None) -> Sequence[Key]:
        """Its keys, asked for again when they are old, or when none has this identifier. Raises IssuerSilent."""
        async with self._lock:
            keys, since = self._keys
            fresh = self._ticks() - since < KEYS_FOR
            if fresh and (key_id is None or any(key.kid == key_id for key in keys)):
                return keys
            if self._ticks() - self._asked >= ASK_EVERY:
                self._asked = self._ticks()
                try:
                    found = _keys_of(await self._get((await self._discover()).keys))
                    self._keys = (found, self._ticks())
                except IssuerSilent:
                    if not keys:
                        raise
                    log.warning("%s does not answer; its last keys are used", self.settings.issuer)
            if not self._keys[0]:
                raise IssuerSilent(_silence(self.settings.title))
            return self._keys[0]

    async def aclose(self) -> None:
        """Close every connection."""
        await self.reach.aclose()

    async def _discover(self) -> Discovered:
        if self._discovered is not None and self._ticks() - self._discovered[1] < KNOWN_FOR:
            return self._discovered[0]
        document = await self._get(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        found = self._checked(document)
        self._discovered = (found, self._ticks())
        return found

    def _checked(self, document: Mapping[str, Any]) -> Discovered:
        if document.get("issuer") != self.settings.issuer:
            log.error("%s says that its issuer is %r", self.settings.issuer, document.get("issuer"))
            raise IssuerSilent(_silence(self.settings.title))
        names = ("jwks_uri", "authorization_endpoint", "token_endpoint")
        keys, authorization, token = (_text(document.get(name)) for name in names)
        for address in (keys, token):
            if address and not self.reach.allows(address):
                log.error(
                    "%s wants to be asked at %s: add its host to the hosts of the issuer", self.settings.issuer, address
                )
                raise IssuerSilent(_silence(self.settings.title))
        listed: object = document.get("token_endpoint_auth_methods_supported")
        methods = [str(each) for each in cast("list[object]", listed)] if isinstance(listed, list) else []
        return Discovered(keys, authorization, token, methods)

    async def _get(self, url: str) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(SECONDS):
                request = httpx2.Request("GET", url, headers={"Accept": "application/json"})
                answer = await self.reach.handle_async_request(request)
            if answer.status_code != HTTPStatus.OK:
                raise ValueError(f"status {answer.status_code}")
            document: object = json.loads(answer.content)
            if not isinstance(document, dict):
                raise TypeError("no JSON object")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, TypeError, RecursionError) as error:
            log.warning("%s did not answer: %s", url, error)
            raise IssuerSilent(_silence(self.settings.title)) from error
        return cast("Mapping[str, Any]", document)


def _keys_of(document: Mapping[str, Any]) -> Sequence[Key]:
    """The keys of a set that can be read; others may be for others (RFC 7517, section 5)."""
    found: list[Key] = []
    listed: object = document.get("keys")
    for each in (cast("list[object]", listed) if isinstance(listed, list) else [])[:MOST_KEYS]:
        facts = cast("dict[str, Any]", each) if isinstance(each, dict) else {}
        if facts.get("kty") not in PUBLIC:
            continue
        try:
            found.append(JWKRegistry.import_key(facts))
        except (JoseError, ValueError, TypeError, KeyError):
            log.info("a key of an issuer cannot be read")
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _silence(title: str) -> str:
    return f"{title} does not answer as it should. Try again in a minute, or log in another way."
