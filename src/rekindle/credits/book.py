"""One account's ledger, locked for a transaction: entries are written in memory and saved together."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from rekindle.clock import Clock
from rekindle.credits.ledger import CREDIT, FIRST, Bucket, Draft, Entry, Head, Kind, Lot, Totals, fingerprint, take
from rekindle.credits.ledger import spending_order as in_order
from rekindle.credits.records import (
    BALANCES,
    ENTRIES,
    GRANTS,
    HOLDS,
    MOVES,
    Selected,
    entry_values,
    grant_values,
    lot_of,
    move_values,
)
from rekindle.credits.replay import granted
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.infra.observing import metrics
from rekindle.infra.observing.counting import once_committed

# Made once, since making a statement takes longer than sending it.
_LOCK = select(BALANCES).where(BALANCES.c.account_id == bindparam("account")).with_for_update()
_LOTS = select(GRANTS).where(GRANTS.c.account_id == bindparam("account"), GRANTS.c.available > 0)
_LOTS_AND = select(GRANTS).where(
    GRANTS.c.account_id == bindparam("account"),
    or_(GRANTS.c.available > 0, GRANTS.c.id.in_(bindparam("named", expanding=True))),
)
_WRITE, _MOVE, _GRANT, _HOLD = insert(ENTRIES), insert(MOVES), insert(GRANTS), insert(HOLDS)
_SET_BALANCE = (
    update(BALANCES)
    .where(BALANCES.c.account_id == bindparam("account"))
    .values({name: bindparam(f"new_{name}") for name in ("available", "held", "debt", "seq", "digest")})
)
_SET_GRANT = (
    update(GRANTS)
    .where(GRANTS.c.id == bindparam("grant"))
    .values({name: bindparam(f"new_{name}") for name in ("available", "held", "expired", "reclaimed", "closed")})
)


class Book:
    """The end of an account's ledger, and those of its grants that have something available or were asked for.

    Nobody else writes to the account until the transaction ends: the row of its balance is locked.
    """

    def __init__(self, tx: Transaction, row: Selected, *, grants: Sequence[Selected], clock: Clock) -> None:
        self._tx = tx
        self._clock = clock
        self._written: list[Entry] = []
        self.now: datetime = clock.now()
        self.head = Head(row.account_id, row.seq, row.digest, Totals(row.available, row.held, row.debt))
        self.lots: dict[UUID, Lot] = {grant.id: lot_of(grant) for grant in grants}
        self._grants = dict(self.lots)
        """The grants as they are stored."""

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
        await self._tx.run_sync(self._store)
        for entry in self._written:
            moved = metrics.CREDITS.labels(entry.draft.kind.value)
            once_committed(self._tx, partial(moved.inc, entry.amount / CREDIT))
        self._grants = dict(self.lots)
        self._written.clear()

    def _store(self, session: Session) -> None:
        connection, totals = session.connection(), self.head.totals
        balance = {"available": totals.available, "held": totals.held, "debt": totals.debt}
        head = {**balance, "seq": self.head.seq, "digest": self.head.digest}
        connection.execute(_SET_BALANCE, {"account": self.head.account_id, **_new(head)})
        connection.execute(_WRITE, [entry_values(entry) for entry in self._written])
        for lot in self.lots.values():
            if lot.id not in self._grants:
                connection.execute(_GRANT, grant_values(lot, self.head.account_id))
            elif lot != self._grants[lot.id]:
                connection.execute(_SET_GRANT, {"grant": lot.id, **_new(_changing(lot))})
        if holds := [_new_hold(entry) for entry in self._written if entry.draft.kind is Kind.HOLD]:
            connection.execute(_HOLD, holds)
        # Moves refer to entries, which therefore have to be there first.
        if moves := [move for entry in self._written for move in move_values(entry)]:
            connection.execute(_MOVE, moves)


async def open_book(tx: Transaction, clock: Clock, account_id: UUID, *, grants: Sequence[UUID] = ()) -> Book:
    """Lock an account, made when it is new, and read the grants that matter; `grants` names more of them."""

    def read(session: Session) -> Book:
        connection, account = session.connection(), {"account": account_id}
        if (row := connection.execute(_LOCK, account).one_or_none()) is None:
            empty = {"account_id": account_id, "available": 0, "held": 0, "debt": 0, "seq": 0, "digest": FIRST}
            connection.execute(insert_into(connection, BALANCES).values(empty).on_conflict_do_nothing())
            row = connection.execute(_LOCK, account).one()
        found = (
            connection.execute(_LOTS_AND, {**account, "named": list(grants)})
            if grants
            else connection.execute(_LOTS, account)
        )
        return Book(tx, row, grants=found.all(), clock=clock)

    return await tx.run_sync(read)


def _new(values: Json) -> Json:
    return {f"new_{name}": value for name, value in values.items()}


def _changing(lot: Lot) -> Json:
    return {
        "available": lot.available, "held": lot.held, "expired": lot.expired, "reclaimed": lot.reclaimed,
        "closed": lot.closed,
    }  # fmt: skip


def _new_hold(entry: Entry) -> Json:
    return {
        "id": entry.id, "account_id": entry.account_id, "amount": entry.amount, "captured": 0, "created_at": entry.at,
        "deadline_at": datetime.fromisoformat(str(entry.draft.details["deadline_at"])), "ended_at": None,
    }  # fmt: skip
