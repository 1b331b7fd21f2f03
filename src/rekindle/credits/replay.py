"""An account rebuilt from its entries alone: what the tables of balances, grants and holds must say."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from rekindle.credits.ledger import Bucket, Entry, Head, Kind, Lot, digest, inflow


@dataclass(frozen=True, slots=True)
class Held:
    """A hold: `captured` milli-credits of it were spent; `ended` says that nothing of it is held any more."""

    id: UUID
    amount: int
    captured: int = 0
    ended: bool = False


@dataclass(slots=True)
class Replay:
    """All that follows from the entries of one account that were added so far."""

    head: Head
    lots: dict[UUID, Lot] = field(default_factory=dict[UUID, Lot])
    holds: dict[UUID, Held] = field(default_factory=dict[UUID, Held])
    faults: list[str] = field(default_factory=list[str])
    """What is wrong with the chain of entries, in plain words."""

    def add(self, entry: Entry) -> None:
        """Go on by one entry. Totals, grants and holds follow from its moves; its own totals are only compared."""
        draft = entry.draft
        before, totals = self.head, self.head.totals.after(draft.moves)
        wrong = {
            "is out of order": entry.seq != before.seq + 1,
            "does not follow from the one before": entry.digest != digest(entry, before.digest),
            "does not add up": entry.after != totals or entry.amount != sum(move.amount for move in draft.moves),
        }
        self.faults.extend(f"entry {entry.seq} {fault}" for fault, found in wrong.items() if found)
        self.head = Head(before.account_id, entry.seq, entry.digest, totals)
        if draft.kind is Kind.GRANT:
            self.lots[entry.id] = granted(entry)
        for touched in {move.grant_id for move in draft.moves} | {draft.grant_id}:
            if touched is not None and touched in self.lots:
                self.lots[touched] = self.lots[touched].after(entry)
        self._hold(entry)

    def _hold(self, entry: Entry) -> None:
        draft = entry.draft
        if draft.kind is Kind.HOLD:
            self.holds[entry.id] = Held(entry.id, entry.amount)
        elif draft.hold_id is not None and (known := self.holds.get(draft.hold_id)) is not None:
            captured = known.captured + inflow(draft.moves, Bucket.SPENT)
            self.holds[known.id] = replace(known, captured=captured, ended=known.ended or draft.ends == known.id)


def granted(entry: Entry) -> Lot:
    """The grant that an entry makes, still empty: its own move fills it."""
    details = entry.draft.details
    expires_at = details["expires_at"]
    return Lot(
        entry.id, str(details["source"]), int(details["priority"] or 0), entry.at,
        None if expires_at is None else datetime.fromisoformat(str(expires_at)), entry.amount, available=0,
    )  # fmt: skip
