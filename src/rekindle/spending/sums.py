"""Sums of what was spent: those of days gone by are kept, the newest lines are added when somebody asks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from rekindle.infra.db.database import Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.spending.budget import Budget, Scope
from rekindle.spending.tables import SpendingRow, SumRow

BATCH = 2000
"""Lines that are summed up in one transaction."""

_COLUMNS: Mapping[Scope, InstrumentedAttribute[str]] = {
    Scope.PROVIDER: SpendingRow.provider,
    Scope.PLAN: SpendingRow.plan,
}


@dataclass(frozen=True, slots=True)
class Total:
    """Millionths of a dollar, and the attempts that they were spent on."""

    cost: int = 0
    attempts: int = 0


async def total(
    tx: Transaction, scope: Scope, keys: Sequence[str] = (), *, since: date | None = None, until: date | None = None
) -> Total:
    """What was spent from `since` to the day before `until`, in one scope; to the last line, summed up or not."""
    kept = select(func.coalesce(func.sum(SumRow.cost), 0), func.coalesce(func.sum(SumRow.attempts), 0)).where(
        SumRow.scope == scope
    )
    newest = select(func.coalesce(func.sum(SpendingRow.cost), 0), func.count()).where(~SpendingRow.summed)
    if scope is not Scope.GLOBAL:
        kept = kept.where(SumRow.key.in_(keys))
        newest = newest.where(
            SpendingRow.spender_id.in_([UUID(key) for key in keys])
            if scope is Scope.USER
            else _COLUMNS[scope].in_(keys)
        )
    if since is not None:
        kept, newest = kept.where(SumRow.day >= since), newest.where(SpendingRow.day >= since)
    if until is not None:
        kept, newest = kept.where(SumRow.day < until), newest.where(SpendingRow.day < until)
    old, new = (await tx.execute(kept)).one(), (await tx.execute(newest)).one()
    return Total(int(old[0]) + int(new[0]), int(old[1]) + int(new[1]))


async def spent_of(tx: Transaction, budget: Budget, *, since: date, until: date) -> int:
    """What was spent of a budget in a period."""
    return (await total(tx, budget.scope, budget.keys, since=since, until=until)).cost


async def by_provider(tx: Transaction, *, since: date) -> Mapping[str, Total]:
    """What was spent at each provider since a day."""
    kept = select(SumRow.key, func.sum(SumRow.cost), func.sum(SumRow.attempts)).where(
        SumRow.scope == Scope.PROVIDER, SumRow.day >= since
    )
    newest = select(SpendingRow.provider, func.sum(SpendingRow.cost), func.count()).where(
        ~SpendingRow.summed, SpendingRow.day >= since
    )
    found: dict[str, Total] = {}
    for query in (kept.group_by(SumRow.key), newest.group_by(SpendingRow.provider)):
        for provider, cost, attempts in await tx.execute(query):
            before = found.get(provider, Total())
            found[provider] = Total(before.cost + int(cost), before.attempts + int(attempts))
    return found


async def sum_up(tx: Transaction) -> int:
    """Add the oldest lines that are not yet in the sums to them. Returns how many they were."""
    oldest = select(SpendingRow).where(~SpendingRow.summed).order_by(SpendingRow.at).limit(BATCH)
    rows = (await tx.scalars(oldest.with_for_update())).all()
    costs: Counter[tuple[str, str, date]] = Counter()
    attempts: Counter[tuple[str, str, date]] = Counter()
    for row in rows:
        user = () if row.spender_id is None else ((Scope.USER, str(row.spender_id)),)
        for scope, key in ((Scope.GLOBAL, ""), (Scope.PROVIDER, row.provider), (Scope.PLAN, row.plan), *user):
            costs[scope.value, key, row.day] += row.cost
            attempts[scope.value, key, row.day] += 1
    for (scope, key, day), count in attempts.items():
        cost = costs[scope, key, day]
        new = insert_into(tx, SumRow).values(scope=scope, key=key, day=day, cost=cost, attempts=count)
        more = {"cost": SumRow.cost + cost, "attempts": SumRow.attempts + count}
        await tx.execute(
            new.on_conflict_do_update(index_elements=[SumRow.scope, SumRow.key, SumRow.day], set_=more)
        )  # fmt: skip
    done = update(SpendingRow).where(SpendingRow.attempt_id.in_([row.attempt_id for row in rows]))
    await tx.execute(done.values(summed=True), execution_options={"synchronize_session": False})
    return len(rows)
