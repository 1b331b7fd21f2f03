"""Entries and grants as rows, and rows as entries and grants."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlalchemy import select

from rekindle.credits.ledger import Bucket, Draft, Entry, Kind, Lot, Move, Totals
from rekindle.credits.tables import EntryRow, GrantRow, MoveRow
from rekindle.infra.db.database import Transaction

PAGE = 500


def entry_row(entry: Entry) -> EntryRow:
    """The row of an entry; its moves are rows of their own."""
    draft = entry.draft
    return EntryRow(
        id=draft.id, account_id=entry.account_id, seq=entry.seq, kind=draft.kind.value, key=draft.key,
        request=draft.request, amount=entry.amount, grant_id=draft.grant_id, hold_id=draft.hold_id, ends=draft.ends,
        reason=draft.reason, details=dict(draft.details), at=entry.at, available=entry.after.available,
        held=entry.after.held, debt=entry.after.debt, digest=entry.digest,
    )  # fmt: skip


def move_rows(entry: Entry) -> list[MoveRow]:
    """The rows of the moves of an entry."""
    return [
        MoveRow(
            entry_id=entry.id, position=position, source=move.source.value, target=move.target.value,
            amount=move.amount, grant_id=move.grant_id,
        )
        for position, move in enumerate(entry.draft.moves)
    ]  # fmt: skip


def entry_of(row: EntryRow, moves: Sequence[Move]) -> Entry:
    """The entry of a row and of its moves."""
    draft = Draft(
        row.id, Kind(row.kind), row.key, row.request, tuple(moves), grant_id=row.grant_id, hold_id=row.hold_id,
        ends=row.ends, reason=row.reason, details=row.details,
    )  # fmt: skip
    after = Totals(row.available, row.held, row.debt)
    return Entry(draft, row.account_id, row.seq, row.at, row.amount, after, row.digest)


def lot_of(row: GrantRow) -> Lot:
    """The grant of a row."""
    return Lot(
        row.id, row.source, row.priority, row.granted_at, row.expires_at, row.amount, row.available, held=row.held,
        expired=row.expired, reclaimed=row.reclaimed, closed=row.closed,
    )  # fmt: skip


def grant_row(lot: Lot, account_id: UUID) -> GrantRow:
    """The row of a new grant."""
    return GrantRow(
        id=lot.id, account_id=account_id, source=lot.source, priority=lot.priority, granted_at=lot.granted_at,
        expires_at=lot.expires_at, amount=lot.amount, available=lot.available, held=lot.held, expired=lot.expired,
        reclaimed=lot.reclaimed, closed=lot.closed,
    )  # fmt: skip


def update_grant(row: GrantRow, lot: Lot) -> None:
    """Write down what changed of a grant."""
    row.available, row.held, row.expired = lot.available, lot.held, lot.expired
    row.reclaimed, row.closed = lot.reclaimed, lot.closed


async def moves_of(tx: Transaction, entry_ids: Sequence[UUID]) -> dict[UUID, list[Move]]:
    """The moves of these entries, in their order."""
    found: dict[UUID, list[Move]] = {entry_id: [] for entry_id in entry_ids}
    query = select(MoveRow).where(MoveRow.entry_id.in_(entry_ids)).order_by(MoveRow.entry_id, MoveRow.position)
    for row in await tx.scalars(query):
        found[row.entry_id].append(Move(Bucket(row.source), Bucket(row.target), row.amount, row.grant_id))
    return found


async def entry_by_key(tx: Transaction, key: str) -> Entry | None:
    """The entry that was written under this key."""
    row = await tx.scalar(select(EntryRow).where(EntryRow.key == key))
    return None if row is None else entry_of(row, (await moves_of(tx, [row.id]))[row.id])


async def entries_of(tx: Transaction, account_id: UUID) -> AsyncIterator[Entry]:
    """Every entry of an account, oldest first."""
    seq = 0
    while True:
        query = select(EntryRow).where(EntryRow.account_id == account_id, EntryRow.seq > seq).order_by(EntryRow.seq)
        rows = (await tx.scalars(query.limit(PAGE))).all()
        moves = await moves_of(tx, [row.id for row in rows])
        for row in rows:
            yield entry_of(row, moves[row.id])
        if len(rows) < PAGE:
            return
        seq = rows[-1].seq
