"""Puts what a book has written into the tables: in one statement where the database can take it at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, text, update
from sqlalchemy.dialects import postgresql

from rekindle.credits.ledger import Entry, Head, Kind, Lot
from rekindle.credits.records import BALANCES, ENTRIES, GRANTS, HOLDS, MOVES, entry_values, grant_values, move_values
from rekindle.infra.db.base import Json

_END = ("available", "held", "debt", "seq", "digest")
_CHANGING = ("available", "held", "expired", "reclaimed", "closed")
_ENDING = ("ended_at", "captured")
"""What an entry changes of a balance, of a grant, and of a hold."""

# Made once, since making a statement takes longer than sending it.
_WRITE, _MOVE, _GRANT, _HOLD = insert(ENTRIES), insert(MOVES), insert(GRANTS), insert(HOLDS)
_SET_BALANCE = (
    update(BALANCES)
    .where(BALANCES.c.account_id == bindparam("account"))
    .values({name: bindparam(f"new_{name}") for name in _END})
)
_END_HOLD = (
    update(HOLDS).where(HOLDS.c.id == bindparam("hold")).values(ended_at=bindparam("at"), captured=bindparam("spent"))
)
_SET_GRANT = (
    update(GRANTS)
    .where(GRANTS.c.id == bindparam("grant"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING})
)
_AT_ONCE = text("SELECT credit_write(:rows)").bindparams(bindparam("rows", type_=postgresql.JSONB))
"""All of it in one go (migration 0019): ways to a database and back take most of the time of an entry."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A hold that ends at a moment, with so many milli-credits spent."""

    hold_id: UUID
    at: datetime
    captured: int


@dataclass(frozen=True, slots=True)
class Written:
    """Entries of one account in their order, its head after them, the grants that are new or changed by them, and the
    holds that they end.
    """

    head: Head
    entries: Sequence[Entry]
    given: Sequence[Lot]
    changed: Sequence[Lot]
    ended: Sequence[Ended] = ()


def store(connection: Connection, written: Written) -> None:
    """Store the entries, their moves, and what follows from them in the tables of balances, grants and holds."""
    rows = _everything(written)
    if connection.dialect.name == "postgresql":
        connection.execute(_AT_ONCE, {"rows": _spelt(rows)})
    else:
        _one_by_one(connection, rows)


def _one_by_one(connection: Connection, rows: Mapping[str, Sequence[Json]]) -> None:
    for balance in rows["balance"]:
        connection.execute(_SET_BALANCE, {"account": balance["account_id"], **_new(balance, _END)})
    # Moves refer to their entries, so that these have to be there first.
    connection.execute(_WRITE, rows["entries"])
    if rows["moves"]:
        connection.execute(_MOVE, rows["moves"])
    for grant in rows["changed"]:
        connection.execute(_SET_GRANT, {"grant": grant["id"], **_new(grant, _CHANGING)})
    for hold in rows["ended"]:
        connection.execute(_END_HOLD, {"hold": hold["id"], "at": hold["ended_at"], "spent": hold["captured"]})
    for statement, name in ((_GRANT, "given"), (_HOLD, "holds")):
        if rows[name]:
            connection.execute(statement, rows[name])


def _everything(written: Written) -> dict[str, list[Json]]:
    """The rows of all tables but that of the moves, by what is done with them."""
    head, totals, account = written.head, written.head.totals, written.head.account_id
    return {
        "balance": [{
            "account_id": account, "available": totals.available, "held": totals.held, "debt": totals.debt,
            "seq": head.seq, "digest": head.digest,
        }],
        "entries": [entry_values(entry) for entry in written.entries],
        "moves": [move for entry in written.entries for move in move_values(entry)],
        "given": [grant_values(lot, account) for lot in written.given],
        "changed": [grant_values(lot, account) for lot in written.changed],
        "holds": [_new_hold(entry) for entry in written.entries if entry.draft.kind is Kind.HOLD],
        "ended": [{"id": each.hold_id, "ended_at": each.at, "captured": each.captured} for each in written.ended],
    }  # fmt: skip


def _new_hold(entry: Entry) -> Json:
    return {
        "id": entry.id, "account_id": entry.account_id, "amount": entry.amount, "captured": 0, "created_at": entry.at,
        "deadline_at": datetime.fromisoformat(str(entry.draft.details["deadline_at"])), "ended_at": None,
    }  # fmt: skip


def _new(values: Json, names: Sequence[str]) -> Json:
    return {f"new_{name}": values[name] for name in names}


def _spelt(rows: dict[str, list[Json]]) -> dict[str, list[Json]]:
    """The same in words that JSON has."""
    return {name: [{key: _word(value) for key, value in row.items()} for row in each] for name, each in rows.items()}


def _word(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
