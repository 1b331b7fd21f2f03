"""What a customer's state means, written down in the caller's transaction: grants, what is taken back, the plan."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from rekindle.accounts.tables import UserRow
from rekindle.billing.catalogue import Catalogue
from rekindle.billing.rules import TOP_UP, Due, current, due, next_look, unpaid
from rekindle.billing.statement import Statement
from rekindle.billing.tables import CustomerRow, GrantedRow, SubscriptionRow
from rekindle.clock import Clock
from rekindle.credits.service import Award, Credits
from rekindle.infra.db.database import Transaction

BEFORE_TOP_UPS = 10
"""Credits of a plan are spent first: they end with it."""

AGAIN = timedelta(minutes=15)
"""How long after an event a customer is looked at once more: Stripe's lists may lag behind its events."""


class Books:
    """Brings ledger, plan and tables to what a statement says. The same statement again changes nothing."""

    def __init__(self, ledger: Credits, catalogue: Catalogue, *, clock: Clock, top_ups_survive: bool) -> None:
        self._ledger = ledger
        self._catalogue = catalogue
        self._clock = clock
        self._top_ups_survive = top_ups_survive

    async def write(self, tx: Transaction, row: CustomerRow, statement: Statement, *, told: bool) -> None:
        """`row` is locked. `told`: an event was the reason, not a look of our own."""
        now = self._clock.now()
        known: defaultdict[str, list[GrantedRow]] = defaultdict(list)
        mine = select(GrantedRow).where(GrantedRow.user_id == row.user_id).order_by(GrantedRow.key)
        for each in await tx.scalars(mine):
            known[each.due].append(each)
        for each in due(statement, self._catalogue, now, top_ups_survive=self._top_ups_survive):
            await self._settle(tx, row.user_id, each, known[each.key])
        await self._set_plan(tx, row, statement)
        await self._note(tx, row.user_id, statement)
        row.payment_failed, row.read_at, row.version = unpaid(statement), now, row.version + 1
        looks = (next_look(statement, self._catalogue, now), now + AGAIN if told else None)
        row.look_at = min((moment for moment in looks if moment is not None), default=None)

    # ── credits ──

    async def _settle(self, tx: Transaction, user_id: UUID, each: Due, grants: list[GrantedRow]) -> None:
        """Give what is due, take back what is to go back, or give that again, and close what is over."""
        if not grants:
            if each.back >= each.credits:
                return
            grants.append(await self._give(tx, user_id, each, each.credits, key=each.key))
        there, asked = sum(row.amount for row in grants), sum(row.wanted for row in grants)
        back = min(each.back * there // each.credits, there)
        if back > asked:
            await self._take(tx, each, grants, back - asked)
        elif back < asked:
            await self._return(tx, user_id, each, grants, asked - back)
        if each.over:
            await self._close(tx, grants)

    async def _give(self, tx: Transaction, user_id: UUID, each: Due, amount: int, *, key: str) -> GrantedRow:
        priority = 0 if each.source == TOP_UP else BEFORE_TOP_UPS
        award = Award(amount, each.source, each.expires_at, priority)
        entry = await self._ledger.grant(tx, user_id, award, key=key)
        row = GrantedRow(
            key=key, due=each.key, user_id=user_id, grant_id=entry.id, source=each.source, amount=amount, wanted=0,
            taken=0, turns=0, subscription=each.subscription, closed_at=None,
        )  # fmt: skip
        tx.add(row)
        return row

    async def _take(self, tx: Transaction, each: Due, grants: Sequence[GrantedRow], amount: int) -> None:
        for row in grants:
            part = min(amount, row.amount - row.wanted)
            if part > 0:
                row.turns += 1
                key = f"{row.key}:back:{row.turns}"
                entry = await self._ledger.reclaim(tx, row.grant_id, part, key=key, reason=each.reason)
                row.wanted, row.taken = row.wanted + part, row.taken + entry.amount
                amount -= part

    async def _return(self, tx: Transaction, user_id: UUID, each: Due, grants: list[GrantedRow], amount: int) -> None:
        """Give again what was taken, as new grants: what was taken back of a grant stays so in the ledger."""
        for row in list(grants):
            part = min(amount, row.wanted)
            if not part:
                continue
            taken = row.taken * part // row.wanted
            row.amount, row.wanted, row.taken = row.amount - part, row.wanted - part, row.taken - taken
            amount -= part
            if taken:
                grants.append(await self._give(tx, user_id, each, taken, key=f"{each.key}:again:{len(grants)}"))

    async def _close(self, tx: Transaction, grants: Sequence[GrantedRow]) -> None:
        for row in grants:
            if row.closed_at is None:
                await self._ledger.close(tx, row.grant_id, key=f"{row.key}:over", reason="subscription_ended")
                row.closed_at = self._clock.now()

    # ── plan ──

    async def _set_plan(self, tx: Transaction, row: CustomerRow, statement: Statement) -> None:
        """The user's plan follows what is paid for when that changes: what an operator set meanwhile stays."""
        holding = current(statement, self._catalogue)
        bought = None if holding is None else self._catalogue.bought(holding.price)
        plan = None if bought is None else bought[0].name
        if plan != row.plan:
            name = plan or self._catalogue.plans.first.name
            alive = (UserRow.id == row.user_id, UserRow.deleted_at.is_(None))
            await tx.execute(update(UserRow).where(*alive).values(plan=name))
            row.plan = plan

    async def _note(self, tx: Transaction, user_id: UUID, statement: Statement) -> None:
        for each in statement.subscriptions:
            if (bought := self._catalogue.bought(each.price)) is not None:
                await tx.merge(
                    SubscriptionRow(
                        id=each.id, user_id=user_id, plan=bought[0].name, interval=bought[1].value, status=each.status,
                        created_at=each.created, period_end=each.period_end, cancel_at=each.cancel_at,
                        ended_at=each.ended_at,
                    )
                )  # fmt: skip
