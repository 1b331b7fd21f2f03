"""Buying, changing and ending plans: what the page asks for. What was paid comes in by events, not from here."""

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import select

from rekindle.accounts.plans import Feature
from rekindle.accounts.users import User
from rekindle.billing.catalogue import Catalogue, Interval
from rekindle.billing.port import Buyer, PaymentsUnavailable, Ways
from rekindle.billing.reconciling import Till
from rekindle.billing.rules import HOLDING, Standing, current, standing
from rekindle.billing.statement import Statement, Subscription
from rekindle.billing.stock import Farewell, farewell
from rekindle.billing.tables import CustomerRow, SubscriptionRow
from rekindle.clock import Clock
from rekindle.errors import Conflict
from rekindle.infra.db.database import Database, Transaction

AT_THE_TILL = timedelta(hours=1)
"""How long after somebody went to pay their own page looks at Stripe itself."""
PAUSE = timedelta(seconds=3)


class NoBilling(Conflict):
    code: ClassVar[str] = "no_billing"
    title: ClassVar[str] = "Nothing is sold here"


class AlreadySubscribed(Conflict):
    code: ClassVar[str] = "already_subscribed"
    title: ClassVar[str] = "You have this plan"


class NoSubscription(Conflict):
    code: ClassVar[str] = "no_subscription"
    title: ClassVar[str] = "There is no subscription"


@dataclass(frozen=True, slots=True)
class State:
    """What somebody pays for, and whether a payment failed."""

    subscription: SubscriptionRow | None
    payment_failed: bool


class Billing:
    """What a person can do about money."""

    def __init__(
        self, db: Database, catalogue: Catalogue, till: Till | None, *, clock: Clock, top_ups_survive: bool = True
    ) -> None:
        self._db = db
        self.catalogue = catalogue
        self._till = till
        self._clock = clock
        self._top_ups_survive = top_ups_survive

    @property
    def can_buy(self) -> bool:
        """Whether anything is sold."""
        return self._till is not None

    async def state(self, user: User) -> State:
        """What is known; while somebody is at the till, what Stripe says now."""
        async with self._db.reading() as tx:
            row = await tx.get(CustomerRow, user.id)
        if row is None:
            return State(None, payment_failed=False)
        if self._till is not None and self._waits(row):
            with contextlib.suppress(PaymentsUnavailable):
                await self._till.reconciling.reconcile(row.customer)
        async with self._db.reading() as tx:
            row = await tx.get(CustomerRow, user.id)
            return State(await self._shown(tx, user), row is not None and row.payment_failed)

    def _waits(self, row: CustomerRow) -> bool:
        now = self._clock.now()
        rested = row.read_at is None or now - row.read_at > PAUSE
        return rested and row.expecting_until is not None and row.expecting_until > now

    async def buy_plan(self, user: User, plan: str, interval: Interval, ways: Ways) -> str:
        """The address of a page to subscribe on, or to change the plan on. Raises NoBilling, NotOffered,
        AlreadySubscribed, PaymentsUnavailable.
        """
        till = self._open()
        offer = self.catalogue.offer(plan, interval)
        customer = await self._customer(till, user)
        statement = await till.payments.statement(customer)
        holding = current(statement, self.catalogue)
        if holding is None and any(each.status == "unpaid" for each in statement.subscriptions):
            return await till.payments.portal(customer, ways)
        if holding is None:
            return await till.payments.sell_plan(customer, offer, ways)
        if holding.price == offer.key:
            raise AlreadySubscribed(f"You have {offer.title} by the {interval} already. Choose another plan.")
        return await till.payments.change_plan(customer, holding.id, holding.item, offer, ways)

    async def buy_top_up(self, user: User, name: str, ways: Ways) -> str:
        """The address of a page to buy credits on. Raises NoBilling, NotOffered, NotInPlan, PaymentsUnavailable."""
        till = self._open()
        top_up = self.catalogue.top_up(name)
        self.catalogue.plans.find(user.plan).check_feature(Feature.TOP_UPS)
        return await till.payments.sell_top_up(await self._customer(till, user), top_up, ways)

    async def portal(self, user: User, ways: Ways) -> str:
        """The address of a page with invoices and ways to pay. Raises NoBilling, PaymentsUnavailable."""
        till = self._open()
        return await till.payments.portal(await self._customer(till, user), ways)

    async def farewell(self, user: User) -> Farewell:
        """What ends with the subscription, and when. Raises NoBilling, NoSubscription."""
        self._open()
        async with self._db.reading() as tx:
            if (row := await self._shown(tx, user)) is None:
                raise NoSubscription("You have no subscription that could end.")
            title = self.catalogue.plans.find(row.plan).title
            return await farewell(tx, row, title, self._clock.now(), top_ups_survive=self._top_ups_survive)

    async def end(self, user: User, *, ends: bool) -> State:
        """Let the plan end with what was paid for, or go on after all. Raises NoBilling, NoSubscription."""
        till = self._open()
        async with self._db.reading() as tx:
            row = await tx.get(CustomerRow, user.id)
        statement = None if row is None else await till.payments.statement(row.customer)
        going = [] if statement is None else _going_on(statement)
        if row is None or not going:
            raise NoSubscription("You have no subscription that could end.")
        for each in going:
            if (each.cancel_at is not None) != ends:
                await till.payments.end_with_period(each.id, ends=ends)
        await till.reconciling.reconcile(row.customer)
        return await self.state(user)

    # ── what it stands on ──

    def _open(self) -> Till:
        if self._till is None:
            raise NoBilling("This server sells nothing. Ask whoever runs it.")
        return self._till

    async def _customer(self, till: Till, user: User) -> str:
        """Their customer at Stripe, who is about to pay."""
        async with self._db.reading() as tx:
            row = await tx.get(CustomerRow, user.id)
        before = None if row is None else row.customer
        customer = await till.payments.customer(Buyer(user.id, user.email, before))
        async with self._db.transaction() as tx:
            if await till.reconciling.note(tx, user.id, customer, instead_of=before) is None:
                raise PaymentsUnavailable("This account is being changed just now. Please try again.")
            known = (await tx.scalars(select(CustomerRow).where(CustomerRow.user_id == user.id))).one()
            known.expecting_until = self._clock.now() + AT_THE_TILL
            return known.customer

    async def _shown(self, tx: Transaction, user: User) -> SubscriptionRow | None:
        """Of the subscriptions that have not ended, the one that counts."""
        mine = select(SubscriptionRow).where(SubscriptionRow.user_id == user.id, SubscriptionRow.ended_at.is_(None))
        rows = [row for row in await tx.scalars(mine) if row.status not in {"incomplete", "incomplete_expired"}]
        return max(rows, key=self._weight, default=None)

    def _weight(self, row: SubscriptionRow) -> tuple[bool, int, datetime, str]:
        holds = standing(row.status) in HOLDING
        return holds, self.catalogue.rank(row.plan), row.created_at, row.id


def _going_on(statement: Statement) -> list[Subscription]:
    """Those that go on until somebody ends them."""
    going = (each for each in statement.subscriptions if standing(each.status) is not Standing.ENDED)
    return [each for each in going if each.status != "incomplete"]
