"""Browsers that are logged in, and keys for programs. Each is found by the hash of a secret that only its owner has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, func, select, update

from rekindle.accounts.secrets import Kind, Secret, digest_of, looks_right, new_secret
from rekindle.accounts.tables import ApiKeyRow, SessionRow, UserRow
from rekindle.accounts.users import Role, Scope, User
from rekindle.clock import Clock
from rekindle.errors import Conflict, NotFound
from rekindle.infra.db.database import Transaction

_USE_EVERY = timedelta(minutes=5)
"""How exactly the last use is known: a write at each request would be dear."""

_MOST_KEYS = 20


class TooManyKeys(Conflict):
    code: ClassVar[str] = "too_many_keys"
    title: ClassVar[str] = "There are too many API keys"


class UnknownKey(NotFound):
    code: ClassVar[str] = "unknown_key"
    title: ClassVar[str] = "There is no such API key"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its owner sees it in a list: never the key itself."""

    id: UUID
    name: str
    hint: str
    scopes: frozenset[Scope]
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody who was found by a secret; `due` when this use of it is to be noted with `used`."""

    user: User
    due: bool


class Sessions:
    """Opens and finds sessions. One ends `idle` after its last use, and `longest` after it was opened."""

    def __init__(self, clock: Clock, *, idle: timedelta, longest: timedelta) -> None:
        self._clock = clock
        self._idle, self._longest = idle, longest

    async def open(self, tx: Transaction, user_id: UUID) -> Secret:
        """A new session; its secret belongs into a cookie."""
        secret, now = new_secret(Kind.SESSION), self._clock.now()
        expires = now + min(self._idle, self._longest)
        tx.add(
            SessionRow(
                id=self._clock.new_id(), user_id=user_id, digest=secret.digest,
                created_at=now, used_at=now, expires_at=expires,
            )
        )  # fmt: skip
        return secret

    async def find(self, tx: Transaction, text: str) -> Seen | None:
        """Whose session it is, None when it is nobody's or has ended."""
        if not looks_right(text, Kind.SESSION):
            return None
        now = self._clock.now()
        query = (
            select(SessionRow, UserRow)
            .join(UserRow, UserRow.id == SessionRow.user_id)
            .where(SessionRow.digest == digest_of(text), SessionRow.expires_at > now, UserRow.deleted_at.is_(None))
        )
        found = (await tx.execute(query)).one_or_none()
        return Seen(user_of(found[1]), now - found[0].used_at >= _USE_EVERY) if found else None

    async def used(self, tx: Transaction, text: str) -> None:
        """Note that a session was used just now, at most once in five minutes; it lives on from there."""
        now = self._clock.now()
        row = await tx.scalar(select(SessionRow).where(SessionRow.digest == digest_of(text)))
        if row is None or now - row.used_at < _USE_EVERY:
            return
        row.used_at = now
        row.expires_at = min(now + self._idle, row.created_at + self._longest)

    async def close(self, tx: Transaction, text: str) -> None:
        """Log this browser out."""
        await tx.execute(delete(SessionRow).where(SessionRow.digest == digest_of(text)))

    async def close_all(self, tx: Transaction, user_id: UUID) -> None:
        """Log somebody out everywhere, as after a new password."""
        await tx.execute(delete(SessionRow).where(SessionRow.user_id == user_id))

    async def sweep(self, tx: Transaction) -> None:
        """Forget the sessions that have ended."""
        await tx.execute(delete(SessionRow).where(SessionRow.expires_at <= self._clock.now()))


class ApiKeys:
    """Makes, finds and revokes keys. A key is shown once, when it is made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def make(self, tx: Transaction, user: User, name: str, scopes: frozenset[Scope]) -> tuple[ApiKey, Secret]:
        """A new key. Raises TooManyKeys."""
        mine = (ApiKeyRow.user_id == user.id, ApiKeyRow.revoked_at.is_(None))
        count = await tx.scalar(select(func.count()).select_from(ApiKeyRow).where(*mine))
        if (count or 0) >= _MOST_KEYS:
            raise TooManyKeys(f"An account can have {_MOST_KEYS} keys. Revoke one that you no longer use.")
        secret = new_secret(Kind.API_KEY)
        row = ApiKeyRow(
            id=self._clock.new_id(), user_id=user.id, digest=secret.digest, name=name, hint=secret.hint,
            scopes={"names": sorted(scopes)}, created_at=self._clock.now(), used_at=None, revoked_at=None,
        )  # fmt: skip
        tx.add(row)
        await tx.flush()
        return key_of(row), secret

    async def list(self, tx: Transaction, user: User) -> Sequence[ApiKey]:
        """The keys that work, newest first."""
        mine = (ApiKeyRow.user_id == user.id, ApiKeyRow.revoked_at.is_(None))
        rows = await tx.scalars(select(ApiKeyRow).where(*mine).order_by(ApiKeyRow.id.desc()))
        return [key_of(row) for row in rows]

    async def revoke(self, tx: Transaction, user: User, key_id: UUID) -> None:
        """Make a key useless, for ever. Raises UnknownKey for one that is not theirs."""
        revoked = await tx.execute(
            update(ApiKeyRow)
            .where(ApiKeyRow.user_id == user.id, ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None))
            .values(revoked_at=self._clock.now())
            .returning(ApiKeyRow.id)
        )
        if revoked.one_or_none() is None:
            raise UnknownKey("You have no API key with this id. It may have been revoked already.")

    async def find(self, tx: Transaction, text: str) -> Seen | None:
        """Whose key it is, with what it may do; None when it is nobody's or was revoked."""
        if not looks_right(text, Kind.API_KEY):
            return None
        query = (
            select(ApiKeyRow, UserRow)
            .join(UserRow, UserRow.id == ApiKeyRow.user_id)
            .where(ApiKeyRow.digest == digest_of(text), ApiKeyRow.revoked_at.is_(None), UserRow.deleted_at.is_(None))
        )
        found = (await tx.execute(query)).one_or_none()
        if found is None:
            return None
        key = key_of(found[0])
        return Seen(user_of(found[1], key.scopes), self._due(key.used_at))

    async def used(self, tx: Transaction, text: str) -> None:
        """Note that a key was used just now, at most once in five minutes."""
        now = self._clock.now()
        row = await tx.scalar(select(ApiKeyRow).where(ApiKeyRow.digest == digest_of(text)))
        if row is not None and self._due(row.used_at):
            row.used_at = now

    def _due(self, used_at: datetime | None) -> bool:
        return used_at is None or self._clock.now() - used_at >= _USE_EVERY


def user_of(row: UserRow, scopes: frozenset[Scope] | None = None) -> User:
    """A row as the value that services are handed."""
    return User(row.id, Role(row.role), row.plan, row.email, row.verified_at is not None, scopes)


def key_of(row: ApiKeyRow) -> ApiKey:
    """A row as its owner sees it."""
    scopes = frozenset(Scope(name) for name in row.scopes["names"])
    return ApiKey(row.id, row.name, row.hint, scopes, row.created_at, row.used_at)
