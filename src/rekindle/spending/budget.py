"""May we spend this? Rules over whole millionths of a dollar; what was spent and the time come in as arguments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from rekindle.providers.purse import Verdict, Want

DOLLAR = 1_000_000
"""Millionths of a dollar."""

ALERTS = (50, 80, 95)
"""Per cent of a budget at which operators are told."""


class Scope(StrEnum):
    """What a budget bounds. Its `key` is a provider, an account, or plans with commas between; "" for everything."""

    GLOBAL = "global"
    PLAN = "plan"
    USER = "user"
    PROVIDER = "provider"


class Period(StrEnum):
    """From midnight, or from the first of the month, both in UTC."""

    DAY = "day"
    MONTH = "month"


class Action(StrEnum):
    """What happens where a budget would be exceeded: only an alert; nothing more is spent, and jobs wait for somebody
    else or fail; or what costs nothing does the work instead.
    """

    ALERT = "alert"
    PAUSE = "pause"
    DEGRADE = "degrade"


class Status(StrEnum):
    """How much of a budget is gone."""

    SAFE = "safe"
    WARNING = "warning"
    CRITICAL = "critical"
    EXCEEDED = "exceeded"


_FROM = ((100, Status.EXCEEDED), (90, Status.CRITICAL), (70, Status.WARNING))
"""Per cent from which on a budget has each status, which is another thing than when an alert goes out."""


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `limit` millionths of a dollar in a period. `id` tells it apart in alerts."""

    id: str
    scope: Scope
    key: str
    period: Period
    limit: int
    action: Action = Action.PAUSE
    alerts: tuple[int, ...] = ALERTS

    @property
    def keys(self) -> tuple[str, ...]:
        """The names that it covers, () for all."""
        return tuple(name.strip() for name in self.key.split(",") if name.strip())

    def covers(self, *, provider: str, plan: str, user: str) -> bool:
        """Whether spending at this provider for somebody on this plan counts."""
        name = {Scope.GLOBAL: "", Scope.PROVIDER: provider, Scope.PLAN: plan, Scope.USER: user}[self.scope]
        return self.scope is Scope.GLOBAL or name in self.keys

    def start(self, now: datetime) -> date:
        """The first day of the period that is running."""
        today = now.astimezone(UTC).date()
        return today if self.period is Period.DAY else today.replace(day=1)

    def end(self, now: datetime) -> date:
        """The day on which the next period begins."""
        first = self.start(now)
        return first + timedelta(days=1) if self.period is Period.DAY else (first + timedelta(days=32)).replace(day=1)


def status_of(spent: int, limit: int) -> Status:
    """How much of `limit` is gone. A budget of nothing is exceeded."""
    return next((status for least, status in _FROM if spent * 100 >= limit * least), Status.SAFE)


def reached(spent: int, budget: Budget) -> tuple[int, ...]:
    """The alerts that are due, in per cent."""
    return tuple(sorted(each for each in budget.alerts if spent * 100 >= budget.limit * each))


def judged(want: Want, budgets: Iterable[Budget], gone: Mapping[str, int]) -> Verdict:
    """Whether one more edit fits into every budget that covers it. `gone` has, by the identifier of a budget, what was
    spent in its period together with what may still be charged for edits under way.

    What costs nothing is always allowed, and so is what only alerts are for.
    """
    if want.estimate <= 0:
        return Verdict(allowed=True)
    worst = Verdict(allowed=True)
    for budget in budgets:
        if budget.action is Action.ALERT or not budget.covers(
            provider=want.provider, plan=want.plan, user=str(want.user)
        ):
            continue
        if gone.get(budget.id, 0) + want.estimate > budget.limit:
            verdict = Verdict(allowed=False, action=budget.action.value, reason=why(budget))
            if worst.allowed or verdict.action == "pause":
                worst = verdict
    return worst


def why(budget: Budget) -> str:
    """Why a budget lets nothing more through, as a sentence that tells no sums."""
    whose = {
        Scope.GLOBAL: "The budget",
        Scope.PROVIDER: "The budget for this provider",
        Scope.PLAN: "The budget for this plan",
        Scope.USER: "The budget for this account",
    }[budget.scope]
    until = "today" if budget.period is Period.DAY else "this month"
    return f"{whose} is used up for {until}."


PRESETS: Mapping[str, Sequence[Budget]] = {
    "none": (),
    "monthly": (Budget("preset-month", Scope.GLOBAL, "", Period.MONTH, 100 * DOLLAR, Action.DEGRADE),),
    "daily": (
        Budget("preset-free-day", Scope.PLAN, "free,guest", Period.DAY, 50 * DOLLAR, Action.PAUSE),
        Budget(
            "preset-paid-day", Scope.PLAN, "remember,cherish,forever,plus,pro,paid,premium,member", Period.DAY,
            500 * DOLLAR, Action.PAUSE,
        ),
    ),
}  # fmt: skip
"""Budgets that come with the product: 100 dollars a month in all; 50 dollars a day for those who pay nothing, and 500
for those who do.
"""
