"""Reads the tokens that apps send: JWTs of the issuers in the settings that name an audience."""

import logging
from collections.abc import Mapping, Sequence

from rekindle.accounts.asking import NotLoggedIn
from rekindle.accounts.issuers import Issuer
from rekindle.accounts.outsiders import Outsiders
from rekindle.accounts.recogniser import Tokens
from rekindle.accounts.tokens import BadToken, Expected, Outsider, fitting, look_at, read
from rekindle.accounts.users import Scope, User
from rekindle.clock import Clock

log = logging.getLogger(__name__)

SCOPES = frozenset({Scope.READ, Scope.WRITE})
"""Tokens get around, so they do what an API key does: they reach neither accounts nor money."""


class Bearers(Tokens):
    """Believes a token only with the keys of the issuer that it names, and only if that one is in the settings."""

    def __init__(self, issuers: Sequence[Issuer], outsiders: Outsiders, *, clock: Clock) -> None:
        trusted = (each for each in issuers if each.settings.audiences)
        self._issuers: Mapping[str, Issuer] = {each.settings.issuer: each for each in trusted}
        self._outsiders, self._clock = outsiders, clock

    async def user_of(self, token: str) -> User:
        """Whose token it is. Raises NotLoggedIn, and IssuerSilent when nothing can be known."""
        try:
            who = await self._read(token)
        except BadToken as error:
            log.info("a token is not believed: %s", error)
            raise NotLoggedIn("This token is not good here, or has expired. Log in again to get a new one.") from error
        user = await self._outsiders.find(who)
        return User(user.id, user.role, user.plan, user.email, user.verified, SCOPES)

    async def _read(self, token: str) -> Outsider:
        header = look_at(token)
        if (issuer := self._issuers.get(header.issuer)) is None:
            raise BadToken("its issuer is not in the settings")
        keys = fitting(await issuer.keys(header.key_id), header)
        now = int(self._clock.now().timestamp())
        return read(token, keys, Expected(header.issuer, issuer.settings.audiences, now))
