"""People who are known elsewhere: which account here is theirs."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rekindle.accounts.entering import Entered, Entering
from rekindle.accounts.service import new_row
from rekindle.accounts.sessions import user_of
from rekindle.accounts.tables import IdentityRow, UserRow
from rekindle.accounts.tokens import Outsider
from rekindle.accounts.users import Role, User
from rekindle.clock import Clock
from rekindle.infra.db.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Outsiders:
    """Finds and makes accounts; a new one is on `plan`."""

    db: Database
    clock: Clock
    entering: Entering
    plan: str

    async def enter(self, who: Outsider, guest: User | None) -> Entered:
        """Come in with a browser. A guest who has no account yet becomes one."""
        try:
            return await self._enter(who, guest)
        except IntegrityError:
            # Somebody came in twice at once, and the other was first.
            return await self._enter(who, guest)

    async def find(self, who: Outsider) -> User:
        """The account of somebody whose token came with a request; made when there is none."""
        async with self.db.reading() as tx:
            row = await _known(tx, who)
        if row is None:
            try:
                row = await self._make(who)
            except IntegrityError:
                row = await self._make(who)
        return user_of(row)

    async def _enter(self, who: Outsider, guest: User | None) -> Entered:
        async with self.db.transaction() as tx:
            row = await self._row(tx, who, guest)
            return await self.entering.enter(tx, row, guest)

    async def _make(self, who: Outsider) -> UserRow:
        async with self.db.transaction() as tx:
            return await self._row(tx, who, None)

    async def _row(self, tx: Transaction, who: Outsider, guest: User | None) -> UserRow:
        if (known := await _known(tx, who)) is not None:
            return known
        row = await self._by_address(tx, who)
        if row is None:
            row = await self.entering.guest_row(tx, guest) or new_row(self.clock, Role.USER, self.plan)
            row.role, row.plan, row.email = Role.USER, self.plan, who.email
            row.verified_at = self.clock.now() if who.email else None
            tx.add(row)
            await tx.flush()
            await self.entering.sessions.close_all(tx, row.id)
        tx.add(
            IdentityRow(
                id=self.clock.new_id(), user_id=row.id, issuer=who.issuer, subject=who.subject,
                created_at=self.clock.now(),
            )
        )  # fmt: skip
        await tx.flush()
        return row

    async def _by_address(self, tx: Transaction, who: Outsider) -> UserRow | None:
        """The account with the same address, which both have proven. One that nobody has proven may have been made by
        somebody else to wait for its owner, so whoever made it is shut out.
        """
        if who.email is None:
            return None
        row = await tx.scalar(select(UserRow).where(UserRow.email == who.email).with_for_update())
        if row is not None and row.verified_at is None:
            await self.entering.shut_out(tx, row)
            row.verified_at = self.clock.now()
        return row


async def _known(tx: Transaction, who: Outsider) -> UserRow | None:
    query = (
        select(UserRow)
        .join(IdentityRow, IdentityRow.user_id == UserRow.id)
        .where(IdentityRow.issuer == who.issuer, IdentityRow.subject == who.subject, UserRow.deleted_at.is_(None))
    )
    return await tx.scalar(query)
