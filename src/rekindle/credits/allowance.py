"""What the first plan gives each month, without anybody paying for it."""

from calendar import monthrange
from datetime import UTC, datetime

from rekindle.accounts.plans import Plans
from rekindle.accounts.users import User
from rekindle.clock import Clock
from rekindle.credits.service import Award, Credits
from rekindle.infra.db.database import Transaction


class Allowance:
    """Gives the credits of the plan that new accounts get. Those of plans that are paid for come with the payments."""

    def __init__(self, ledger: Credits, plans: Plans, *, clock: Clock) -> None:
        self._ledger = ledger
        self._plans = plans
        self._clock = clock

    async def give(self, tx: Transaction, user: User) -> None:
        """The credits of this month, unless they were given; any number of times, and from anywhere."""
        plan = self._plans.first
        if user.plan != plan.name or not plan.monthly_credits:
            return
        now = self._clock.now()
        expires_at = None if plan.carry_over else end_of_month(now)
        award = Award(plan.monthly_credits, f"plan:{plan.name}", expires_at)
        await self._ledger.grant(tx, user.id, award, key=f"allowance:{user.id}:{now:%Y-%m}")


def end_of_month(now: datetime) -> datetime:
    """The first moment of the next month, in UTC."""
    utc = now.astimezone(UTC)
    days = monthrange(utc.year, utc.month)[1]
    first = datetime.fromordinal(datetime(utc.year, utc.month, days, tzinfo=UTC).toordinal() + 1)
    return first.replace(tzinfo=UTC)
