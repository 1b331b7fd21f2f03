"""What operators do about spending: look at it, set budgets, open pools, buy, move money, and see alerts through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, select, update

from rekindle.clock import Clock
from rekindle.errors import Conflict, Invalid, NotFound
from rekindle.infra.db.database import Database, Transaction
from rekindle.spending.budget import Budget, Scope, Status, status_of
from rekindle.spending.pools import Pool, shared_out
from rekindle.spending.service import Spending
from rekindle.spending.sums import Total, by_provider, spent_of, total
from rekindle.spending.tables import BudgetRow, PoolEntryRow, PoolRow, RefillRow

LATELY = timedelta(days=30)
"""How far back the analysis of providers looks."""


class BudgetNotFound(NotFound):
    code: ClassVar[str] = "budget_not_found"
    title: ClassVar[str] = "There is no such budget"


class PoolNotFound(NotFound):
    code: ClassVar[str] = "pool_not_found"
    title: ClassVar[str] = "There is no pool for this provider"


class NotInPool(Conflict):
    code: ClassVar[str] = "not_in_pool"
    title: ClassVar[str] = "There is not so much in this pool"


class BadBudget(Invalid):
    code: ClassVar[str] = "bad_budget"
    title: ClassVar[str] = "This budget makes no sense"


@dataclass(frozen=True, slots=True)
class Standing:
    """A budget and how much of it is gone in the period that is running."""

    budget: Budget
    spent: int
    status: Status


@dataclass(frozen=True, slots=True)
class Overview:
    """All that operators see of spending. `providers`: the last 30 days; `today` and `month` in all."""

    today: Total
    month: Total
    budgets: Sequence[Standing]
    pools: Sequence[Pool]
    providers: Mapping[str, Total]
    refills: Sequence[RefillRow]


@dataclass(frozen=True, slots=True)
class PoolRules:
    """How a pool is kept, in millionths of a dollar; `refill_below` in per cent."""

    reserve: int
    refill_below: int
    alert_below: int


class Desk:
    """For operators alone."""

    def __init__(self, db: Database, spending: Spending, *, clock: Clock) -> None:
        self._db = db
        self._spending = spending
        self._clock = clock

    async def overview(self) -> Overview:
        """Everything as it is now."""
        now = self._clock.now()
        today = now.astimezone(UTC).date()
        async with self._db.reading() as tx:
            budgets = [await self._standing(tx, budget) for budget in await self._spending.budgets(tx)]
            refills = (await tx.scalars(select(RefillRow).where(RefillRow.done_at.is_(None)))).all()
            return Overview(
                today=await total(tx, Scope.GLOBAL, since=today),
                month=await total(tx, Scope.GLOBAL, since=today.replace(day=1)),
                budgets=budgets, pools=list((await self._spending.pools(tx)).values()),
                providers=await by_provider(tx, since=today - LATELY), refills=refills,
            )  # fmt: skip

    async def set_budget(self, budget: Budget) -> Standing:
        """A new budget; its `id` is given. Raises BadBudget."""
        _check(budget)
        async with self._db.transaction() as tx:
            row = BudgetRow(
                id=self._clock.new_id(), scope=budget.scope.value, key=budget.key, period=budget.period.value,
                limit=budget.limit, action=budget.action.value, alerts=",".join(map(str, budget.alerts)),
                created_at=self._clock.now(),
            )  # fmt: skip
            tx.add(row)
        kept = Budget(
            str(row.id), budget.scope, budget.key, budget.period, budget.limit, budget.action, budget.alerts
        )  # fmt: skip
        async with self._db.reading() as tx:
            return await self._standing(tx, kept)

    async def drop_budget(self, budget_id: UUID) -> None:
        """Raises BudgetNotFound, also for one that comes from the settings."""
        async with self._db.transaction() as tx:
            gone = await tx.execute(delete(BudgetRow).where(BudgetRow.id == budget_id).returning(BudgetRow.id))
            if gone.first() is None:
                raise BudgetNotFound("There is no such budget, or it comes from the settings: change it there.")

    async def keep_pool(self, provider: str, rules: PoolRules) -> Pool:
        """Open a pool, from now on and empty, or change its rules."""
        async with self._db.transaction() as tx:
            row = await tx.get(PoolRow, provider)
            if row is None:
                row = PoolRow(
                    provider=provider, level=0, opened_at=self._clock.now(), reserve=0, refill_below=0, alert_below=0
                )
                tx.add(row)
                before = await total(tx, Scope.PROVIDER, [provider])
                self._enter(tx, provider, "opened", before.cost, key=f"opened:{provider}", reason="Spent before.")
            row.reserve, row.refill_below, row.alert_below = rules.reserve, rules.refill_below, rules.alert_below
            await tx.flush()
            return (await self._spending.pools(tx))[provider]

    async def purchase(self, provider: str, amount: int, *, key: str, reason: str = "") -> Pool:
        """Money that was paid to a provider; the same `key` counts once. Closes the open order. Raises PoolNotFound."""
        async with self._db.transaction() as tx:
            row = await _pool(tx, provider)
            if await self._once(tx, provider, "purchase", amount, key=f"purchase:{key}", reason=reason):
                row.level = (await self._spending.pools(tx))[provider].balance
                opened = update(RefillRow).where(RefillRow.provider == provider, RefillRow.done_at.is_(None))
                await tx.execute(opened.values(done_at=self._clock.now()))
                await tx.flush()
            return (await self._spending.pools(tx))[provider]

    async def move(self, source: str, target: str, amount: int, *, key: str) -> Sequence[Pool]:
        """Unused money from one pool to another; the same `key` counts once. Raises PoolNotFound, NotInPool."""
        async with self._db.transaction() as tx:
            await _pool(tx, source)
            await _pool(tx, target)
            pools = await self._spending.pools(tx)
            known = await tx.scalar(select(PoolEntryRow.id).where(PoolEntryRow.key == f"from:{key}"))
            if known is None:
                if pools[source].balance - pools[source].reserve < amount:
                    raise NotInPool(f"There is less than that in the pool of {source}, beside its reserve.")
                self._enter(tx, source, "moved", -amount, key=f"from:{key}", reason=f"To {target}.")
                self._enter(tx, target, "moved", amount, key=f"to:{key}", reason=f"From {source}.")
                await tx.flush()
                pools = await self._spending.pools(tx)
            return [pools[source], pools[target]]

    async def allocation(self, revenue: int) -> Mapping[str, int]:
        """How to divide what came in, by what each provider was paid in the last 30 days."""
        since = self._clock.now().astimezone(UTC).date() - LATELY
        async with self._db.reading() as tx:
            lately = await by_provider(tx, since=since)
        return shared_out(revenue, {provider: each.cost for provider, each in lately.items()})

    async def _standing(self, tx: Transaction, budget: Budget) -> Standing:
        now = self._clock.now()
        spent = await spent_of(tx, budget, since=budget.start(now), until=budget.end(now))
        return Standing(budget, spent, status_of(spent, budget.limit))

    async def _once(
        self, tx: Transaction, provider: str, kind: str, amount: int, *, key: str, reason: str
    ) -> bool:  # fmt: skip
        if await tx.scalar(select(PoolEntryRow.id).where(PoolEntryRow.key == key)) is not None:
            return False
        self._enter(tx, provider, kind, amount, key=key, reason=reason)
        await tx.flush()
        return True

    def _enter(self, tx: Transaction, provider: str, kind: str, amount: int, *, key: str, reason: str) -> None:
        tx.add(
            PoolEntryRow(
                id=self._clock.new_id(), provider=provider, kind=kind, amount=amount, reason=reason, key=key,
                at=self._clock.now(),
            )
        )  # fmt: skip


async def _pool(tx: Transaction, provider: str) -> PoolRow:
    row = await tx.get(PoolRow, provider, with_for_update=True)
    if row is None:
        raise PoolNotFound(f"No pool is kept for {provider}. Open one first.")
    return row


def _check(budget: Budget) -> None:
    if bool(budget.keys) is (budget.scope is Scope.GLOBAL):
        raise BadBudget("A budget for everything has no key; any other says whom it is for.")
    if budget.scope is Scope.USER:
        try:
            for name in budget.keys:
                UUID(name)
        except ValueError as error:
            raise BadBudget("The key of a budget for an account is the account's identifier.") from error
