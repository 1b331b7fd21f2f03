"""What was used, day by day."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base


class UsageDayRow(Base):
    """How much of one thing there was on one day (UTC). It names nobody, and stays."""

    __tablename__ = "usage_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    """See `usage.MEASURES`."""
    key: Mapped[str] = mapped_column(primary_key=True)
    """What it is counted by, such as an operation and how jobs of it ended; "" for all together."""
    amount: Mapped[int] = mapped_column(BigInteger)


class UsageGoneRow(Base):
    """A photo or a job that was deleted before its day was over, for as long as that day is still counted."""

    __tablename__ = "usage_gone"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    key: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
