"""What was spent at providers, line by line and in sums by day; budgets, pools, orders and alerts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base

_NOT_YET, _OPEN = text("NOT summed"), text("done_at IS NULL")


class SpendingRow(Base):
    """What one attempt cost: its own line, so that no two jobs write to the same row. `summed`: it is in the sums."""

    __tablename__ = "spendings"
    __table_args__ = (
        Index(
            "ix_spendings_unsummed", "provider", postgresql_where=text("NOT summed"), sqlite_where=text("NOT summed")
        ),
    )

    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    job_id: Mapped[UUID]
    provider: Mapped[str]
    model: Mapped[str]
    plan: Mapped[str]
    spender_id: Mapped[UUID | None] = mapped_column(index=True)
    """For whom; forgotten when they leave."""
    cost: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date] = mapped_column(index=True)
    at: Mapped[datetime]
    summed: Mapped[bool]


class SumRow(Base):
    """What was spent in one scope on one day; the sweeper adds to it."""

    __tablename__ = "spending_sums"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    cost: Mapped[int] = mapped_column(BigInteger)
    attempts: Mapped[int]


class BudgetRow(Base):
    """A budget that an operator set; see `budget.Budget`."""

    __tablename__ = "budgets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    scope: Mapped[str]
    key: Mapped[str]
    period: Mapped[str]
    limit: Mapped[int] = mapped_column("most", BigInteger)
    action: Mapped[str]
    alerts: Mapped[str]
    """Per cent, with commas between."""
    created_at: Mapped[datetime]


class PoolRow(Base):
    """A prepaid balance at a provider: its rules. The balance follows from the entries and from what was spent."""

    __tablename__ = "pools"

    provider: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column(BigInteger)
    reserve: Mapped[int] = mapped_column(BigInteger)
    refill_below: Mapped[int]
    alert_below: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime]


class PoolEntryRow(Base):
    """Money that went into a pool or out of it other than by edits. `key` makes a repeated request one entry."""

    __tablename__ = "pool_entries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    """`opened` (what had been spent there before), `purchase`, `adjust`, `moved`."""
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]


class RefillRow(Base):
    """An order to buy more at a provider: one is open at a time."""

    __tablename__ = "refills"
    __table_args__ = (Index("ix_refills_open", "provider", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class AlertRow(Base):
    """Something that operators are told once. `subject` is unique, so that it is."""

    __tablename__ = "alerts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(unique=True)
    severity: Mapped[str]
    """`info`, `warning` or `critical`."""
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
