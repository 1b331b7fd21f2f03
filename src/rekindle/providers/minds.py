"""What the adapters of models that advise share."""

from dataclasses import dataclass
from typing import Any

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """Millionths of a dollar for a million tokens that are sent, and that come back."""

    sent: int = 0
    back: int = 0

    def cost(self, sent: Any, *back: Any) -> int:
        """The cost of these tokens, rounded up; what is no number counts as none."""
        return -(-(_count(sent) * self.sent + sum(map(_count, back)) * self.back) // _MILLION)


def _count(told: Any) -> int:
    return told if isinstance(told, int) and told > 0 else 0
