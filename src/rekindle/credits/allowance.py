"""What the first plan gives each month, without anybody paying for it."""

import hmac
from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select

from rekindle.accounts.plans import Plans
from rekindle.accounts.tables import IdentityRow
from rekindle.accounts.users import User
from rekindle.clock import Clock
from rekindle.credits.service import Award, Credits
from rekindle.credits.tables import AllowanceRow
from rekindle.infra.db.database import Transaction
from rekindle.infra.db.inserting import insert_into


class Allowance:
    """Gives the credits of the plan that new accounts get. Those of plans that are paid for come with the payments.

    Who leaves and comes again in the same month, by the same address or login, has had them: `secret` makes the hashes
    by which that is known worth nothing to others. `proven`: only for who has proven an address.
    """

    def __init__(
        self, ledger: Credits, plans: Plans, *, clock: Clock, secret: bytes = b"", proven: bool = False
    ) -> None:
        self._ledger = ledger
        self._plans = plans
        self._clock = clock
        self._secret = secret
        self._proven = proven

    async def give(self, tx: Transaction, user: User) -> None:
        """The credits of this month, unless they were given; any number of times, and from anywhere."""
        plan = self._plans.first
        if user.plan != plan.name or not plan.monthly_credits or (self._proven and not user.verified):
            return
        now = self._clock.now()
        if not await self._first(tx, await _names(tx, user), month_of(now)):
            return
        expires_at = None if plan.carry_over else end_of_month(now)
        award = Award(plan.monthly_credits, f"plan:{plan.name}", expires_at)
        await self._ledger.grant(tx, user.id, award, key=f"allowance:{user.id}:{now:%Y-%m}")

    async def _first(self, tx: Transaction, names: Sequence[str], month: date) -> bool:
        """Note that whoever has these names has the credits of a month; False when one of them had them before."""
        if not names:
            return True
        digests = sorted(hmac.digest(self._secret, f"{month}\n{name}".encode(), "sha256") for name in names)
        rows = [{"digest": digest, "month": month} for digest in digests]
        new = insert_into(tx, AllowanceRow).values(rows).on_conflict_do_nothing().returning(AllowanceRow.digest)
        return len((await tx.scalars(new)).all()) == len(rows)


async def _names(tx: Transaction, user: User) -> list[str]:
    """All that somebody is known by who has left and comes again: an address, logins elsewhere."""
    mine = select(IdentityRow.issuer, IdentityRow.subject).where(IdentityRow.user_id == user.id)
    logins = [f"login:{issuer}\n{subject}" for issuer, subject in await tx.execute(mine)]
    return logins if user.email is None else [f"email:{user.email}", *logins]


def month_of(now: datetime) -> date:
    """The first day of the month, in UTC."""
    return now.astimezone(UTC).date().replace(day=1)


def end_of_month(now: datetime) -> datetime:
    """The first moment of the next month, in UTC."""
    utc = now.astimezone(UTC)
    days = monthrange(utc.year, utc.month)[1]
    first = datetime.fromordinal(datetime(utc.year, utc.month, days, tzinfo=UTC).toordinal() + 1)
    return first.replace(tzinfo=UTC)
