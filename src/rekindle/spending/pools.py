"""Prepaid balances at providers: when to buy more, when to tell, and when to stop. Whole millionths of a dollar."""

from collections.abc import Mapping
from dataclasses import dataclass

from rekindle.providers.purse import Verdict

REFILL_BELOW = 20
"""Per cent of what was there after the last purchase, at which more is ordered."""

SHARE_FOR_POOLS = 80
"""Per cent of what comes in that goes to providers."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What is left at a provider. `level` is what was there after the last purchase; `reserve` is kept for emergencies
    and not spent until an operator lowers it; below `alert_below` operators are told.
    """

    provider: str
    balance: int
    level: int
    reserve: int = 0
    refill_below: int = REFILL_BELOW
    alert_below: int = 0

    @property
    def refill(self) -> int:
        """What to buy so that it is full again: 0 while enough is left."""
        low = self.level > 0 and self.balance * 100 <= self.level * self.refill_below
        return max(0, self.level - self.balance) if low else 0

    @property
    def low(self) -> bool:
        """Whether operators are to be told."""
        return self.balance < self.alert_below

    def judged(self, estimate: int, under_way: int) -> Verdict:
        """Whether one more edit can be paid for, beside those under way, without the reserve."""
        if estimate > 0 and self.balance - under_way - estimate < self.reserve:
            return Verdict(allowed=False, action="pause", reason="What was bought there in advance is used up.")
        return Verdict(allowed=True)


def shared_out(revenue: int, spent: Mapping[str, int]) -> Mapping[str, int]:
    """How to divide what came in among providers: 80 per cent of it, by what each was paid lately; the rest is kept.

    The parts add up to the whole share; what is left over by rounding goes to the provider that is used most.
    """
    share, total = revenue * SHARE_FOR_POOLS // 100, sum(spent.values())
    if share <= 0 or total <= 0:
        return dict.fromkeys(spent, 0)
    parts = {provider: share * each // total for provider, each in spent.items()}
    most = max(spent, key=lambda provider: (spent[provider], provider))
    parts[most] += share - sum(parts.values())
    return parts
