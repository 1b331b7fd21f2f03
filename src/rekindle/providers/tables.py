"""What all processes know of providers: how well they do, and how many edits are under way there."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base


class HealthRow(Base):
    """How well a provider does (`model` and `operation` are empty), or one of its models at one operation."""

    __tablename__ = "provider_health"

    provider: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    success: Mapped[float]
    seconds: Mapped[float]
    calls: Mapped[int]
    failures: Mapped[int]
    """In a row."""
    last_failure: Mapped[datetime | None]
    openings: Mapped[int]
    """Of its circuit, since a call last went well."""
    open_until: Mapped[datetime | None]
    probe_until: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    """Until when it asked to be left alone."""


class UseRow(Base):
    """How many edits a process has under way at a provider, as it last told."""

    __tablename__ = "provider_use"

    provider: Mapped[str] = mapped_column(primary_key=True)
    process: Mapped[str] = mapped_column(primary_key=True)
    busy: Mapped[int]
    told_at: Mapped[datetime] = mapped_column(index=True)
