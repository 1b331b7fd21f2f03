"""What people prefer, whatever they do."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from rekindle.accounts.tables import UserRow
from rekindle.infra.db.database import Database


@dataclass(frozen=True, slots=True)
class Preferred:
    """`local_only`: nothing of theirs may leave this machine."""

    local_only: bool


class Preferences:
    """Remembers what people prefer."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, user_id: UUID) -> Preferred:
        """What somebody prefers."""
        async with self._db.reading() as tx:
            return Preferred(bool(await tx.scalar(select(UserRow.local_only).where(UserRow.id == user_id))))

    async def change(self, user_id: UUID, *, local_only: bool | None) -> Preferred:
        """Prefer something else from now on; what is None stays as it is."""
        if local_only is not None:
            async with self._db.transaction() as tx:
                await tx.execute(update(UserRow).where(UserRow.id == user_id).values(local_only=local_only))
        return await self.of(user_id)
