"""Logging in elsewhere with a browser: the code flow of OpenID Connect, with state, nonce and PKCE (RFC 9700)."""

import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Protocol, cast
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from rekindle.accounts.cookies import HANDSHAKE_LIFE
from rekindle.accounts.entering import Entered
from rekindle.accounts.issuers import Discovered, Issuer, IssuerSilent
from rekindle.accounts.outsiders import Outsiders
from rekindle.accounts.reaching import SECONDS, Reach
from rekindle.accounts.schemas import Brought
from rekindle.accounts.tokens import BadToken, Expected, Outsider, fitting, look_at, read
from rekindle.accounts.users import User
from rekindle.clock import Clock
from rekindle.errors import NotFound, RekindleError

_ALGORITHM = "HS256"
_USUAL = ("client_secret_basic",)
"""What holds where a discovery document says nothing (OpenID Connect Discovery 1.0, section 3)."""


class UnknownLogin(NotFound):
    code: ClassVar[str] = "unknown_login"
    title: ClassVar[str] = "There is no such login"


class LoginFailed(RekindleError):
    status: ClassVar[int] = 401
    code: ClassVar[str] = "login_failed"
    title: ClassVar[str] = "The login elsewhere did not work"


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a browser keeps between leaving and coming back. Whoever sees it can do nothing without the code that comes
    back with it, and nobody can make one.
    """

    name: str
    state: str
    nonce: str
    verifier: str


class Logins:
    """The issuers that people can log in at. `key` signs handshakes."""

    def __init__(self, issuers: Sequence[Issuer], outsiders: Outsiders, *, key: bytes, clock: Clock) -> None:
        self._issuers = {each.settings.name: each for each in issuers if each.settings.login}
        self._outsiders, self._clock = outsiders, clock
        self._key = OctKey.import_key(key)

    async def begin(self, name: str, back: str) -> tuple[str, str]:
        """Where to send a browser, and what it shall keep. It comes back to the address `back`.

        Raises UnknownLogin, IssuerSilent.
        """
        issuer = self._issuer(name)
        found = await issuer.discovered()
        if urlsplit(found.authorization).scheme != urlsplit(issuer.settings.issuer).scheme:
            raise IssuerSilent(f"Nobody can log in at {issuer.settings.title} now. Log in another way.")
        made = Handshake(name, *(secrets.token_urlsafe(32) for _ in range(3)))
        async with _client(issuer, found, back) as client:
            url, _ = client.create_authorization_url(
                found.authorization, state=made.state, nonce=made.nonce, code_verifier=made.verifier
            )
        return url, self._sealed(made)

    async def finish(self, kept: Handshake | None, back: str, brought: Brought, guest: User | None) -> Entered:
        """Let somebody in who comes back. Raises UnknownLogin, LoginFailed, IssuerSilent."""
        if kept is None or not secrets.compare_digest(kept.state.encode(), (brought.state or "").encode()):
            raise LoginFailed("This login was begun elsewhere, or too long ago. Begin once more.")
        issuer = self._issuer(kept.name)
        if brought.error is not None or not brought.code:
            raise LoginFailed(f"{issuer.settings.title} did not log you in. Try again, or log in another way.")
        if brought.iss not in (None, issuer.settings.issuer):
            raise LoginFailed("Somebody else answered than was asked. Begin once more.")
        try:
            who = await self._who(issuer, back, brought.code, kept)
        except BadToken as error:
            raise LoginFailed(f"{issuer.settings.title} sent an answer that is not right: {error}.") from error
        return await self._outsiders.enter(who, guest)

    def opened(self, name: str, text: str | None) -> Handshake | None:
        """The handshake of a login that was begun at `name` not long ago, None for anything else."""
        try:
            claims = jwt.decode(text or "", self._key, algorithms=[_ALGORITHM]).claims
        except (JoseError, ValueError):
            return None
        if claims.pop("exp") <= self._clock.now().timestamp():
            return None
        return Handshake(**claims) if claims.get("name") == name else None

    async def _who(self, issuer: Issuer, back: str, code: str, kept: Handshake) -> Outsider:
        found, title = await issuer.discovered(), issuer.settings.title
        try:
            async with _client(issuer, found, back) as client:
                answer: object = await client.fetch_token(
                    found.token, grant_type="authorization_code", code=code, code_verifier=kept.verifier
                )
        except OAuthError as error:
            raise LoginFailed(f"{title} did not accept the login. Begin once more.") from error
        except (httpx2.HTTPError, OSError, ValueError) as error:
            raise IssuerSilent(f"{title} does not answer as it should. Try again in a minute.") from error
        token = cast("Mapping[str, object]", answer).get("id_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise BadToken("it does not say who you are")
        header = look_at(token)
        keys = fitting(await issuer.keys(header.key_id), header)
        client_id, now = issuer.settings.client_id, int(self._clock.now().timestamp())
        expected = Expected(issuer.settings.issuer, [client_id], now, nonce=kept.nonce, client_id=client_id)
        return read(token, keys, expected)

    def _issuer(self, name: str) -> Issuer:
        if (issuer := self._issuers.get(name)) is None:
            raise UnknownLogin("Nobody can log in here by that name. Go back and choose one of those on the page.")
        return issuer

    def _sealed(self, made: Handshake) -> str:
        until = self._clock.now() + HANDSHAKE_LIFE
        return jwt.encode({"alg": _ALGORITHM}, {**asdict(made), "exp": int(until.timestamp())}, self._key)


class _Flow(Protocol):
    """What is used of authlib's client, which has no types of its own."""

    def create_authorization_url(self, url: str, **parameters: str) -> tuple[str, str]:
        """The address for a browser, and its state."""
        ...

    async def fetch_token(self, url: str, **parameters: str) -> Mapping[str, Any]:
        """What an issuer gives for a code. Raises OAuthError."""
        ...


@asynccontextmanager
async def _client(issuer: Issuer, found: Discovered, back: str) -> AsyncGenerator[_Flow]:
    settings = issuer.settings
    secret = settings.client_secret
    method = "client_secret_basic" if "client_secret_basic" in (found.methods or _USUAL) else "client_secret_post"
    made: Any = AsyncOAuth2Client(
        settings.client_id, None if secret is None else secret.get_secret_value(),
        token_endpoint_auth_method="none" if secret is None else method,
        scope=settings.scopes, redirect_uri=back, code_challenge_method="S256",
        transport=Reach(settings.issuer, settings.hosts), timeout=SECONDS, follow_redirects=False, trust_env=False,
    )  # fmt: skip
    async with made:
        yield cast("_Flow", made)
