"""What people report, and what operators are to look at."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base


class ReportRow(Base):
    """What somebody has to say against a photo or a result of theirs. It goes with the photo."""

    __tablename__ = "reports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), index=True)
    rendition_id: Mapped[UUID | None] = mapped_column(ForeignKey("renditions.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str]
    """One of `REASONS` in photos/reports.py."""
    text: Mapped[str]
    created_at: Mapped[datetime]


class FlagRow(Base):
    """Something for an operator to decide on; that of a report has the identifier of the report.

    It belongs to the owner of the photo, and goes with the photo.
    """

    __tablename__ = "flags"
    __table_args__ = (
        Index("ix_flags_status_created_at", "status", "created_at", "id"),
        Index("ix_flags_photo_id_stage", "photo_id", "stage"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"))
    rendition_id: Mapped[UUID | None] = mapped_column(ForeignKey("renditions.id", ondelete="CASCADE"), index=True)
    job_id: Mapped[UUID | None]
    stage: Mapped[str]
    """`sending` or `result`: where the checker stood; `report`: a person said so."""
    reason: Mapped[str]
    score: Mapped[float | None]
    """What the checker gave, 0..1; None when it failed, and for a report."""
    status: Mapped[str]
    """`open`, `allowed` or `refused`."""
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    note: Mapped[str]
    """What the operator wrote."""
