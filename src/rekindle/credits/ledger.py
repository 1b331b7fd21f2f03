"""The rules of the ledger: what an entry is, which credits a hold takes, and where they go when it ends.

Credits are whole milli-credits. Every entry moves them between the buckets of one account, so that nothing appears and
nothing is lost (double entry, as in Ijiri 1967):

    issued ──grant──▶ available ──hold──▶ held ──capture──▶ spent
                        │  │  ▲            │
                        │  │  └──release───┘
                        │  └──expire──▶ expired
                        └──adjust──▶ withdrawn ◀──adjust── debt      and available ──adjust──▶ debt, which pays it back

What was taken back and is not there any more is debt: a bucket of its own, never a negative balance. While there is
debt there is nothing available: whatever becomes available pays the debt first.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from rekindle.errors import Conflict, Invalid, NotFound, RekindleError

CREDIT = 1000
"""Milli-credits in a credit."""
MOST = 10**12
"""The most milli-credits in one entry: far from what a column of 64 bits can sum up."""
KEYS = re.compile(r"[A-Za-z0-9._:@+=-]{1,200}")
"""What a caller may use as a key. Keys that the ledger derives from it hold a slash."""
FIRST = "0" * 64
"""What stands where the first entry of an account would name the digest of the one before."""

Details = Mapping[str, str | int | None]


class InsufficientCredits(RekindleError):
    status: ClassVar[int] = 402
    code: ClassVar[str] = "insufficient_credits"
    title: ClassVar[str] = "There are not enough credits"


class AccountInDebt(InsufficientCredits):
    code: ClassVar[str] = "account_in_debt"
    title: ClassVar[str] = "Credits that were taken back are still owed"


class KeyReused(Invalid):
    code: ClassVar[str] = "credit_key_reused"
    title: ClassVar[str] = "This key belongs to another entry"


class BadAmount(Invalid):
    code: ClassVar[str] = "bad_credit_amount"
    title: ClassVar[str] = "This is no amount of credits"


class BadKey(Invalid):
    code: ClassVar[str] = "bad_credit_key"
    title: ClassVar[str] = "This is no key for an entry"


class HoldNotFound(NotFound):
    code: ClassVar[str] = "hold_not_found"
    title: ClassVar[str] = "There is no such hold"


class HoldEnded(Conflict):
    code: ClassVar[str] = "hold_ended"
    title: ClassVar[str] = "This hold has ended"


class GrantNotFound(NotFound):
    code: ClassVar[str] = "grant_not_found"
    title: ClassVar[str] = "There is no such grant"


class Kind(StrEnum):
    """What an entry does."""

    GRANT = "grant"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    EXPIRE = "expire"
    ADJUST = "adjust"


class Bucket(StrEnum):
    """Where credits are. `issued` and `debt` only give more than they get: their contents count as negative."""

    ISSUED = "issued"
    AVAILABLE = "available"
    HELD = "held"
    SPENT = "spent"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    DEBT = "debt"


@dataclass(frozen=True, slots=True)
class Move:
    """`amount` milli-credits, more than 0, from one bucket to another; those of a grant, or of none (debt)."""

    source: Bucket
    target: Bucket
    amount: int
    grant_id: UUID | None


def inflow(moves: Iterable[Move], bucket: Bucket) -> int:
    """What the moves put into a bucket, less what they take out of it."""
    return sum(move.amount * ((move.target is bucket) - (move.source is bucket)) for move in moves)


@dataclass(frozen=True, slots=True)
class Totals:
    """What an account has, in milli-credits; `debt` is what it owes. None is ever negative."""

    available: int = 0
    held: int = 0
    debt: int = 0

    def after(self, moves: Sequence[Move]) -> "Totals":
        """The totals once the moves are made."""
        return Totals(
            self.available + inflow(moves, Bucket.AVAILABLE),
            self.held + inflow(moves, Bucket.HELD),
            self.debt - inflow(moves, Bucket.DEBT),
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is to be written. A grant and a hold have the identifier of the entry that made them.

    `request` is the same for the same request (see `fingerprint`); `ends` names the hold that this entry ends.
    """

    id: UUID
    kind: Kind
    key: str
    request: str
    moves: tuple[Move, ...]
    grant_id: UUID | None = None
    hold_id: UUID | None = None
    ends: UUID | None = None
    reason: str = ""
    details: Details = field(default_factory=dict[str, str | int | None])


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger. `seq` counts the entries of the account from 1; `after` are the totals after it."""

    draft: Draft
    account_id: UUID
    seq: int
    at: datetime
    amount: int
    after: Totals
    digest: str
    """SHA-256, as 64 hexadecimal digits, of all of the entry and the digest of the one before."""

    @property
    def id(self) -> UUID:
        """The identifier of the entry, and of the grant or hold that it made."""
        return self.draft.id


@dataclass(frozen=True, slots=True)
class Head:
    """The end of an account's ledger: what the next entry is appended to."""

    account_id: UUID
    seq: int = 0
    digest: str = FIRST
    totals: Totals = field(default_factory=Totals)

    def append(self, draft: Draft, at: datetime) -> Entry:
        """The entry that this draft becomes."""
        amount, after = sum(move.amount for move in draft.moves), self.totals.after(draft.moves)
        entry = Entry(draft, self.account_id, self.seq + 1, at, amount, after, "")
        return replace(entry, digest=digest(entry, self.digest))

    def past(self, entry: Entry) -> "Head":
        """The end of the ledger after `entry`."""
        return Head(self.account_id, entry.seq, entry.digest, entry.after)


@dataclass(frozen=True, slots=True)
class Lot:
    """A grant and what is left of it, in milli-credits. A higher `priority` is spent first among equal expiries."""

    id: UUID
    source: str
    priority: int
    granted_at: datetime
    expires_at: datetime | None
    amount: int
    available: int
    held: int = 0
    expired: int = 0
    reclaimed: int = 0
    """How much of it was asked back so far, whether it was still there or became debt."""
    closed: bool = False
    """Whether it ended before its time; what comes back to it expires."""

    def over(self, now: datetime) -> bool:
        """Whether nothing of it can be spent any more."""
        return self.closed or (self.expires_at is not None and self.expires_at <= now)

    def after(self, entry: Entry) -> "Lot":
        """The lot once the entry is written."""
        mine = [move for move in entry.draft.moves if move.grant_id == self.id]
        named = entry.draft.grant_id == self.id
        return replace(
            self,
            available=self.available + inflow(mine, Bucket.AVAILABLE),
            held=self.held + inflow(mine, Bucket.HELD),
            expired=self.expired + inflow(mine, Bucket.EXPIRED),
            reclaimed=self.reclaimed + (inflow(entry.draft.moves, Bucket.WITHDRAWN) if named else 0),
            closed=self.closed or (named and entry.draft.kind is Kind.EXPIRE),
        )


def spending_order(lots: Iterable[Lot]) -> list[Lot]:
    """Soonest expiry first, then the higher priority, then the older one."""
    never = datetime.max.replace(tzinfo=UTC)
    return sorted(lots, key=lambda lot: (lot.expires_at or never, -lot.priority, lot.granted_at, lot.id))


def take(lots: Iterable[Lot], amount: int, *, into: Bucket) -> tuple[Move, ...]:
    """Moves of at most `amount` out of what is available of the lots, in the order of the lots."""
    moves: list[Move] = []
    for lot in lots:
        part = min(lot.available, amount)
        if part > 0:
            moves.append(Move(Bucket.AVAILABLE, into, part, lot.id))
            amount -= part
    return tuple(moves)


def hold(lots: Iterable[Lot], totals: Totals, amount: int) -> tuple[Move, ...]:
    """The moves that set `amount` aside. Raises InsufficientCredits, AccountInDebt."""
    if totals.debt:
        raise AccountInDebt(
            f"{spoken(totals.debt)} that were taken back are still owed. Buy credits to go on: they pay it first."
        )
    if totals.available < amount:
        raise InsufficientCredits(
            f"This needs {spoken(amount)}, and you have {spoken(totals.available)}. Add credits or take a larger plan."
        )
    return take(spending_order(lots), amount, into=Bucket.HELD)


def part(parts: Sequence[Move], captured: int) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    """How a hold of these parts ends: the moves that capture, and those that release the rest.

    The parts are captured in their order, so that what comes back lives longest. Raises BadAmount.
    """
    if not 0 <= captured <= sum(each.amount for each in parts):
        raise BadAmount("A hold can be captured up to what it holds. Capture less, or hold more next time.")
    spent: list[Move] = []
    rest: list[Move] = []
    for each in parts:
        used = min(each.amount, captured)
        captured -= used
        if used:
            spent.append(Move(Bucket.HELD, Bucket.SPENT, used, each.grant_id))
        if each.amount > used:
            rest.append(Move(Bucket.HELD, Bucket.AVAILABLE, each.amount - used, each.grant_id))
    return tuple(spent), tuple(rest)


def withdraw(lots: Iterable[Lot], amount: int, *, first: UUID | None) -> tuple[Move, ...]:
    """The moves that take `amount` back: from the grant `first`, then from the others, and the rest as debt."""
    order = sorted(spending_order(lots), key=lambda lot: lot.id != first)
    moves = take(order, amount, into=Bucket.WITHDRAWN)
    missing = amount - sum(move.amount for move in moves)
    return (*moves, Move(Bucket.DEBT, Bucket.WITHDRAWN, missing, None)) if missing else moves


def reclaimable(lot: Lot, amount: int) -> int:
    """How much of `amount` can be asked back of a grant: not what expired, and nothing twice."""
    return max(min(amount, lot.amount - lot.reclaimed - lot.expired), 0)


def check_amount(amount: int) -> None:
    """Raises BadAmount unless `amount` is a whole number of milli-credits, at least 1."""
    if type(amount) is not int or not 0 < amount <= MOST:
        raise BadAmount(f"{amount} is no amount of credits. Use a whole number of thousandths from 1 to {MOST}.")


def check_key(key: str) -> None:
    """Raises BadKey unless `key` is one that a caller may use."""
    if not KEYS.fullmatch(key):
        raise BadKey("A key has 1 to 200 letters, digits or characters of . _ : @ + = -. Make another one.")


def fingerprint(kind: Kind, *facts: object) -> str:
    """The same for the same request, so that a repeated key can be told from a reused one."""
    return hashlib.sha256(json.dumps([kind, *map(str, facts)]).encode()).hexdigest()


def digest(entry: Entry, before: str) -> str:
    """SHA-256 of an entry and of the digest of the one before it, as 64 hexadecimal digits."""
    draft = entry.draft
    moves = [[move.source, move.target, move.amount, str(move.grant_id)] for move in draft.moves]
    names = [str(each) for each in (draft.id, entry.account_id, draft.grant_id, draft.hold_id, draft.ends)]
    words = [draft.kind, draft.key, draft.request, draft.reason, dict(draft.details)]
    after = [entry.after.available, entry.after.held, entry.after.debt]
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [before, names, words, entry.seq, moment, entry.amount, after, moves]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def spoken(amount: int) -> str:
    """An amount of milli-credits as a person reads it: `2 credits`, `0.7 credits`."""
    whole, rest = divmod(amount, CREDIT)
    number = f"{whole}.{rest:03}".rstrip("0") if rest else str(whole)
    return f"{number} credit" + ("" if amount == CREDIT else "s")
