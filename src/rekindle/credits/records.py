"""Entries and grants as rows, and rows as entries and grants."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeAlias, cast
from uuid import UUID

from sqlalchemy import Row, Table, bindparam, select

from rekindle.credits.ledger import Bucket, Draft, Entry, Kind, Lot, Move, Totals
from rekindle.credits.tables import BalanceRow, EntryRow, GrantRow, HoldRow, MoveRow
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Transaction

PAGE = 500

BALANCES, ENTRIES, MOVES, GRANTS, HOLDS = (
    cast("Table", each.__table__) for each in (BalanceRow, EntryRow, MoveRow, GrantRow, HoldRow)
)
"""The tables themselves: a session that follows each row would be most of the work of an entry."""

Selected: TypeAlias = Row[tuple[Any, ...]]

GRANT_BESIDE = tuple(each.label(f"grant_{each.name}") for each in GRANTS.c)
"""The columns of a grant for a row that holds something else as well."""

MOVE_BESIDE = tuple(each.label(f"move_{each.name}") for each in MOVES.c)
"""Those of a move."""

_BY_KEY = select(ENTRIES).where(ENTRIES.c.key == bindparam("entry_key"))


def entry_values(entry: Entry) -> Json:
    """The row of an entry; its moves are rows of their own."""
    draft = entry.draft
    return {
        "id": draft.id, "account_id": entry.account_id, "seq": entry.seq, "kind": draft.kind.value, "key": draft.key,
        "request": draft.request, "amount": entry.amount, "grant_id": draft.grant_id, "hold_id": draft.hold_id,
        "ends": draft.ends, "reason": draft.reason, "details": dict(draft.details), "at": entry.at,
        "available": entry.after.available, "held": entry.after.held, "debt": entry.after.debt, "digest": entry.digest,
    }  # fmt: skip


def move_values(entry: Entry) -> list[Json]:
    """The rows of the moves of an entry."""
    return [
        {
            "entry_id": entry.id, "position": position, "source": move.source.value, "target": move.target.value,
            "amount": move.amount, "grant_id": move.grant_id,
        }
        for position, move in enumerate(entry.draft.moves)
    ]  # fmt: skip


def entry_of(row: EntryRow | Selected, moves: Sequence[Move]) -> Entry:
    """The entry of a row and of its moves."""
    draft = Draft(
        row.id, Kind(row.kind), row.key, row.request, tuple(moves), grant_id=row.grant_id, hold_id=row.hold_id,
        ends=row.ends, reason=row.reason, details=row.details,
    )  # fmt: skip
    after = Totals(row.available, row.held, row.debt)
    return Entry(draft, row.account_id, row.seq, row.at, row.amount, after, row.digest)


def lot_of(row: GrantRow | Selected) -> Lot:
    """The grant of a row."""
    return Lot(
        row.id, row.source, row.priority, row.granted_at, row.expires_at, row.amount, row.available, held=row.held,
        expired=row.expired, reclaimed=row.reclaimed, closed=row.closed,
    )  # fmt: skip


def lot_beside(row: Selected) -> Lot | None:
    """The grant of a row that holds it beside something else; None where there is none."""
    if row.grant_id is None:
        return None
    return Lot(
        row.grant_id, row.grant_source, row.grant_priority, row.grant_granted_at, row.grant_expires_at,
        row.grant_amount, row.grant_available, held=row.grant_held, expired=row.grant_expired,
        reclaimed=row.grant_reclaimed, closed=row.grant_closed,
    )  # fmt: skip


def parts_in(rows: Sequence[Selected]) -> list[Move]:
    """The moves of one entry that rows hold beside something else, each of them once or more often, in their order."""
    found = {row.move_position: row for row in rows if row.move_source is not None}
    return [
        Move(Bucket(row.move_source), Bucket(row.move_target), row.move_amount, row.move_grant_id)
        for _, row in sorted(found.items())
    ]


def grant_values(lot: Lot, account_id: UUID) -> Json:
    """The row of a new grant."""
    return {
        "id": lot.id, "account_id": account_id, "source": lot.source, "priority": lot.priority,
        "granted_at": lot.granted_at, "expires_at": lot.expires_at, "amount": lot.amount, "available": lot.available,
        "held": lot.held, "expired": lot.expired, "reclaimed": lot.reclaimed, "closed": lot.closed,
    }  # fmt: skip


async def moves_of(tx: Transaction, entry_ids: Sequence[UUID]) -> dict[UUID, list[Move]]:
    """The moves of these entries, in their order."""
    found: dict[UUID, list[Move]] = {entry_id: [] for entry_id in entry_ids}
    query = select(MoveRow).where(MoveRow.entry_id.in_(entry_ids)).order_by(MoveRow.entry_id, MoveRow.position)
    for row in await tx.scalars(query):
        found[row.entry_id].append(Move(Bucket(row.source), Bucket(row.target), row.amount, row.grant_id))
    return found


async def entry_by_key(tx: Transaction, key: str) -> Entry | None:
    """The entry that was written under this key."""
    row = (await tx.execute(_BY_KEY, {"entry_key": key})).one_or_none()
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
