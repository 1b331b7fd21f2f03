"""One account's ledger, locked for a transaction: entries are written in memory and saved together."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite

from rekindle.clock import Clock
from rekindle.credits.ledger import FIRST, Bucket, Draft, Entry, Head, Kind, Lot, Totals, fingerprint, take
from rekindle.credits.ledger import spending_order as in_order
from rekindle.credits.records import entry_row, grant_row, lot_of, move_rows, update_grant
from rekindle.credits.replay import granted
from rekindle.credits.tables import BalanceRow, GrantRow, HoldRow
from rekindle.infra.db.database import Transaction


class Book:
    """The end of an account's ledger, and those of its grants that have something available or were asked for.

    Nobody else writes to the account until the transaction ends: the row of its balance is locked.
    """

    def __init__(self, tx: Transaction, row: BalanceRow, *, grants: Sequence[GrantRow], clock: Clock) -> None:
        self._tx = tx
        self._row = row
        self._clock = clock
        self._grants = {grant.id: grant for grant in grants}
        self._written: list[Entry] = []
        self.now: datetime = clock.now()
        self.head = Head(row.account_id, row.seq, row.digest, Totals(row.available, row.held, row.debt))
        self.lots: dict[UUID, Lot] = {grant.id: lot_of(grant) for grant in grants}

    def new_id(self) -> UUID:
        """An identifier for the next entry."""
        return self._clock.new_id()

    def write(self, draft: Draft) -> Entry:
        """Append an entry; `save` stores it."""
        entry = self.head.append(draft, self.now)
        self.head = self.head.past(entry)
        if draft.kind is Kind.GRANT:
            self.lots[entry.id] = granted(entry)
        touched = {move.grant_id for move in draft.moves} | {draft.grant_id}
        self.lots.update({key: lot.after(entry) for key, lot in self.lots.items() if key in touched})
        self._written.append(entry)
        return entry

    def tidy(self) -> None:
        """Expire what is over, and pay debt from what is available."""
        for lot in in_order(self.lots.values()):
            if lot.available and lot.over(self.now):
                self.expire(lot, key=f"{lot.id}/expired/{self.head.seq + 1}", reason="expired")
        if self.head.totals.debt and self.head.totals.available:
            moves = take(in_order(self.lots.values()), self.head.totals.debt, into=Bucket.DEBT)
            key = f"{self.head.account_id}/paid/{self.head.seq + 1}"
            self.write(Draft(self.new_id(), Kind.ADJUST, key, fingerprint(Kind.ADJUST, key), moves, reason="debt_paid"))

    def expire(self, lot: Lot, *, key: str, reason: str, request: str = "") -> Entry:
        """End a grant: what is available of it expires, and what comes back to it will."""
        moves = take([lot], lot.available, into=Bucket.EXPIRED)
        request = request or fingerprint(Kind.EXPIRE, key)
        return self.write(Draft(self.new_id(), Kind.EXPIRE, key, request, moves, grant_id=lot.id, reason=reason))

    async def save(self) -> None:
        """Store the entries, and what follows from them in the tables of balances, grants and holds."""
        if not self._written:
            return
        totals = self.head.totals
        self._row.available, self._row.held, self._row.debt = totals.available, totals.held, totals.debt
        self._row.seq, self._row.digest = self.head.seq, self.head.digest
        for lot in self.lots.values():
            if lot.id in self._grants:
                update_grant(self._grants[lot.id], lot)
            else:
                self._tx.add(grant_row(lot, self.head.account_id))
        self._tx.add_all(entry_row(entry) for entry in self._written)
        self._tx.add_all(_new_hold(entry) for entry in self._written if entry.draft.kind is Kind.HOLD)
        # Moves refer to entries, which therefore have to be there first.
        await self._tx.flush()
        self._tx.add_all(row for entry in self._written for row in move_rows(entry))
        await self._tx.flush()
        self._written.clear()


async def open_book(tx: Transaction, clock: Clock, account_id: UUID, *, grants: Sequence[UUID] = ()) -> Book:
    """Lock an account, made when it is new, and read the grants that matter; `grants` names more of them."""
    query = select(BalanceRow).where(BalanceRow.account_id == account_id).with_for_update()
    fresh = query.execution_options(populate_existing=True)
    if (row := await tx.scalar(fresh)) is None:
        insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
        empty = {"account_id": account_id, "available": 0, "held": 0, "debt": 0, "seq": 0, "digest": FIRST}
        await tx.execute(insert(BalanceRow).values(empty).on_conflict_do_nothing())
        row = (await tx.scalars(fresh)).one()
    mine = select(GrantRow).where(GrantRow.account_id == account_id)
    wanted = mine.where(or_(GrantRow.available > 0, GrantRow.id.in_(grants)) if grants else GrantRow.available > 0)
    found = (await tx.scalars(wanted.execution_options(populate_existing=True))).all()
    return Book(tx, row, grants=found, clock=clock)


def _new_hold(entry: Entry) -> HoldRow:
    return HoldRow(
        id=entry.id, account_id=entry.account_id, amount=entry.amount, captured=0, created_at=entry.at,
        deadline_at=datetime.fromisoformat(str(entry.draft.details["deadline_at"])), ended_at=None,
    )  # fmt: skip
