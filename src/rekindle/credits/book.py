"""One account's ledger, locked for a transaction: entries are written in memory and saved together."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from rekindle.clock import Clock
from rekindle.credits.ledger import CREDIT, FIRST, Bucket, Draft, Entry, Head, Kind, Lot, Totals, fingerprint, take
from rekindle.credits.ledger import spending_order as in_order
from rekindle.credits.records import BALANCES, ENTRIES, GRANT_BESIDE, GRANTS, Selected, lot_beside
from rekindle.credits.replay import granted
from rekindle.credits.writing import Written, store
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.infra.observing import metrics
from rekindle.infra.observing.counting import once_committed

# Made once, since making a statement takes longer than sending it.
_LOCK = select(BALANCES).where(BALANCES.c.account_id == bindparam("account")).with_for_update()
_USED = exists().where(ENTRIES.c.key == bindparam("entry_key")).label("key_used")
_ALL = select(_USED, *GRANT_BESIDE).where(BALANCES.c.account_id == bindparam("account"))
_MINE = GRANTS.c.account_id == BALANCES.c.account_id
_LOTS = _ALL.select_from(BALANCES.outerjoin(GRANTS, and_(_MINE, GRANTS.c.available > 0)))
_LOTS_AND = _ALL.select_from(
    BALANCES.outerjoin(
        GRANTS, and_(_MINE, or_(GRANTS.c.available > 0, GRANTS.c.id.in_(bindparam("named", expanding=True))))
    )
)
"""Whether the key of an entry is used, and the grants that matter, a row each: one row at least. Not together with the
lock, since who waited for that would see all this as it was before.
"""


class Book:
    """The end of an account's ledger, and those of its grants that have something available or were asked for.

    Nobody else writes to the account until the transaction ends: the row of its balance is locked. `key_used`: whether
    the key that was asked about belongs to an entry.
    """

    def __init__(self, tx: Transaction, row: Selected, *, lots: Sequence[Selected], clock: Clock) -> None:
        self._tx = tx
        self._clock = clock
        self._written: list[Entry] = []
        self.now: datetime = clock.now()
        self.key_used: bool = lots[0].key_used
        self.head = Head(row.account_id, row.seq, row.digest, Totals(row.available, row.held, row.debt))
        self.lots: dict[UUID, Lot] = {lot.id: lot for lot in map(lot_beside, lots) if lot}
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
        lots = [lot for lot in self.lots.values() if lot != self._grants.get(lot.id)]
        new = [lot for lot in lots if lot.id not in self._grants]
        changed = [lot for lot in lots if lot.id in self._grants]
        store(session.connection(), Written(self.head, self._written, new, changed))


async def open_book(
    tx: Transaction, clock: Clock, account_id: UUID, *, grants: Sequence[UUID] = (), key: str = ""
) -> Book:
    """Lock an account, made when it is new, and read the grants that matter; `grants` names more of them, and `key` is
    that of an entry which may be there already.
    """

    def read(session: Session) -> Book:
        connection, account = session.connection(), {"account": account_id}
        if (row := connection.execute(_LOCK, account).one_or_none()) is None:
            empty = {"account_id": account_id, "available": 0, "held": 0, "debt": 0, "seq": 0, "digest": FIRST}
            connection.execute(insert_into(connection, BALANCES).values(empty).on_conflict_do_nothing())
            row = connection.execute(_LOCK, account).one()
        asked: Json = {**account, "entry_key": key, **({"named": list(grants)} if grants else {})}
        lots = connection.execute(_LOTS_AND if grants else _LOTS, asked).all()
        return Book(tx, row, lots=lots, clock=clock)

    return await tx.run_sync(read)
