"""Tells who sent a request: by the cookie of a browser, an API key, or a token of an issuer that is trusted here."""

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from rekindle.accounts.asking import NotLoggedIn, Recognising
from rekindle.accounts.cookies import HostCookie
from rekindle.accounts.entrance import Entrance
from rekindle.accounts.secrets import Kind
from rekindle.accounts.sessions import ApiKeys, Seen, Sessions
from rekindle.accounts.users import User
from rekindle.errors import Away
from rekindle.infra.db.database import Database, Transaction

log = logging.getLogger(__name__)

LONGEST_TOKEN = 8192


class Tokens(Protocol):
    """Reads tokens of others."""

    async def user_of(self, token: str) -> User:
        """Whose token it is. Raises NotLoggedIn."""
        ...


class Recogniser(Recognising):
    """An `Authorization: Bearer` header counts before the cookie, and what it brings must be good; a cookie that has
    ended is nothing, since browsers send it without being asked.
    """

    def __init__(
        self, db: Database, *, sessions: Sessions, keys: ApiKeys, tokens: Tokens, cookie: HostCookie,
        entrance: Entrance,
    ) -> None:  # fmt: skip
        self._db = db
        self._sessions, self._keys, self._tokens = sessions, keys, tokens
        self._cookie, self._entrance = cookie, entrance

    async def recognise(self, request: Request) -> User | None:
        """Whose request it is, None for nobody's. Raises NotLoggedIn for a key or a token that is not good."""
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        # Other schemes are between the browser and a proxy on the way.
        if scheme.lower() == "bearer":
            return await self._by_header(credentials.strip())
        text = self._cookie.of(request)
        if text is None:
            return None
        user = await self._seen(text, self._sessions.find, self._sessions.used)
        return None if user is None else self._entrance.ranked(user)

    async def _by_header(self, text: str) -> User:
        if text.startswith(f"{Kind.API_KEY}_"):
            if (user := await self._seen(text, self._keys.find, self._keys.used)) is None:
                raise NotLoggedIn("This API key is not known here, or was revoked. Make a new one in your account.")
            return user
        if len(text) > LONGEST_TOKEN:
            raise NotLoggedIn("This token is too long to be one. Log in again to get a new one.")
        return await self._tokens.user_of(text)

    async def _seen(
        self,
        text: str,
        find: Callable[[Transaction, str], Awaitable[Seen | None]],
        used: Callable[[Transaction, str], Awaitable[None]],
    ) -> User | None:
        async with self._db.reading() as tx:
            seen = await find(tx, text)
        if seen is not None and seen.due:
            try:
                async with self._db.transaction() as tx:
                    await used(tx, text)
            except (SQLAlchemyError, Away):
                # A full disk must not lock those out who come to delete something.
                log.warning("the last use of a session or a key could not be noted", exc_info=True)
        return None if seen is None else seen.user
