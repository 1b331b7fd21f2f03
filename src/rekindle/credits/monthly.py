"""The first of the month: everybody who comes by gets the credits of their plan, and what is over goes."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, or_, select

from rekindle.accounts.plans import Plans
from rekindle.accounts.tables import ApiKeyRow, SessionRow, UserRow
from rekindle.accounts.users import Role, User
from rekindle.clock import Clock
from rekindle.credits.allowance import Allowance
from rekindle.infra.db.database import Database

BATCH = 100
"""Accounts in one transaction."""

AWAY = timedelta(days=62)
"""Who was not here for so long gets the credits of the month when they come again, and no entries until then."""


class Monthly:
    """Gives the allowance of the month to many. Done twice, or by two at once, everybody still has it once."""

    def __init__(self, db: Database, allowance: Allowance, plans: Plans, *, clock: Clock) -> None:
        self._db = db
        self._allowance = allowance
        self._plans = plans
        self._clock = clock

    async def run(self) -> int:
        """Everybody once. Returns how many accounts were looked at."""
        if not self._plans.first.monthly_credits:
            return 0
        count, after = 0, UUID(int=0)
        while people := await self._page(after):
            async with self._db.transaction() as tx:
                for user in people:
                    await self._allowance.give(tx, user)
            count, after = count + len(people), people[-1].id
        return count

    async def _page(self, after: UUID) -> Sequence[User]:
        since = self._clock.now() - AWAY
        here = or_(
            exists().where(SessionRow.user_id == UserRow.id, SessionRow.used_at >= since),
            exists().where(ApiKeyRow.user_id == UserRow.id, ApiKeyRow.used_at >= since),
        )
        query = (
            select(UserRow)
            .where(UserRow.id > after, UserRow.deleted_at.is_(None), UserRow.plan == self._plans.first.name, here)
            .order_by(UserRow.id)
            .limit(BATCH)
        )
        async with self._db.reading() as tx:
            rows = (await tx.scalars(query)).all()
        return [User(row.id, Role(row.role), row.plan, row.email, row.verified_at is not None) for row in rows]
