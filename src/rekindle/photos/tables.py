"""Photos and the files made from them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base, Json


class PhotoRow(Base):
    """What a user uploaded. The bytes are under `original_key`, which photos with the same bytes share."""

    __tablename__ = "photos"
    __table_args__ = (
        Index("ix_photos_created_at", "created_at", "id"),
        Index("ix_photos_owner_id_created_at", "owner_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    filename: Mapped[str]
    format: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int]
    """Pixels of the upright picture."""
    height: Mapped[int]
    captured_at: Mapped[str | None]
    """As the file says it, without a time zone: `2004-05-17T09:30:00`."""
    has_location: Mapped[bool]
    original_key: Mapped[str | None] = mapped_column(index=True)
    """None once a retention policy deleted the original."""
    preview_key: Mapped[str]
    thumbnail_key: Mapped[str]
    found_corners: Mapped[Json]
    """What was found when the photo came in: `{corners, confidence}`."""
    user_corners: Mapped[Json | None]
    diagnosis: Mapped[Json | None]
    """The last diagnosis and the corners it holds for: `{prepared, findings, needs_work, measures}`."""
    latest_job: Mapped[Json | None]
    """`{id, status}` of the job asked for last, written by the jobs themselves."""
    local_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it must not leave this machine."""
    chosen_id: Mapped[UUID | None] = mapped_column(default=None)
    """The result that its owner chose among several."""


RESULT, MASK = "result", "mask"
"""The kinds of renditions."""

SOURCE_TYPE = "source_type"
"""What the details of a rendition call how it came to be."""


class RenditionRow(Base):
    """A file derived from a photo: the result of a job, or a mask of damage. They never change.

    Versions of each kind count from 1 for each photo. A mask is one file, so all its keys are the same.
    """

    __tablename__ = "renditions"
    __table_args__ = (UniqueConstraint("photo_id", "kind", "version"), UniqueConstraint("job_id", "kind"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), index=True)
    job_id: Mapped[UUID | None]
    """None for a mask that somebody painted."""
    kind: Mapped[str] = mapped_column(default=RESULT, server_default=RESULT)
    created_at: Mapped[datetime]
    operation: Mapped[str]
    version: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    master_key: Mapped[str]
    """The lossless working file."""
    preview_key: Mapped[str]
    thumbnail_key: Mapped[str]
    before_key: Mapped[str]
    """The preview of what the job began with: upright and straightened."""
    details: Mapped[Json | None] = mapped_column(default=None)
    """Of a mask: `{source, share, corners}`, the corners being those of the straightened photo that it was made for.

    Of a film: `{media_type, seconds}`. Of a result that a model made up: `{source_type}`, as IPTC calls it.
    """


class CacheRow(Base):
    """A file that can be made again: a prepared input or a download. The least recently used go first."""

    __tablename__ = "cached_files"

    key: Mapped[str] = mapped_column(primary_key=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[datetime] = mapped_column(index=True)
    details: Mapped[Json]
    """What is worth remembering beside the file, for example the measures of a prepared input."""
