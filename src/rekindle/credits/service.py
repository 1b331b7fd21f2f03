"""Credits of accounts: give, set aside, spend, give back, take back. Every method works in the caller's transaction.

A method that is called again with the same key and the same request writes nothing and returns the entry of the first
call; with another request it raises KeyReused. What is refused is not remembered: it may succeed later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from rekindle.clock import Clock
from rekindle.credits.book import Asked, Book, Held, open_book
from rekindle.credits.ledger import (
    Bucket,
    Draft,
    Entry,
    GrantNotFound,
    HoldEnded,
    KeyReused,
    Kind,
    Lot,
    Move,
    check_amount,
    check_key,
    fingerprint,
    hold,
    part,
    reclaimable,
    spending_order,
    withdraw,
)
from rekindle.credits.records import entry_by_key, lot_of
from rekindle.credits.tables import BalanceRow, EntryRow, GrantRow, HoldRow
from rekindle.infra.db.database import Transaction


@dataclass(frozen=True, slots=True)
class Award:
    """Credits to give: `amount` milli-credits from `source`, for ever or until `expires_at`.

    Of grants that expire together the one of the higher `priority` is spent first.
    """

    amount: int
    source: str
    expires_at: datetime | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account has now, in milli-credits, and its grants that can be spent, the first to be spent first."""

    available: int
    held: int
    debt: int
    grants: tuple[Lot, ...]

    @property
    def next_expiry(self) -> datetime | None:
        """When the next of them is lost unless it is spent."""
        return next((lot.expires_at for lot in self.grants), None)


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a hold is to end: `captured` milli-credits of it are spent, all of them when None."""

    captured: int | None
    key: str
    request: str
    reason: str = ""


class Credits:
    """The ledger. On a database with several writers, an account is locked from the first call to the commit."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def grant(self, tx: Transaction, account_id: UUID, award: Award, *, key: str) -> Entry:
        """Give credits; they pay a debt first. Raises BadAmount, BadKey, KeyReused."""
        check_amount(award.amount)
        expires_at = None if award.expires_at is None else award.expires_at.astimezone(UTC).isoformat()
        facts = {"source": award.source, "priority": award.priority, "expires_at": expires_at}
        request = fingerprint(Kind.GRANT, account_id, award.amount, *facts.values())
        book = await self._open(tx, Asked(account_id, key=key))
        if (known := await self._known(tx, book, key, request)) is not None:
            return known
        grant_id = book.new_id()
        moves = (Move(Bucket.ISSUED, Bucket.AVAILABLE, award.amount, grant_id),)
        entry = book.write(Draft(grant_id, Kind.GRANT, key, request, moves, grant_id=grant_id, details=facts))
        return await self._close(book, entry)

    async def hold(self, tx: Transaction, account_id: UUID, amount: int, *, key: str, deadline_at: datetime) -> Entry:
        """Set credits aside until they are captured or released, by the deadline at the latest.

        The entry's id is that of the hold. Raises InsufficientCredits, AccountInDebt, BadAmount, BadKey, KeyReused.
        """
        check_amount(amount)
        request = fingerprint(Kind.HOLD, account_id, amount)
        book = await self._open(tx, Asked(account_id, key=key))
        if (known := await self._known(tx, book, key, request)) is not None:
            return known
        book.tidy()
        hold_id = book.new_id()
        moves = hold(book.lots.values(), book.head.totals, amount)
        details = {"deadline_at": deadline_at.astimezone(UTC).isoformat()}
        entry = book.write(Draft(hold_id, Kind.HOLD, key, request, moves, hold_id=hold_id, details=details))
        return await self._close(book, entry)

    async def capture(self, tx: Transaction, hold_id: UUID, *, key: str, amount: int | None = None) -> Entry:
        """Spend a hold, or `amount` of it and release the rest; with 0 it is a release.

        Raises HoldNotFound, HoldEnded, BadAmount, BadKey, KeyReused.
        """
        request = fingerprint(Kind.CAPTURE, hold_id, amount)
        return await self._end(tx, hold_id, _Ending(amount, key, request))

    async def release(self, tx: Transaction, hold_id: UUID, *, key: str, reason: str = "released") -> Entry:
        """Give a hold back to the grants it came from; what has expired meanwhile expires.

        Raises HoldNotFound, HoldEnded, BadKey, KeyReused.
        """
        request = fingerprint(Kind.RELEASE, hold_id)
        return await self._end(tx, hold_id, _Ending(0, key, request, reason))

    async def lapse(self, tx: Transaction, hold_id: UUID) -> bool:
        """Release a hold whose deadline has passed. False when there is nothing to do any more."""
        if (account_id := await tx.scalar(select(HoldRow.account_id).where(HoldRow.id == hold_id))) is None:
            return False
        await self._open(tx, Asked(account_id))
        late = HoldRow.ended_at.is_(None) & (HoldRow.deadline_at <= self._clock.now())
        if await tx.scalar(select(HoldRow.id).where(HoldRow.id == hold_id, late)) is None:
            return False
        await self.release(tx, hold_id, key=f"{hold_id}:deadline", reason="deadline")
        return True

    async def expire_due(self, tx: Transaction, account_id: UUID) -> int:
        """Expire the grants of an account whose time is over; the milli-credits that were lost."""
        book = await self._open(tx, Asked(account_id))
        before = book.head.totals.available
        book.tidy()
        await book.save()
        return before - book.head.totals.available

    async def close(self, tx: Transaction, grant_id: UUID, *, key: str, reason: str) -> Entry:
        """End a grant before its time, as when a subscription ends. Held credits can still be captured.

        Raises GrantNotFound, BadKey, KeyReused.
        """
        request = fingerprint(Kind.EXPIRE, grant_id)
        book = await self._open(tx, Asked(await self._account_of(tx, grant_id), named=grant_id, key=key))
        if (known := await self._known(tx, book, key, request)) is not None:
            return known
        entry = book.expire(book.lots[grant_id], key=key, reason=reason, request=request)
        return await self._close(book, entry)

    async def reclaim(self, tx: Transaction, grant_id: UUID, amount: int, *, key: str, reason: str) -> Entry:
        """Take a grant back, as when its payment was refunded: at most what it gave, less what expired of it.

        What was spent is taken from other grants, and what is not there becomes debt. What is held stays held.
        Raises GrantNotFound, BadAmount, BadKey, KeyReused.
        """
        check_amount(amount)
        request = fingerprint(Kind.ADJUST, grant_id, amount)
        book = await self._open(tx, Asked(await self._account_of(tx, grant_id), named=grant_id, key=key))
        if (known := await self._known(tx, book, key, request)) is not None:
            return known
        book.tidy()
        moves = withdraw(book.lots.values(), reclaimable(book.lots[grant_id], amount), first=grant_id)
        draft = Draft(book.new_id(), Kind.ADJUST, key, request, moves, grant_id=grant_id, reason=reason)
        return await self._close(book, book.write(draft))

    async def withdraw(self, tx: Transaction, account_id: UUID, amount: int, *, key: str, reason: str) -> Entry:
        """Take credits away, as an operator's correction. What is not there becomes debt.

        Raises BadAmount, BadKey, KeyReused.
        """
        check_amount(amount)
        request = fingerprint(Kind.ADJUST, account_id, amount)
        book = await self._open(tx, Asked(account_id, key=key))
        if (known := await self._known(tx, book, key, request)) is not None:
            return known
        book.tidy()
        moves = withdraw(book.lots.values(), amount, first=None)
        return await self._close(
            book, book.write(Draft(book.new_id(), Kind.ADJUST, key, request, moves, reason=reason))
        )

    async def balance(self, tx: Transaction, account_id: UUID) -> Balance:
        """What an account has now; nothing for one that is not known. Grants that are over do not count."""
        query = select(BalanceRow).where(BalanceRow.account_id == account_id)
        if (row := await tx.scalar(query.execution_options(populate_existing=True))) is None:
            return Balance(0, 0, 0, ())
        grants = select(GrantRow).where(GrantRow.account_id == account_id, GrantRow.available > 0)
        lots = [lot_of(each) for each in await tx.scalars(grants.execution_options(populate_existing=True))]
        now = self._clock.now()
        over = sum(lot.available for lot in lots if lot.over(now))
        good = spending_order(lot for lot in lots if not lot.over(now))
        return Balance(row.available - over, row.held, row.debt, tuple(good))

    async def entries(
        self, tx: Transaction, account_id: UUID, *, limit: int, before: int | None = None
    ) -> Sequence[EntryRow]:
        """At most `limit` entries of an account, newest first, older than the one that has `before` as its number."""
        query = select(EntryRow).where(EntryRow.account_id == account_id).order_by(EntryRow.seq.desc()).limit(limit)
        return (await tx.scalars(query if before is None else query.where(EntryRow.seq < before))).all()

    async def _end(self, tx: Transaction, hold_id: UUID, ending: _Ending) -> Entry:
        book = await self._open(tx, Asked(hold_id=hold_id, key=ending.key))
        if (known := await self._known(tx, book, ending.key, ending.request)) is not None:
            return known
        parts = self._unended(book).parts
        amount = sum(each.amount for each in parts)
        spent, rest = part(parts, amount if ending.captured is None else ending.captured)
        book.end(hold_id, captured=sum(each.amount for each in spent))
        entries = [
            book.write(_ended(book.new_id(), hold_id, ending, moves=moves, first=moves is (spent or rest)))
            for moves in (spent, rest)
            if moves
        ]
        return await self._close(book, entries[0])

    def _unended(self, book: Book) -> Held:
        assert book.held is not None
        if book.held.ended:
            raise HoldEnded("This hold was captured or released before. Hold credits again.")
        return book.held

    async def _open(self, tx: Transaction, asked: Asked) -> Book:
        return await open_book(tx, self._clock, asked)

    async def _known(self, tx: Transaction, book: Book, key: str, request: str) -> Entry | None:
        check_key(key)
        known = await entry_by_key(tx, key) if book.key_used else None
        if known is not None and known.draft.request != request:
            raise KeyReused("This key was used for another entry. Make a new key.")
        return known

    async def _account_of(self, tx: Transaction, grant_id: UUID) -> UUID:
        if (account_id := await tx.scalar(select(GrantRow.account_id).where(GrantRow.id == grant_id))) is None:
            raise GrantNotFound("There is no such grant. Look at the account's entries for the right one.")
        return account_id

    async def _close(self, book: Book, entry: Entry) -> Entry:
        book.tidy()
        await book.save()
        return entry


def _ended(entry_id: UUID, hold_id: UUID, ending: _Ending, *, moves: tuple[Move, ...], first: bool) -> Draft:
    return Draft(
        entry_id, Kind.CAPTURE if moves[0].target is Bucket.SPENT else Kind.RELEASE,
        ending.key if first else f"{ending.key}/rest", ending.request, moves,
        hold_id=hold_id, ends=hold_id if first else None, reason=ending.reason,
    )  # fmt: skip
