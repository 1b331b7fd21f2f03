"""One account's ledger, locked for a transaction: entries are written in memory and saved together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from rekindle.clock import Clock
from rekindle.credits.ledger import (
    CREDIT,
    FIRST,
    Bucket,
    Draft,
    Entry,
    Head,
    HoldNotFound,
    Kind,
    Lot,
    Move,
    Totals,
    fingerprint,
    take,
)
from rekindle.credits.ledger import spending_order as in_order
from rekindle.credits.records import (
    BALANCES,
    ENTRIES,
    GRANT_BESIDE,
    GRANTS,
    HOLDS,
    MOVE_BESIDE,
    MOVES,
    Selected,
    lot_beside,
    parts_in,
)
from rekindle.credits.replay import granted
from rekindle.credits.writing import Ended, Written, store
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.infra.observing import metrics
from rekindle.infra.observing.counting import once_committed

# Made once, since making a statement takes longer than sending it.
_BEFORE = BALANCES.alias("before")
_SEEN = (
    select(_BEFORE.c.seq)
    .where(_BEFORE.c.account_id == BALANCES.c.account_id)
    .correlate(BALANCES)
    .scalar_subquery()
    .label("seen_seq")
)
_USED = exists().where(ENTRIES.c.key == bindparam("entry_key")).label("key_used")
_ALL = select(*BALANCES.c, _SEEN, _USED, *GRANT_BESIDE)
_MINE, _ANY = GRANTS.c.account_id == BALANCES.c.account_id, GRANTS.c.available > 0
_OF_ACCOUNT = (
    _ALL.select_from(BALANCES.outerjoin(GRANTS, and_(_MINE, or_(_ANY, GRANTS.c.id == bindparam("named")))))
    .where(BALANCES.c.account_id == bindparam("account"))
    .with_for_update(of=BALANCES)
)
_OF_HOLD = (
    _ALL.add_columns(HOLDS.c.ended_at, *MOVE_BESIDE)
    .select_from(
        HOLDS.join(BALANCES, BALANCES.c.account_id == HOLDS.c.account_id)
        .outerjoin(MOVES, MOVES.c.entry_id == HOLDS.c.id)
        .outerjoin(GRANTS, and_(_MINE, or_(_ANY, GRANTS.c.id == MOVES.c.grant_id)))
    )
    .where(HOLDS.c.id == bindparam("hold"))
    .with_for_update(of=BALANCES)
)
"""The balance, whether the key of an entry is used, and the grants that matter, a row each: one row at least. For a
hold also whether it has ended, and the moves that it was made of, each with all of these. Who had to wait for the lock
has the balance as it is now and all else as it was before, `seen_seq` too, and must ask again.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which account to open, by its own name or by that of a hold; what matters there beside the grants that have
    something available: the grant `named`, those that the hold came from, and whether there is an entry with a `key`.
    """

    account_id: UUID | None = None
    hold_id: UUID | None = None
    named: UUID | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A hold: whether it has ended, and the moves that it was made of."""

    id: UUID
    ended: bool
    parts: Sequence[Move]


class Book:
    """The end of an account's ledger, and those of its grants that have something available or were asked for.

    Nobody else writes to the account until the transaction ends: the row of its balance is locked. `key_used`: whether
    the key that was asked about belongs to an entry. `held` is the hold that it was opened by.
    """

    def __init__(self, tx: Transaction, rows: Sequence[Selected], *, clock: Clock, hold_id: UUID | None = None) -> None:
        row = rows[0]
        self._tx = tx
        self._clock = clock
        self._written: list[Entry] = []
        self.now: datetime = clock.now()
        self.key_used: bool = row.key_used
        self.head = Head(row.account_id, row.seq, row.digest, Totals(row.available, row.held, row.debt))
        self.lots: dict[UUID, Lot] = {lot.id: lot for lot in map(lot_beside, rows) if lot}
        self.held: Held | None = None if hold_id is None else Held(hold_id, row.ended_at is not None, parts_in(rows))
        self._grants = dict(self.lots)
        """The grants as they are stored."""
        self._ended: list[Ended] = []

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

    def end(self, hold_id: UUID, *, captured: int) -> None:
        """Mark a hold as ended, of which so many milli-credits were spent; `save` stores it."""
        self._ended.append(Ended(hold_id, self.now, captured))

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
        self._ended.clear()

    def _store(self, session: Session) -> None:
        lots = [lot for lot in self.lots.values() if lot != self._grants.get(lot.id)]
        new = [lot for lot in lots if lot.id not in self._grants]
        changed = [lot for lot in lots if lot.id in self._grants]
        store(session.connection(), Written(self.head, self._written, new, changed, self._ended))


async def open_book(tx: Transaction, clock: Clock, asked: Asked) -> Book:
    """Lock an account, made when it is new, and read what matters. Raises HoldNotFound."""
    by_hold = asked.hold_id is not None
    query = _OF_HOLD if by_hold else _OF_ACCOUNT
    names: Json = {"hold": asked.hold_id} if by_hold else {"account": asked.account_id, "named": asked.named}

    def read(session: Session) -> Book:
        connection, given = session.connection(), {**names, "entry_key": asked.key}
        rows = connection.execute(query, given).all()
        if not rows and by_hold:
            raise HoldNotFound("There is no such hold. Hold credits first.")
        if not rows:
            empty = {"account_id": asked.account_id, "available": 0, "held": 0, "debt": 0, "seq": 0, "digest": FIRST}
            connection.execute(insert_into(connection, BALANCES).values(empty).on_conflict_do_nothing())
            rows = connection.execute(query, given).all()
        if rows[0].seq != rows[0].seen_seq:
            rows = connection.execute(query, given).all()
        return Book(tx, rows, clock=clock, hold_id=asked.hold_id)

    return await tx.run_sync(read)
