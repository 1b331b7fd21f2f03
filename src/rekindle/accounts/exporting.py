"""Everything that is kept of somebody, for them to take away."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from rekindle.accounts.archive import Archive, sent
from rekindle.accounts.belongings import Belongings
from rekindle.accounts.sessions import key_of
from rekindle.accounts.tables import ApiKeyRow, IdentityRow, SessionRow, UserRow
from rekindle.accounts.users import User
from rekindle.clock import Clock
from rekindle.errors import RekindleError
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database

log = logging.getLogger(__name__)


class Exporting:
    """Writes archives: the files as they are, and `account.json` with all that the tables say. No secrets are in it."""

    def __init__(self, db: Database, clock: Clock, belongings: Sequence[Belongings]) -> None:
        self._db, self._clock, self._belongings = db, clock, belongings

    async def write(self, user: User) -> AsyncGenerator[bytes]:
        """The bytes of a zip."""
        archive, missing = Archive(self._clock.now()), list[str]()
        for each in self._belongings:
            async for file in each.files(user.id):
                try:
                    async with file.open as path:
                        async for part in sent(archive.file(file.name, path)):
                            yield part
                except RekindleError as error:
                    # Deleted meanwhile, or it cannot be made now: the rest is not worth less for it.
                    log.info("%s is not in an export: %s", file.name, error.message)
                    missing.append(file.name)
        lists: dict[str, AsyncIterator[Json]] = dict(self._ways_in(user.id))
        for each in self._belongings:
            lists |= each.sections(user.id)
        async for part in sent(archive.facts("account.json", await self._facts(user, missing), lists)):
            yield part
        yield archive.end()

    async def _facts(self, user: User, missing: list[str]) -> Json:
        async with self._db.reading() as tx:
            row = await tx.get(UserRow, user.id)
        now = self._clock.now()
        return {
            "exported_at": now.isoformat(),
            "id": str(user.id),
            "email": user.email,
            "verified": user.verified,
            "plan": user.plan,
            "created_at": (row.created_at if row else now).isoformat(),
            "local_only": row is not None and row.local_only,
            "files_left_out": missing,
        }

    def _ways_in(self, user_id: UUID) -> Mapping[str, AsyncIterator[Json]]:
        return {"api_keys": self._keys(user_id), "logins": self._logins(user_id), "sessions": self._sessions(user_id)}

    async def _keys(self, user_id: UUID) -> AsyncIterator[Json]:
        async with self._db.reading() as tx:
            rows = (await tx.scalars(select(ApiKeyRow).where(ApiKeyRow.user_id == user_id))).all()
        for row in rows:
            key = key_of(row)
            yield {
                "id": key.id, "name": key.name, "hint": key.hint, "scopes": sorted(key.scopes),
                "created_at": key.created_at.isoformat(), "used_at": key.used_at, "revoked_at": row.revoked_at,
            }  # fmt: skip

    async def _logins(self, user_id: UUID) -> AsyncIterator[Json]:
        async with self._db.reading() as tx:
            rows = (await tx.scalars(select(IdentityRow).where(IdentityRow.user_id == user_id))).all()
        for row in rows:
            yield {"issuer": row.issuer, "subject": row.subject, "created_at": row.created_at.isoformat()}

    async def _sessions(self, user_id: UUID) -> AsyncIterator[Json]:
        async with self._db.reading() as tx:
            rows = (await tx.scalars(select(SessionRow).where(SessionRow.user_id == user_id))).all()
        for row in rows:
            yield {"created_at": row.created_at.isoformat(), "used_at": row.used_at.isoformat()}
