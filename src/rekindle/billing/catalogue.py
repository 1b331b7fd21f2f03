"""What is for sale, as data: plans by the month or the year, and credits that are bought once."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Literal

from rekindle.accounts.plans import Plan, Plans
from rekindle.errors import Invalid

MONTHS_PAID_IN_A_YEAR = 10
"""What a year costs, in months: two are free."""

USUAL: Mapping[str, int] = {
    "remember": 799, "cherish": 1499, "forever": 2999, "plus": 399, "pro": 899, "paid": 999, "premium": 2499,
}  # fmt: skip
"""Prices of a month of the plans that come with the product, in cents."""

PREFIX = "rekindle"


class NotOffered(Invalid):
    code: ClassVar[str] = "not_offered"
    title: ClassVar[str] = "This is not for sale here"


class Interval(StrEnum):
    """How often a plan is paid for."""

    MONTH = "month"
    YEAR = "year"

    @property
    def months(self) -> int:
        """How many months one payment is for."""
        return 1 if self is Interval.MONTH else 12


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the smallest unit of a currency, which is written as three small letters."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan for a month or a year."""

    plan: str
    title: str
    interval: Interval
    price: Money

    @property
    def key(self) -> str:
        """The name under which Stripe knows the price."""
        return f"{PREFIX}_{self.plan}_{self.interval}"


@dataclass(frozen=True, slots=True)
class TopUp:
    """Credits that are bought once; `credits` are milli-credits."""

    name: str
    credits: int
    price: Money

    @property
    def key(self) -> str:
        """The name under which Stripe knows the price."""
        return f"{PREFIX}_top_up_{self.name}"

    @property
    def title(self) -> str:
        """What it is called on a bill."""
        return f"{self.credits // 1000} credits"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The plans of a deployment, their prices, and its top-ups."""

    plans: Plans
    offers: tuple[Offer, ...] = ()
    top_ups: tuple[TopUp, ...] = ()

    def offer(self, plan: str, interval: Interval) -> Offer:
        """Raises NotOffered."""
        for each in self.offers:
            if (each.plan, each.interval) == (plan, interval):
                return each
        raise NotOffered(f"The plan {plan!r} cannot be bought by the {interval}. Look at the list of plans.")

    def top_up(self, name: str) -> TopUp:
        """Raises NotOffered."""
        for each in self.top_ups:
            if each.name == name:
                return each
        raise NotOffered(f"There is no top-up {name!r}. Look at the list of plans.")

    def bought(self, key: str) -> tuple[Plan, Interval] | None:
        """What a price at Stripe stands for, also one that is no longer offered; None if it is none of ours."""
        for plan in self.plans.offered:
            for interval in Interval:
                if key == f"{PREFIX}_{plan.name}_{interval}":
                    return plan, interval
        return None

    def rank(self, plan: str) -> int:
        """The place of a plan among all, from the smallest."""
        return next((place for place, each in enumerate(self.plans.offered) if each.name == plan), -1)


def offers_of(
    plans: Plans, currency: str, prices: Mapping[str, Mapping[Literal["month", "year"], int]]
) -> tuple[Offer, ...]:
    """What every plan but the first costs: by `prices`, else as usual. A plan without any price is not for sale."""
    found: list[Offer] = []
    for plan in plans.offered[1:]:
        usual = USUAL.get(plan.name)
        standard = {} if usual is None else {Interval.MONTH: usual, Interval.YEAR: usual * MONTHS_PAID_IN_A_YEAR}
        chosen = {Interval(name): amount for name, amount in prices.get(plan.name, {}).items()}
        amounts = chosen if plan.name in prices else standard
        found += [
            Offer(plan.name, plan.title, interval, Money(amount, currency)) for interval, amount in amounts.items()
        ]
    return tuple(found)
