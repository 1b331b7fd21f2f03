"""Lets people in: opens their session, and gives them what they made as guests before."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, update

from rekindle.accounts.belongings import Belongings
from rekindle.accounts.secrets import Secret
from rekindle.accounts.sessions import Sessions, user_of
from rekindle.accounts.tables import ApiKeyRow, IdentityRow, LinkRow, SessionRow, UserRow
from rekindle.accounts.users import Role, User
from rekindle.clock import Clock
from rekindle.infra.db.database import Transaction
from rekindle.infra.db.owner import look_across


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who has just come in, and the secret of their session."""

    user: User
    session: Secret


class Entering:
    """Opens sessions. `belongings` is everything that a guest can own, for the day they log in to an account."""

    def __init__(self, clock: Clock, sessions: Sessions, belongings: Sequence[Belongings] = ()) -> None:
        self.sessions = sessions
        self._clock = clock
        self._belongings = belongings

    async def enter(self, tx: Transaction, row: UserRow, guest: User | None = None) -> Entered:
        """A session for somebody who has shown who they are. What `guest` owns is theirs from now on, and the guest is
        no more.
        """
        if guest is not None and guest.id != row.id and await self.guest_row(tx, guest) is not None:
            await look_across(tx)
            for each in self._belongings:
                await each.hand_over(tx, guest.id, row.id)
            await self.forget(tx, guest.id)
        return Entered(user_of(row), await self.sessions.open(tx, row.id))

    async def guest_row(self, tx: Transaction, guest: User | None) -> UserRow | None:
        """The row of somebody who is a guest still, held until the transaction ends."""
        if guest is None:
            return None
        still = (UserRow.id == guest.id, UserRow.role == Role.GUEST, UserRow.deleted_at.is_(None))
        return await tx.scalar(select(UserRow).where(*still).with_for_update())

    async def shut_out(self, tx: Transaction, row: UserRow) -> None:
        """Take every way in from whoever has an account whose address turns out to be somebody else's: it may have been
        made to wait for its owner.
        """
        row.password = None
        for table in (SessionRow, ApiKeyRow, IdentityRow):
            await tx.execute(delete(table).where(table.user_id == row.id))

    async def forget(self, tx: Transaction, user_id: UUID) -> None:
        """Take away everything that says who somebody was, and every way in. What they own is not touched."""
        for table in (SessionRow, ApiKeyRow, IdentityRow, LinkRow):
            await tx.execute(delete(table).where(table.user_id == user_id))
        gone = {"email": None, "password": None, "verified_at": None, "deleted_at": self._clock.now()}
        await tx.execute(update(UserRow).where(UserRow.id == user_id).values(gone))
