"""A second, simple-minded ledger to compare with: every milli-credit is a token that lies somewhere."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(eq=False)
class Batch:
    """Tokens given together."""

    amount: int
    expires_at: datetime | None
    priority: int
    number: int
    closed: bool = False
    reclaimed: int = 0

    def over(self, now: datetime) -> bool:
        return self.closed or (self.expires_at is not None and self.expires_at <= now)


@dataclass(eq=False)
class Token:
    batch: Batch
    place: str = "available"


@dataclass
class Tokens:
    """One account."""

    tokens: list[Token] = field(default_factory=list)
    debt: int = 0
    batches: int = 0

    def lying(self, place: str, batch: Batch | None = None) -> list[Token]:
        return [each for each in self.tokens if each.place == place and batch in (None, each.batch)]

    def spendable(self) -> list[Token]:
        def order(token: Token) -> tuple[bool, float, int, int]:
            batch = token.batch
            end = batch.expires_at
            return (end is None, end.timestamp() if end else 0.0, -batch.priority, batch.number)

        return sorted(self.lying("available"), key=order)

    def settle(self, now: datetime) -> None:
        for token in self.lying("available"):
            if token.batch.over(now):
                token.place = "expired"
        for token in self.spendable()[: self.debt]:
            token.place = "paid"
            self.debt -= 1

    def grant(self, amount: int, expires_at: datetime | None, priority: int) -> Batch:
        self.batches += 1
        batch = Batch(amount, expires_at, priority, self.batches)
        self.tokens += [Token(batch) for _ in range(amount)]
        return batch

    def hold(self, amount: int) -> list[Token] | None:
        """The tokens that are held now, or None when it is refused."""
        taken = self.spendable()[:amount]
        if self.debt or len(taken) < amount:
            return None
        for token in taken:
            token.place = "held"
        return taken

    def end(self, held: list[Token], captured: int) -> None:
        for position, token in enumerate(held):
            token.place = "spent" if position < captured else "available"

    def reclaim(self, amount: int, batch: Batch | None) -> None:
        if batch is not None:
            amount = max(min(amount, batch.amount - batch.reclaimed - len(self.lying("expired", batch))), 0)
            batch.reclaimed += amount
        own = sorted(self.spendable(), key=lambda token: token.batch is not batch)[:amount]
        for token in own:
            token.place = "withdrawn"
        self.debt += amount - len(own)
