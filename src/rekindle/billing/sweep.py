"""Finds what no event told: events that never came, months that begin, and subscriptions that ended."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from rekindle.billing.port import PaymentsUnavailable
from rekindle.billing.reconciling import Till
from rekindle.billing.tables import CustomerRow, EventRow, SearchRow
from rekindle.billing.webhooks import Webhooks
from rekindle.clock import Clock
from rekindle.infra.db.database import Database
from rekindle.infra.db.inserting import insert_into

log = logging.getLogger(__name__)

KEPT_AT_STRIPE = timedelta(days=30)
OVERLAP = timedelta(hours=1)
"""What is searched again each time: clocks differ, and lists lag."""
KEPT_HERE = timedelta(days=90)
EVENTS = "events"
_AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class Found:
    """How many events were missed and are applied now, and how many customers were looked at."""

    missed: int
    looked_at: int


class Sweep:
    """Two at once do no harm: an event has its effect once, and a state that was applied changes nothing again."""

    def __init__(self, db: Database, till: Till, webhooks: Webhooks, *, clock: Clock) -> None:
        self._db = db
        self._till = till
        self._webhooks = webhooks
        self._clock = clock

    async def run(self) -> Found:
        """Both searches."""
        return Found(await self.missed(), await self.look())

    async def missed(self) -> int:
        """Apply the events that did not come. When one cannot be applied, the next search begins there again."""
        now, count, whole = self._clock.now(), 0, True
        async with self._db.reading() as tx:
            last = await tx.get(SearchRow, EVENTS)
        since = now - KEPT_AT_STRIPE if last is None else max(last.until, now - KEPT_AT_STRIPE) - OVERLAP
        for notice in await self._webhooks.unseen(await self._till.payments.notices(since)):
            try:
                await self._webhooks.apply(notice)
                count += 1
            except PaymentsUnavailable:
                whole = False
        if whole:
            await self._remember(now)
        if count:
            log.warning("%d events of payments had not come, and are applied now", count)
        return count

    async def look(self) -> int:
        """Read the customers again for whom something changes by the time alone."""
        due = select(CustomerRow.customer).where(CustomerRow.look_at <= self._clock.now()).limit(_AT_A_TIME)
        async with self._db.reading() as tx:
            customers = (await tx.scalars(due.order_by(CustomerRow.look_at))).all()
        done = 0
        for customer in customers:
            try:
                await self._till.reconciling.reconcile(customer)
                done += 1
            except PaymentsUnavailable:
                continue
        return done

    async def _remember(self, now: datetime) -> None:
        """Up to when there is nothing left to find; and forget events so old that they never come again."""
        async with self._db.transaction() as tx:
            new = insert_into(tx, SearchRow).values(name=EVENTS, until=now)
            later = SearchRow.until < new.excluded.until
            changed = new.on_conflict_do_update(
                index_elements=[SearchRow.name], set_={"until": new.excluded.until}, where=later
            )
            await tx.execute(changed)
            await tx.execute(delete(EventRow).where(EventRow.seen_at < self._clock.now() - KEPT_HERE))
