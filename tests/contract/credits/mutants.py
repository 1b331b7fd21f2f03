"""Ledgers that are broken on purpose, each in one way that real ones are."""

import asyncio
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from rekindle.credits.book import Asked, Book, Held, open_book
from rekindle.credits.ledger import FIRST, Draft, Entry, HoldEnded, InsufficientCredits, Kind, Lot, fingerprint
from rekindle.credits.records import entry_by_key
from rekindle.credits.service import Credits
from rekindle.credits.tables import BalanceRow, EntryRow, GrantRow
from rekindle.infra.db.database import Database, Transaction
from tests.contract.credits.house import ALICE, House, Make
from tests.factories import HeldClock

TRIGGERS = [f"no_{change}_of_credit_{table}" for change in ("update", "delete") for table in ("entries", "moves")]


# ── broken around the ledger: what a caller of it, or other code beside it, may do ──


class KeysAreLookedUpBefore(House):
    """Looks for the key in one transaction and writes in another."""

    async def hold(self, amount: int, *, of: UUID = ALICE, key: str | None = None, hours: float = 1) -> Entry:
        async with self.db.reading() as tx:
            known = await entry_by_key(tx, key or "")
        await asyncio.sleep(0)
        return known or await super().hold(amount, of=of, key=f"{key or self.key()}:{uuid.uuid4()}", hours=hours)


class KeysAreForgotten(House):
    """Takes every call for a new one."""

    async def hold(self, amount: int, *, of: UUID = ALICE, key: str | None = None, hours: float = 1) -> Entry:
        return await super().hold(amount, of=of, key=str(uuid.uuid4()), hours=hours)


class BalancesAreReadBefore(House):
    """Reads a balance, adds to it, and writes it back later."""

    async def grant(self, amount: int, *, of: UUID = ALICE, key: str | None = None, **award: object) -> Entry:
        stale = (await self.balance(of)).available
        await asyncio.sleep(0)
        entry = await super().grant(amount, of=of, key=key, **award)
        async with self.db.transaction() as tx:
            await tx.execute(update(BalanceRow).values(available=stale + amount))
            await tx.execute(update(GrantRow).where(GrantRow.id != entry.id).values(available=0))
        return entry


class BalancesChangeAlone(House):
    """Gives a credit without an entry."""

    async def grant(self, amount: int, *, of: UUID = ALICE, key: str | None = None, **award: object) -> Entry:
        entry = await super().grant(amount, of=of, key=key, **award)
        async with self.db.transaction() as tx:
            await tx.execute(update(BalanceRow).where(BalanceRow.debt == 0).values(available=BalanceRow.available + 1))
        return entry


class AmountsAreFloats(House):
    """Counts in credits instead of thousandths of them."""

    async def hold(self, amount: int, *, of: UUID = ALICE, key: str | None = None, hours: float = 1) -> Entry:
        return await super().hold(int(amount / 1000 * 1000), of=of, key=key, hours=hours)


class RefusalsAreRemembered(House):
    """Writes the key down before it looks at the balance."""

    seen: set[str]

    async def hold(self, amount: int, *, of: UUID = ALICE, key: str | None = None, hours: float = 1) -> Entry:
        self.seen = getattr(self, "seen", set())
        if key in self.seen:
            return (await self.entries(of))[-1]
        self.seen.add(key or "")
        return await super().hold(amount, of=of, key=key, hours=hours)


class ReleasesAreFreshGrants(House):
    """Gives back as a new grant, which lives for ever."""

    async def release(self, hold: Entry, *, key: str | None = None) -> Entry:
        await super().capture(hold, key=key)
        return await self.grant(hold.amount, source="refund")


class WithoutTriggers(House):
    async def prepare(self) -> None:
        await self.execute(*(f"DROP TRIGGER {name}" for name in TRIGGERS))


class ReleasesDeleteTheHold(WithoutTriggers):
    """Takes back by forgetting."""

    async def release(self, hold: Entry, *, key: str | None = None) -> Entry:
        entry, name = await super().release(hold, key=key), hold.id.hex
        await self.execute(
            f"DELETE FROM credit_moves WHERE entry_id = '{name}'",
            f"DELETE FROM credit_entries WHERE id = '{name}'",
            f"DELETE FROM credit_holds WHERE id = '{name}'",
        )
        return entry


class HistoryIsEdited(WithoutTriggers):
    """Marks the hold's entry instead of leaving it alone."""

    async def capture(self, hold: Entry, amount: int | None = None, *, key: str | None = None) -> Entry:
        async with self.db.transaction() as tx:
            await tx.execute(update(EntryRow).where(EntryRow.id == hold.id).values(reason="captured"))
        return await super().capture(hold, amount, key=key)


# ── broken inside: the service or its book ──


class FundsAreNotGuarded(Credits):
    """Says yes when there is nothing."""

    async def hold(self, tx: Transaction, account_id: UUID, amount: int, *, key: str, deadline_at: datetime) -> Entry:
        try:
            return await super().hold(tx, account_id, amount, key=key, deadline_at=deadline_at)
        except InsufficientCredits:
            book = await self._open(tx, Asked(account_id))
            details = {"deadline_at": deadline_at.isoformat()}
            request = fingerprint(Kind.HOLD, account_id, amount)
            entry = book.write(Draft(book.new_id(), Kind.HOLD, key, request, (), details=details))
            await book.save()
            return entry


class OddBook(Book):
    """A book whose entries or grants are tampered with."""

    def tamper(self, draft: Draft) -> Draft:
        return draft

    def write(self, draft: Draft) -> Entry:
        return super().write(self.tamper(draft))


class MovesAreLost(OddBook):
    """Loses a part of what an entry moves, while the entry says all of it."""

    def write(self, draft: Draft) -> Entry:
        entry = super().write(draft)
        if draft.kind is Kind.RELEASE:
            self._written[-1] = replace(entry, amount=entry.amount + 1)
        return entry


class DigestsDoNotChain(OddBook):
    """Makes each digest without the one before."""

    def tamper(self, draft: Draft) -> Draft:
        self.head = replace(self.head, digest=FIRST)
        return draft


class NumbersSkip(OddBook):
    """Counts by two."""

    def tamper(self, draft: Draft) -> Draft:
        self.head = replace(self.head, seq=self.head.seq + 1)
        return draft


class EndingsAreNotMarked(OddBook):
    """Does not write down which entry ended a hold."""

    def tamper(self, draft: Draft) -> Draft:
        return replace(draft, ends=None)


class ExpiryIsOverlooked(OddBook):
    """Never expires what came back late."""

    def tidy(self) -> None:
        return


class WithBook(Credits):
    """The service with an odd book."""

    def __init__(self, odd: type[Book], *, clock: HeldClock) -> None:
        super().__init__(clock=clock)
        self._odd = odd

    async def _open(self, tx: Transaction, asked: Asked) -> Book:
        book = await open_book(tx, self._clock, asked)
        book.__class__ = self._odd
        return book


class HoldsNeverEnd(WithBook):
    """Ends a hold as often as it is asked to."""

    def _unended(self, book: Book) -> Held:
        assert book.held is not None
        return book.held


class SweepersDoNotLookAgain(Credits):
    """Takes what it saw before it had the account for the truth."""

    async def lapse(self, tx: Transaction, hold_id: UUID) -> bool:
        try:
            await self.release(tx, hold_id, key=str(uuid.uuid4()), reason="deadline")
        except HoldEnded:
            return True
        return True


class AccountsAreMixed(Credits):
    """Pays with the grants of anybody."""

    async def _open(self, tx: Transaction, asked: Asked) -> Book:
        everybody = (await tx.scalars(select(GrantRow.account_id))).all()
        book = await super()._open(tx, asked)
        for other in set(everybody) - {book.head.account_id}:
            theirs = await super()._open(tx, Asked(other))
            book.lots.update(theirs.lots)
            book._grants.update(theirs._grants)
            available = book.head.totals.available + theirs.head.totals.available
            book.head = replace(book.head, totals=replace(book.head.totals, available=available))
        return book


class OldestFirst(Credits):
    """Does not look at when a grant ends."""

    async def _open(self, tx: Transaction, asked: Asked) -> Book:
        book = await super()._open(tx, asked)
        lots: dict[UUID, Lot] = {key: replace(lot, expires_at=None) for key, lot in book.lots.items()}
        book.lots = lots
        return book


# ── which invariants catch which ──


@dataclass(frozen=True)
class Mutant:
    """A broken ledger, and the names (or their beginnings) of the invariants that must notice."""

    make: Make
    caught_by: tuple[str, ...] = field(default=())


def beside(house: type[House]) -> Make:
    return lambda db, clock: house(db, clock, Credits(clock=clock))


def serving(service: type[Credits]) -> Make:
    return lambda db, clock: House(db, clock, service(clock=clock))


def booking(odd: type[Book], service: type[WithBook] = WithBook) -> Make:
    def make(db: Database, clock: HeldClock) -> House:
        return House(db, clock, service(odd, clock=clock))

    return make


MUTANTS: dict[str, Mutant] = {
    "keys are looked up before": Mutant(beside(KeysAreLookedUpBefore), ("INV-05",)),
    "keys are forgotten": Mutant(beside(KeysAreForgotten), ("INV-04", "INV-05")),
    "balances are read before": Mutant(beside(BalancesAreReadBefore), ("INV-06",)),
    "balances change alone": Mutant(beside(BalancesChangeAlone), ("INV-08",)),
    "amounts are floats": Mutant(beside(AmountsAreFloats), ("INV-10",)),
    "refusals are remembered": Mutant(beside(RefusalsAreRemembered), ("INV-15",)),
    "releases are fresh grants": Mutant(beside(ReleasesAreFreshGrants), ("released",)),
    "releases delete the hold": Mutant(beside(ReleasesDeleteTheHold), ("INV-12",)),
    "history is edited": Mutant(beside(HistoryIsEdited), ("INV-02", "INV-13")),
    "funds are not guarded": Mutant(serving(FundsAreNotGuarded), ("INV-09",)),
    "moves are lost": Mutant(booking(MovesAreLost), ("INV-01",)),
    "digests do not chain": Mutant(booking(DigestsDoNotChain), ("INV-03",)),
    "numbers skip": Mutant(booking(NumbersSkip), ("INV-14",)),
    "holds never end": Mutant(booking(EndingsAreNotMarked, HoldsNeverEnd), ("a hold ends once",)),
    "expiry is overlooked": Mutant(booking(ExpiryIsOverlooked), ("credits released after",)),
    "sweepers do not look again": Mutant(serving(SweepersDoNotLookAgain), ("two sweepers",)),
    "accounts are mixed": Mutant(serving(AccountsAreMixed), ("INV-11",)),
    "oldest first": Mutant(serving(OldestFirst), ("the soonest",)),
}
