"""What each plan allows. A plan is the server's decision: nothing in a request can change it.

Four sets of plans come with the product; an operator chooses one, or writes rows of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from rekindle.errors import RekindleError


class Feature(StrEnum):
    """What not every plan has."""

    FUSION = "fusion"
    ANIMATION = "animation"
    BULK = "bulk"
    TOP_UPS = "top_ups"


class Strategy(StrEnum):
    """How a provider is chosen: the cheapest, a balance, or the best."""

    FREE = "free"
    PAID = "paid"
    PREMIUM = "premium"


class DailyLimitReached(RekindleError):
    status: ClassVar[int] = 429
    code: ClassVar[str] = "daily_limit_reached"
    title: ClassVar[str] = "No more photos today"


class NotInPlan(RekindleError):
    status: ClassVar[int] = 403
    code: ClassVar[str] = "not_in_plan"
    title: ClassVar[str] = "Your plan does not include this"


@dataclass(frozen=True, slots=True)
class Plan:
    """`monthly_credits` is in thousandths of a credit; `daily_limit` in jobs a day; `short_side` in pixels of a result.
    None is without limit. Jobs of a higher `priority` (0..100) are taken first. Credits that `carry_over` stay when a
    new month begins.
    """

    name: str
    title: str
    monthly_credits: int | None
    daily_limit: int | None = None
    priority: int = 0
    short_side: int | None = None
    features: frozenset[Feature] = frozenset()
    strategy: Strategy = Strategy.FREE
    watermark: bool = False
    carry_over: bool = True

    def __post_init__(self) -> None:
        """Raise ValueError for a row that makes no sense."""
        limits = (self.monthly_credits, self.daily_limit, self.short_side)
        if any(limit is not None and limit < 0 for limit in limits) or not 0 <= self.priority <= 100:
            message = f"plan {self.name!r} has a limit below zero or a priority outside 0..100"
            raise ValueError(message)

    def check_feature(self, feature: Feature) -> None:
        """Raise NotInPlan unless the plan has it."""
        if feature not in self.features:
            name = feature.value.replace("_", " ")
            raise NotInPlan(f"The plan {self.title} does not include {name}. Choose a larger plan to use it.")

    def check_day(self, done_today: int) -> None:
        """Raise DailyLimitReached when one more job today would be too many."""
        if self.daily_limit is not None and done_today >= self.daily_limit:
            allowed = f"The plan {self.title} allows {self.daily_limit} photos a day."
            raise DailyLimitReached(f"{allowed} Go on tomorrow, or choose a larger plan.")

    def scale(self, width: int, height: int) -> float:
        """What a result of this size is made smaller by, 0..1, so that it fits the plan."""
        shorter = min(width, height)
        if self.short_side is None or shorter <= self.short_side:
            return 1.0
        return self.short_side / shorter


HOME = Plan("home", "Home", monthly_credits=None, features=frozenset(Feature), strategy=Strategy.PREMIUM, priority=50)
"""The plan of the only user of a machine at home: everything, without limit."""

GUEST = Plan("guest", "Guest", monthly_credits=None, daily_limit=5, short_side=480, watermark=True)
"""Somebody who has not signed up: no credits, but a few photos a day."""

_EXTRA = frozenset({Feature.TOP_UPS, Feature.FUSION})
_ALL = frozenset(Feature)

_REKINDLE = (
    Plan("free", "Free", 3_000, priority=0, short_side=480, features=frozenset({Feature.TOP_UPS})),
    Plan("remember", "Remember", 25_000, priority=20, short_side=720, features=_EXTRA, strategy=Strategy.PAID),
    Plan("cherish", "Cherish", 60_000, priority=40, short_side=720, features=_ALL, strategy=Strategy.PAID),
    Plan("forever", "Forever", 150_000, priority=60, short_side=720, features=_ALL, strategy=Strategy.PREMIUM),
)
_MONTHLY = (
    Plan("free", "Free", 0, carry_over=False),
    Plan("plus", "Plus", 10_000, priority=20, features=_EXTRA, strategy=Strategy.PAID, carry_over=False),
    Plan("pro", "Pro", 25_000, priority=40, features=_ALL, strategy=Strategy.PREMIUM, carry_over=False),
)
_DAILY = (
    Plan("free", "Free", None, daily_limit=5, watermark=True),
    Plan("paid", "Paid", None, daily_limit=100, priority=20, features=_EXTRA, strategy=Strategy.PAID),
    Plan("premium", "Premium", None, priority=40, features=_ALL, strategy=Strategy.PREMIUM),
)
_OPEN = (Plan("member", "Member", None, priority=20, features=_ALL, strategy=Strategy.PREMIUM),)
"""For families, clubs and firms that sell nothing."""


class Preset(StrEnum):
    """The sets of plans that come with the product."""

    REKINDLE = "rekindle"
    MONTHLY = "monthly"
    DAILY = "daily"
    OPEN = "open"


PRESETS: Mapping[Preset, tuple[Plan, ...]] = {
    Preset.REKINDLE: _REKINDLE,
    Preset.MONTHLY: _MONTHLY,
    Preset.DAILY: _DAILY,
    Preset.OPEN: _OPEN,
}
"""The first plan of each set is what a new account gets."""


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans of a deployment: those that can be had, and those that somebody is on without choosing."""

    offered: tuple[Plan, ...]

    @property
    def first(self) -> Plan:
        """What a new account gets."""
        return self.offered[0]

    def find(self, name: str) -> Plan:
        """The plan of this name. Somebody on a plan that is no longer there has the first one."""
        return next((plan for plan in (*self.offered, GUEST, HOME) if plan.name == name), self.first)
