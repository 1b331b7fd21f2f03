"""The ledger, and the tables that say the same in short: balances, grants and holds."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base, Json

OF_AN_ACCOUNT = "credit_balances.account_id"


class BalanceRow(Base):
    """What an account has, in milli-credits: a cache of its entries, changed with them, and locked by who writes."""

    __tablename__ = "credit_balances"
    __table_args__ = (
        CheckConstraint("available >= 0 AND held >= 0 AND debt >= 0", name="never_negative"),
        CheckConstraint("debt = 0 OR available = 0", name="debt_is_paid_first"),
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    available: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)
    debt: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))


class EntryRow(Base):
    """A line of the ledger; triggers refuse to change or delete one. It names nobody but the account's identifier."""

    __tablename__ = "credit_entries"
    __table_args__ = (UniqueConstraint("account_id", "seq"), CheckConstraint("amount >= 0", name="amount"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(OF_AN_ACCOUNT))
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    request: Mapped[str] = mapped_column(String(64))
    amount: Mapped[int] = mapped_column(BigInteger)
    grant_id: Mapped[UUID | None]
    hold_id: Mapped[UUID | None]
    ends: Mapped[UUID | None] = mapped_column(unique=True)
    """The hold that this entry ends: a hold ends once, by this constraint."""
    reason: Mapped[str]
    details: Mapped[Json]
    at: Mapped[datetime]
    available: Mapped[int] = mapped_column(BigInteger)
    """The balance after this entry, as are `held` and `debt`."""
    held: Mapped[int] = mapped_column(BigInteger)
    debt: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))


class MoveRow(Base):
    """A part of an entry: milli-credits of one grant from one bucket to another."""

    __tablename__ = "credit_moves"
    __table_args__ = (
        CheckConstraint("amount > 0 AND source <> target", name="amount"),
        Index("ix_credit_moves_grant_id", "grant_id"),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("credit_entries.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    target: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    grant_id: Mapped[UUID | None]


class GrantRow(Base):
    """Credits given, and what is left of them; it has the identifier of its entry."""

    __tablename__ = "credit_grants"
    __table_args__ = (
        CheckConstraint("available >= 0 AND held >= 0 AND expired >= 0", name="never_negative"),
        Index("ix_credit_grants_account_id", "account_id"),
        Index("ix_credit_grants_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(OF_AN_ACCOUNT))
    source: Mapped[str]
    priority: Mapped[int]
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    available: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)
    expired: Mapped[int] = mapped_column(BigInteger)
    reclaimed: Mapped[int] = mapped_column(BigInteger)
    closed: Mapped[bool]


class HoldRow(Base):
    """Credits set aside; it has the identifier of its entry. One that has not ended by its deadline is released."""

    __tablename__ = "credit_holds"
    __table_args__ = (
        CheckConstraint("captured >= 0 AND captured <= amount", name="captured"),
        Index("ix_credit_holds_account_id", "account_id"),
        Index("ix_credit_holds_ended_at_deadline_at", "ended_at", "deadline_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(OF_AN_ACCOUNT))
    amount: Mapped[int] = mapped_column(BigInteger)
    captured: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AllowanceRow(Base):
    """Somebody who has had the allowance of a month: a keyed hash of how they are known, and of the month. It outlives
    their account, so that who leaves and comes again has one as well, and names nobody. Gone when the next month is
    over.
    """

    __tablename__ = "credit_allowances"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    month: Mapped[date] = mapped_column(index=True)
