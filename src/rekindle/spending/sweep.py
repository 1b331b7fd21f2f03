"""Sums the newest spending up, orders refills, and tells operators what is due."""

import logging
from datetime import datetime

from sqlalchemy import select

from rekindle.clock import Clock
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.providers.tables import HealthRow
from rekindle.spending.alerts import Alerts
from rekindle.spending.budget import DOLLAR, Budget, reached
from rekindle.spending.pools import Pool
from rekindle.spending.service import Spending
from rekindle.spending.sums import BATCH, spent_of, sum_up
from rekindle.spending.tables import RefillRow

log = logging.getLogger(__name__)


class Sweep:
    """Two at once do no harm: lines are summed up once, an order is open once, an alert is told once."""

    def __init__(self, db: Database, spending: Spending, alerts: Alerts, *, clock: Clock) -> None:
        self._db = db
        self._spending = spending
        self._alerts = alerts
        self._clock = clock

    async def run(self) -> int:
        """Everything once. Returns how many lines were summed up."""
        done = await self.sum()
        async with self._db.transaction() as tx:
            for budget in await self._spending.budgets(tx):
                await self._about_budget(tx, budget)
            for pool in (await self._spending.pools(tx)).values():
                await self._about_pool(tx, pool)
            for row in await tx.scalars(select(HealthRow).where(HealthRow.model == "", HealthRow.openings > 0)):
                await self._about_provider(tx, row)
        return done

    async def sum(self) -> int:
        """Sum up what is not in the sums yet. Returns how many lines that were."""
        done = 0
        while True:
            async with self._db.transaction() as tx:
                count = await sum_up(tx)
            done += count
            if count < BATCH:
                return done

    async def _about_budget(self, tx: Transaction, budget: Budget) -> None:
        now = self._clock.now()
        since = budget.start(now)
        spent = await spent_of(tx, budget, since=since, until=budget.end(now))
        for percent in reached(spent, budget):
            name = " ".join(filter(None, (budget.scope.value, budget.key)))
            text = (
                f"{percent} % of the {budget.period.value}'s budget ({name}) are spent: "
                f"{_dollars(spent)} of {_dollars(budget.limit)}."
            )
            severity = "critical" if percent >= 90 else "warning"
            if await self._alerts.tell(tx, f"budget:{budget.id}:{since}:{percent}", text, severity=severity):
                log.warning("%s", text)

    async def _about_pool(self, tx: Transaction, pool: Pool) -> None:
        if pool.low:
            text = f"Only {_dollars(pool.balance)} are left in the pool of {pool.provider}."
            await self._alerts.tell(tx, f"pool:{pool.provider}:{pool.level}", text, severity="critical")
        if pool.refill:
            order = insert_into(tx, RefillRow).values(
                id=self._clock.new_id(), provider=pool.provider, amount=pool.refill, created_at=self._clock.now(),
                done_at=None,
            )  # fmt: skip
            made = await tx.execute(order.on_conflict_do_nothing().returning(RefillRow.id))
            if (new := made.scalar()) is not None:
                text = f"The pool of {pool.provider} is down to {_dollars(pool.balance)}: buy {_dollars(pool.refill)}."
                await self._alerts.tell(tx, f"refill:{new}", text)

    async def _about_provider(self, tx: Transaction, row: HealthRow) -> None:
        since: datetime | None = row.last_failure
        subject = f"provider:{row.provider}:{None if since is None else since.date()}"
        text = f"{row.provider} failed {row.failures} times in a row and is left alone until {row.open_until}."
        await self._alerts.tell(tx, subject, text, severity="critical")


def _dollars(amount: int) -> str:
    return f"${amount / DOLLAR:,.2f}"
