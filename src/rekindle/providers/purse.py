"""Whether we may spend, and where what we spent is written: a port, as money is kept above providers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from rekindle.infra.db.database import Transaction

Action = Literal["allow", "pause", "degrade"]
"""`pause`: nothing is spent there. `degrade`: what costs nothing is to do instead."""


@dataclass(frozen=True, slots=True)
class Want:
    """What an edit would cost at a provider, in millionths of a dollar, for somebody on a plan."""

    provider: str
    estimate: int
    plan: str
    user: UUID


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether that may be spent; `reason` is a plain sentence where it may not."""

    allowed: bool
    action: Action = "allow"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one attempt cost in the end, in millionths of a dollar."""

    attempt_id: UUID
    job_id: UUID
    provider: str
    model: str
    user: UUID
    plan: str
    cost: int
    at: datetime


class Purse(Protocol):
    """The budgets and the prepaid pools."""

    async def verdicts(self, wants: Sequence[Want]) -> Sequence[Verdict]:
        """One for each of `wants`, in their order. Only reads: asked when ranking and again right before each call."""
        ...

    async def spent(self, tx: Transaction, spending: Spent) -> None:
        """Write down what an attempt cost, in the transaction that writes its end: exactly once an attempt."""
        ...

    async def settled(self, tx: Transaction, spending: Spent) -> None:
        """Put right what was written down before with what it could cost at most: now it is known."""
        ...


class Unlimited(Purse):
    """No budget: everything may be spent, and nobody adds it up."""

    async def verdicts(self, wants: Sequence[Want]) -> Sequence[Verdict]:
        return [Verdict(allowed=True) for _ in wants]

    async def spent(self, tx: Transaction, spending: Spent) -> None:
        """Nothing to do: the attempt has its cost."""

    async def settled(self, tx: Transaction, spending: Spent) -> None:
        """Nothing to do, either."""
