"""Reads what Stripe knows of a customer, and writes it down: the one way by which money becomes credits and plans."""

import asyncio
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy import select

from rekindle.accounts.tables import UserRow
from rekindle.billing.books import Books
from rekindle.billing.port import Notice, Payments, PaymentsUnavailable
from rekindle.billing.tables import CustomerRow, EventRow
from rekindle.clock import Clock
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.inserting import insert_into

TRIES = 20
"""How often a customer is read again because somebody else wrote meanwhile."""


class _Outdated(Exception):
    """Somebody else wrote after this was read."""


@dataclass(frozen=True, slots=True)
class Link:
    """A customer of ours, and how often their state was written."""

    user_id: UUID
    version: int


class Reconciling:
    """Brings users to what their customers paid for.

    A statement is read outside of any transaction, and applied only if nobody has applied one since before it was read:
    so states are applied in the order in which they were true, whoever delivers what when, in however many processes.
    """

    def __init__(self, db: Database, payments: Payments, books: Books, *, clock: Clock) -> None:
        self._db = db
        self._payments = payments
        self._books = books
        self._clock = clock
        # Spares the reading in vain; that nothing is applied twice does not depend on it.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def reconcile(self, customer: str, notice: Notice | None = None) -> None:
        """Apply a customer's state, and note the event in the same transaction. Raises PaymentsUnavailable."""
        turn = self._turns.setdefault(customer, asyncio.Lock())
        async with turn:
            for _ in range(TRIES):
                if notice is not None and await self.seen(notice):
                    return
                if (link := await self._link(customer)) is None:
                    await self.ignore(notice, "nobody")
                    return
                statement = await self._payments.statement(customer)
                try:
                    async with self._db.transaction() as tx:
                        if notice is not None and not await self._first(tx, notice, "applied"):
                            return
                        row = await self._locked(tx, customer, link)
                        await self._books.write(tx, row, statement, told=notice is not None)
                except _Outdated:
                    continue
                return
        raise PaymentsUnavailable("Too much happens to this account at once. It is tried again soon.")

    async def seen(self, notice: Notice) -> bool:
        """Whether the event had its effect."""
        async with self._db.reading() as tx:
            return await tx.get(EventRow, notice.id) is not None

    async def ignore(self, notice: Notice | None, outcome: str) -> None:
        """Note an event that means nothing here."""
        if notice is not None:
            async with self._db.transaction() as tx:
                await self._first(tx, notice, outcome)

    async def _first(self, tx: Transaction, notice: Notice, outcome: str) -> bool:
        """Note the event; False when it was noted before."""
        seen_at = self._clock.now()
        values = {"id": notice.id, "type": notice.type, "created_at": notice.created, "seen_at": seen_at}
        new = (
            insert_into(tx, EventRow).values(**values, outcome=outcome).on_conflict_do_nothing().returning(EventRow.id)
        )
        return await tx.scalar(new) is not None

    async def _link(self, customer: str) -> Link | None:
        """Whose customer it is. One that was made and not noted, because the process died, is noted now."""
        async with self._db.reading() as tx:
            row = await tx.scalar(select(CustomerRow).where(CustomerRow.customer == customer))
        if row is not None:
            return Link(row.user_id, row.version)
        user_id = await self._payments.user_of(customer)
        if user_id is None:
            return None
        async with self._db.transaction() as tx:
            return await self.note(tx, user_id, customer)

    async def note(
        self, tx: Transaction, user_id: UUID, customer: str, *, instead_of: str | None = None
    ) -> Link | None:
        """Link a user to a customer; None for a user who is not there any more, or who is another customer, unless
        that is `instead_of`.
        """
        alive = select(UserRow.id).where(UserRow.id == user_id, UserRow.deleted_at.is_(None))
        if await tx.scalar(alive.with_for_update()) is None:
            return None
        row = await tx.get(CustomerRow, user_id)
        if row is None:
            row = CustomerRow(
                user_id=user_id, customer=customer, plan=None, payment_failed=False, version=0, read_at=None,
                look_at=None, expecting_until=None,
            )  # fmt: skip
            tx.add(row)
            await tx.flush()
        elif row.customer == instead_of:
            row.customer = customer
        return Link(user_id, row.version) if row.customer == customer else None

    async def _locked(self, tx: Transaction, customer: str, link: Link) -> CustomerRow:
        query = select(CustomerRow).where(CustomerRow.customer == customer).with_for_update()
        row = await tx.scalar(query.execution_options(populate_existing=True))
        if row is None or (row.user_id, row.version) != (link.user_id, link.version):
            raise _Outdated
        return row


@dataclass(frozen=True, slots=True)
class Till:
    """What selling needs; there is none where nothing is sold."""

    payments: Payments
    reconciling: Reconciling
