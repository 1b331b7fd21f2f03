"""What belongs to somebody here: a customer at Stripe, subscriptions, and what was granted for money."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select

from rekindle.accounts.belongings import OwnedFile
from rekindle.accounts.tables import UserRow
from rekindle.billing.port import Payments
from rekindle.billing.tables import CustomerRow, GrantedRow, SubscriptionRow
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction

log = logging.getLogger(__name__)

_AT_A_TIME = 50


class PaidThings:
    """Belongings of accounts that pay or paid."""

    def __init__(self, db: Database, payments: Payments | None) -> None:
        self._db = db
        self._payments = payments

    async def hand_over(self, tx: Transaction, from_id: UUID, to_id: UUID) -> None:
        """Guests buy nothing: there is nothing to give."""

    async def remove(self, owner_id: UUID) -> None:
        """End what is paid for, at once and at Stripe first: somebody who left must not pay on.

        Raises PaymentsUnavailable, and is then to be done again.
        """
        async with self._db.reading() as tx:
            customer = await tx.scalar(select(CustomerRow.customer).where(CustomerRow.user_id == owner_id))
        if customer is not None and self._payments is not None:
            await self._payments.leave(customer)
        elif customer is not None:
            log.error("an account that has a customer at Stripe is deleted, and Stripe cannot be told without a key")
        async with self._db.transaction() as tx:
            for table in (GrantedRow, SubscriptionRow, CustomerRow):
                await tx.execute(delete(table).where(table.user_id == owner_id))

    async def left_behind(self) -> Sequence[UUID]:
        """Those who left while Stripe did not answer."""
        gone = select(UserRow.id).where(UserRow.deleted_at.is_not(None))
        async with self._db.reading() as tx:
            query = select(CustomerRow.user_id).where(CustomerRow.user_id.in_(gone)).limit(_AT_A_TIME)
            return (await tx.scalars(query)).all()

    def sections(self, owner_id: UUID) -> Mapping[str, AsyncIterator[Json]]:
        """Subscriptions, and the credits that were paid for. Invoices are in the portal."""
        return {"subscriptions": self._subscriptions(owner_id), "paid_credits": self._grants(owner_id)}

    async def files(self, owner_id: UUID) -> AsyncIterator[OwnedFile]:
        """None."""
        for nothing in ():
            yield nothing

    async def _subscriptions(self, owner_id: UUID) -> AsyncIterator[Json]:
        names = ("id", "plan", "interval", "status", "created_at", "period_end", "cancel_at", "ended_at")
        async with self._db.reading() as tx:
            for row in await tx.scalars(select(SubscriptionRow).where(SubscriptionRow.user_id == owner_id)):
                yield {name: getattr(row, name) for name in names}

    async def _grants(self, owner_id: UUID) -> AsyncIterator[Json]:
        names = ("key", "source", "amount", "taken", "closed_at")
        async with self._db.reading() as tx:
            for row in await tx.scalars(select(GrantedRow).where(GrantedRow.user_id == owner_id)):
                yield {name: getattr(row, name) for name in names}
