"""The sweeper of the ledger: releases holds that nobody ended in time and expires grants whose time is over."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from rekindle.clock import Clock
from rekindle.credits.allowance import month_of
from rekindle.credits.service import Credits
from rekindle.credits.tables import AllowanceRow, GrantRow, HoldRow
from rekindle.infra.db.database import Database

BATCH = 200
"""Holds, and accounts with grants that are over, in one sweep: the rest waits for the next."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: holds released, and milli-credits expired."""

    holds: int
    expired: int


async def sweep(db: Database, credits_of: Credits, *, clock: Clock) -> Swept:
    """Sweep once. Any number may run at once: each looks again once it has the account to itself."""
    now = clock.now()
    async with db.transaction() as tx:
        # The month before stays, too: a clock that runs ahead and is set back must not give it a second time.
        last_month = (month_of(now) - timedelta(days=1)).replace(day=1)
        await tx.execute(delete(AllowanceRow).where(AllowanceRow.month < last_month))
    late = select(HoldRow.id).where(HoldRow.ended_at.is_(None), HoldRow.deadline_at <= now)
    over = select(GrantRow.account_id).where(GrantRow.expires_at <= now, GrantRow.available > 0).distinct()
    async with db.reading() as tx:
        hold_ids = (await tx.scalars(late.order_by(HoldRow.deadline_at).limit(BATCH))).all()
    holds = 0
    for hold_id in hold_ids:
        async with db.transaction() as tx:
            holds += await credits_of.lapse(tx, hold_id)
    # After the holds: what they give back may be over as well, and expires with its release.
    async with db.reading() as tx:
        account_ids = (await tx.scalars(over.limit(BATCH))).all()
    expired = 0
    for account_id in account_ids:
        async with db.transaction() as tx:
            expired += await credits_of.expire_due(tx, account_id)
    return Swept(holds, expired)
