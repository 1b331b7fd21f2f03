"""What is known here of people: what was spent on their photos. When they leave, the sums stay and name nobody."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update

from rekindle.accounts.belongings import Belongings, OwnedFile
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.spending.budget import Scope
from rekindle.spending.tables import AlertRow, BudgetRow, SpendingRow, SumRow


@dataclass(frozen=True, slots=True)
class OwnSpending(Belongings):
    """Costs at providers."""

    db: Database

    async def hand_over(self, tx: Transaction, from_id: UUID, to_id: UUID) -> None:
        """The lines follow the photos. What a guest's days add up to bounded the guest, who is no more."""
        mine = update(SpendingRow).where(SpendingRow.spender_id == from_id)
        await tx.execute(mine.values(spender_id=to_id), execution_options={"synchronize_session": False})
        await tx.execute(delete(SumRow).where(SumRow.scope == Scope.USER, SumRow.key == str(from_id)))

    async def remove(self, owner_id: UUID) -> None:
        """Forget for whom it was."""
        async with self.db.transaction() as tx:
            mine = update(SpendingRow).where(SpendingRow.spender_id == owner_id)
            await tx.execute(mine.values(spender_id=None), execution_options={"synchronize_session": False})
            name = str(owner_id)
            await tx.execute(delete(SumRow).where(SumRow.scope == Scope.USER, SumRow.key == name))
            await tx.execute(delete(BudgetRow).where(BudgetRow.scope == Scope.USER, BudgetRow.key == name))
            seen = update(AlertRow).where(AlertRow.acknowledged_by == owner_id)
            await tx.execute(seen.values(acknowledged_by=None), execution_options={"synchronize_session": False})
            await tx.execute(delete(AlertRow).where(or_(AlertRow.text.contains(name), AlertRow.subject.contains(name))))

    async def left_behind(self) -> Sequence[UUID]:
        """Nobody: the accounts that leave have their photos to be found by."""
        return ()

    def sections(self, owner_id: UUID) -> Mapping[str, AsyncIterator[Json]]:
        """What was spent at each provider."""
        return {"spending": self._providers(owner_id)}

    async def files(self, owner_id: UUID) -> AsyncIterator[OwnedFile]:
        """None."""
        for nothing in ():
            yield nothing

    async def _providers(self, owner_id: UUID) -> AsyncIterator[Json]:
        query = (
            select(SpendingRow.provider, func.sum(SpendingRow.cost), func.count())
            .where(SpendingRow.spender_id == owner_id)
            .group_by(SpendingRow.provider)
            .order_by(SpendingRow.provider)
        )
        async with self.db.reading() as tx:
            for provider, cost, attempts in await tx.execute(query):
                yield {"provider": provider, "micro_dollars": int(cost), "attempts": attempts}
