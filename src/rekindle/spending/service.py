"""What may be spent at providers, and what was: the purse of whoever chooses among them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select

from rekindle.clock import Clock
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.owner import look_across
from rekindle.providers.purse import Purse, Spent, Verdict, Want
from rekindle.spending.budget import ALERTS, Action, Budget, Period, Scope, judged
from rekindle.spending.pools import Pool
from rekindle.spending.sums import spent_of, total
from rekindle.spending.tables import BudgetRow, PoolEntryRow, PoolRow, SpendingRow


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What an edit that has not ended may cost in the end, in millionths of a dollar."""

    provider: str
    plan: str
    user: UUID
    estimate: int


class Commitments(Protocol):
    """Who knows of the edits that are under way."""

    async def under_way(self, tx: Transaction) -> Sequence[UnderWay]:
        """Those that have a price."""
        ...


class Spending(Purse):
    """Budgets and pools. An edit that is under way counts with what it is expected to cost."""

    def __init__(
        self, db: Database, commitments: Commitments, *, presets: Sequence[Budget] = (), clock: Clock
    ) -> None:  # fmt: skip
        self._db = db
        self._commitments = commitments
        self._presets = tuple(presets)
        self._clock = clock

    async def verdicts(self, wants: Sequence[Want]) -> Sequence[Verdict]:
        """One for each of `wants`, in their order."""
        async with self._db.reading() as tx:
            budgets, pools = await self.budgets(tx), await self.pools(tx)
            if not budgets and not pools:
                return [Verdict(allowed=True) for _ in wants]
            await look_across(tx)
            working = await self._commitments.under_way(tx)
            concerned = [each for each in budgets if any(_covers(each, want) for want in wants)]
            gone = {each.id: await self._gone(tx, each, working) for each in concerned}
        promised = Counter[str]()
        for each in working:
            promised[each.provider] += each.estimate
        return [_verdict(want, concerned, gone, pools.get(want.provider), promised[want.provider]) for want in wants]

    async def spent(self, tx: Transaction, spending: Spent) -> None:
        """Write down what an attempt cost. What costs nothing leaves no line."""
        if spending.cost != 0:
            tx.add(_line(spending))

    async def settled(self, tx: Transaction, spending: Spent) -> None:
        """Put a line right. One that is in the sums already stays, and gets another for the difference."""
        row = await tx.get(SpendingRow, spending.attempt_id, with_for_update=True, populate_existing=True)
        if row is None:
            await self.spent(tx, spending)
        elif row.summed and row.cost != spending.cost:
            tx.add(_line(replace(spending, attempt_id=self._clock.new_id(), cost=spending.cost - row.cost)))
        elif spending.cost == 0:
            await tx.delete(row)
        else:
            row.cost = spending.cost

    async def budgets(self, tx: Transaction) -> Sequence[Budget]:
        """Those that come with the settings, and those that operators set."""
        rows = (await tx.scalars(select(BudgetRow).order_by(BudgetRow.created_at))).all()
        return [*self._presets, *(budget_of(row) for row in rows)]

    async def pools(self, tx: Transaction) -> Mapping[str, Pool]:
        """The pools with what is left in them."""
        rows = (await tx.scalars(select(PoolRow))).all()
        sums = select(PoolEntryRow.provider, func.sum(PoolEntryRow.amount)).group_by(PoolEntryRow.provider)
        put_in = {provider: int(amount) for provider, amount in (await tx.execute(sums))}
        return {
            row.provider: Pool(
                row.provider, put_in.get(row.provider, 0) - (await total(tx, Scope.PROVIDER, [row.provider])).cost,
                level=row.level, reserve=row.reserve, refill_below=row.refill_below, alert_below=row.alert_below,
            )
            for row in rows
        }  # fmt: skip

    async def _gone(self, tx: Transaction, budget: Budget, working: Sequence[UnderWay]) -> int:
        now = self._clock.now()
        spent = await spent_of(tx, budget, since=budget.start(now), until=budget.end(now))
        return spent + sum(
            each.estimate
            for each in working
            if budget.covers(provider=each.provider, plan=each.plan, user=str(each.user))
        )


def budget_of(row: BudgetRow) -> Budget:
    """A budget as its row says."""
    alerts = tuple(int(each) for each in row.alerts.split(",") if each) if row.alerts else ALERTS
    return Budget(
        str(row.id), Scope(row.scope), row.key, Period(row.period), row.limit, Action(row.action), alerts
    )  # fmt: skip


def _line(spending: Spent) -> SpendingRow:
    return SpendingRow(
        attempt_id=spending.attempt_id, job_id=spending.job_id, provider=spending.provider,
        model=spending.model, plan=spending.plan, spender_id=spending.user, cost=spending.cost,
        day=spending.at.astimezone(UTC).date(), at=spending.at, summed=False,
    )  # fmt: skip


def _covers(budget: Budget, want: Want) -> bool:
    return budget.covers(provider=want.provider, plan=want.plan, user=str(want.user))


def _verdict(
    want: Want, budgets: Sequence[Budget], gone: Mapping[str, int], pool: Pool | None, promised: int
) -> Verdict:  # fmt: skip
    verdict = judged(want, budgets, gone)
    if verdict.allowed and pool is not None:
        return pool.judged(want.estimate, promised)
    return verdict
