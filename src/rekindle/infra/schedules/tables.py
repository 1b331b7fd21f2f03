"""What was done by the clock, and what the clock said."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base


class ScheduleRunRow(Base):
    """A chore in one period. Whoever inserts the row does it; who takes it over afterwards has another `claim`."""

    __tablename__ = "schedule_runs"

    name: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[datetime] = mapped_column(primary_key=True)
    """When it was due."""
    claim: Mapped[UUID]
    process: Mapped[str]
    """Who did it: the name of the machine and the number of the process."""
    tries: Mapped[int]
    started_at: Mapped[datetime]
    until: Mapped[datetime]
    """When somebody else may take it over: renewed while it is done; after a failure, when it is tried again."""
    ended_at: Mapped[datetime | None]
    error: Mapped[str | None]
    """What the last try failed with."""


class ClockRow(Base):
    """The time that was seen last, and since when it has gone on without a leap: one row for all processes."""

    __tablename__ = "clock_watch"

    name: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
    steady_since: Mapped[datetime]
    leapt: Mapped[float]
    """Seconds of the last leap, negative for one backwards; 0 before the first."""
