"""Credits as things that people own: an export tells them all; the ledger itself stays, and names nobody."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rekindle.accounts.belongings import Belongings, OwnedFile
from rekindle.credits.service import Credits
from rekindle.credits.tables import EntryRow
from rekindle.credits.words import job_of, text_of
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction

AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class OwnCredits(Belongings):
    """Grants that can be spent, and every entry."""

    db: Database
    ledger: Credits

    async def hand_over(self, tx: Transaction, from_id: UUID, to_id: UUID) -> None:
        """Nothing: guests have no credits."""

    async def remove(self, owner_id: UUID) -> None:
        """Nothing: entries name no more than an identifier, and the sums must stay right."""

    async def left_behind(self) -> Sequence[UUID]:
        """Nobody."""
        return ()

    def sections(self, owner_id: UUID) -> Mapping[str, AsyncIterator[Json]]:
        """What there is, and what happened."""
        return {"credits": self._grants(owner_id), "entries": self._entries(owner_id)}

    async def files(self, owner_id: UUID) -> AsyncIterator[OwnedFile]:
        """None."""
        for nothing in ():
            yield nothing

    async def _grants(self, owner_id: UUID) -> AsyncIterator[Json]:
        async with self.db.reading() as tx:
            balance = await self.ledger.balance(tx, owner_id)
        for lot in balance.grants:
            yield {
                "id": lot.id, "source": lot.source, "amount": lot.amount, "available": lot.available,
                "granted_at": lot.granted_at.isoformat(), "expires_at": lot.expires_at and lot.expires_at.isoformat(),
            }  # fmt: skip

    async def _entries(self, owner_id: UUID) -> AsyncIterator[Json]:
        before: int | None = None
        while True:
            async with self.db.reading() as tx:
                rows = await self.ledger.entries(tx, owner_id, limit=AT_A_TIME, before=before)
            for row in rows:
                yield _facts(row)
            if len(rows) < AT_A_TIME:
                return
            before = rows[-1].seq


def _facts(row: EntryRow) -> Json:
    return {
        "seq": row.seq, "at": row.at.isoformat(), "kind": row.kind, "text": text_of(row), "amount": row.amount,
        "available": row.available, "held": row.held, "debt": row.debt, "job_id": job_of(row),
    }  # fmt: skip
