"""What somebody is told about their credits."""

from collections.abc import Sequence
from dataclasses import dataclass

from rekindle.accounts.plans import Plans
from rekindle.accounts.users import User
from rekindle.credits.allowance import Allowance
from rekindle.credits.prices import Catalogue, Order, Quote
from rekindle.credits.proof import Proof, prove
from rekindle.credits.service import Balance, Credits
from rekindle.credits.tables import EntryRow
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import look_across
from rekindle.treatments.operations import Operation


@dataclass(frozen=True, slots=True)
class Statements:
    """Balances, entries, prices and proofs, each for whoever asks."""

    db: Database
    ledger: Credits
    allowance: Allowance
    plans: Plans
    prices: Catalogue

    def unlimited(self, user: User) -> bool:
        """Whether somebody is never charged."""
        return self.plans.find(user.plan).monthly_credits is None

    async def balance(self, user: User) -> Balance:
        """What somebody has, with what their plan gives this month."""
        async with self.db.transaction() as tx:
            await self.allowance.give(tx, user)
            return await self.ledger.balance(tx, user.id)

    async def entries(self, user: User, *, limit: int, before: int | None) -> Sequence[EntryRow]:
        """At most `limit` of somebody's entries, newest first, older than the one numbered `before`."""
        async with self.db.reading() as tx:
            return await self.ledger.entries(tx, user.id, limit=limit, before=before)

    async def proof(self, user: User, *, everyone: bool) -> Proof:
        """That somebody's books are right; those of everyone for operators. Raises NotAllowed."""
        if everyone:
            user.check_operator()
        async with self.db.reading() as tx:
            if everyone:
                await look_across(tx)
            return await prove(tx, None if everyone else user.id)

    def quotes(self, user: User, operations: Sequence[Operation]) -> list[Quote]:
        """What these operations cost somebody, those in a higher quality last; those without a price are left out."""
        sold = [each for each in operations if each.value in self.prices.operations]
        # What is mended keeps its own size: there is one quality of it.
        orders = [Order(each.value, plan=user.plan) for each in sold]
        orders += [Order(each.value, "hd", plan=user.plan) for each in sold if not each.mends]
        return [self.prices.quote(order) for order in orders if order.quality in self.prices.qualities]
