"""Bake-offs: one photo done by several candidates, which of them was chosen, and who is asked first since then."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base, Json


class BakeoffRow(Base):
    """A comparison. It goes with its photo."""

    __tablename__ = "bakeoffs"
    __table_args__ = (UniqueConstraint("owner_id", "idempotency_key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
    options: Mapped[Json]
    blind: Mapped[bool]
    """Who made what is not told before the choice."""
    idempotency_key: Mapped[str]
    request_hash: Mapped[str]
    created_at: Mapped[datetime]
    chosen_at: Mapped[datetime | None]
    chosen_job_id: Mapped[UUID | None]
    """Empty with a `chosen_at`: none of the results is better than the photo."""


class ContenderRow(Base):
    """A job of a bake-off, and the one candidate that it asks. `position` counts from 0 and is its letter."""

    __tablename__ = "bakeoff_jobs"

    bakeoff_id: Mapped[UUID] = mapped_column(ForeignKey("bakeoffs.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), unique=True)
    provider: Mapped[str]
    model: Mapped[str]


class FavouriteRow(Base):
    """Whom somebody chose last for an operation: asked first for all of their photos."""

    __tablename__ = "favourites"

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    provider: Mapped[str]
    model: Mapped[str]
    chosen_at: Mapped[datetime]
