"""Jobs, their attempts at providers, and the stages that were reached."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base, Json


class JobRow(Base):
    """One request. `claim` counts how often a worker took it up; all that a worker writes depends on its own claim."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_created_at", "created_at", "id"),
        Index("ix_jobs_owner_id_created_at", "owner_id", "created_at", "id"),
        UniqueConstraint("owner_id", "idempotency_key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
    options: Mapped[Json]
    corners: Mapped[Json]
    """The corners at the time of asking."""
    status: Mapped[str] = mapped_column(index=True)
    stage: Mapped[str]
    progress: Mapped[float]
    claim: Mapped[int]
    revision: Mapped[int]
    """Counts every visible change; the identifier of its events."""
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    idempotency_key: Mapped[str]
    request_hash: Mapped[str]
    retry_of: Mapped[UUID | None]
    error: Mapped[Json | None]
    """`{code, message}` of a failed job."""
    result: Mapped[Json | None]
    quote: Mapped[Json | None]
    """The price that was shown, None where nothing is ever charged."""
    hold_id: Mapped[UUID | None]
    """The credits that are set aside for it, if it costs any."""
    charged: Mapped[int | None] = mapped_column(BigInteger)
    """Milli-credits that were taken in the end."""
    ranking: Mapped[Json | None] = mapped_column(default=None)
    """`{considered: [{provider, model, score, why, refused}]}`: why it was done by whom, when it was first decided."""
    words: Mapped[Json | None] = mapped_column(default=None)
    """`{prompt, version, by, cost}`: what a model was asked to put into better words, once it was."""


class RewordingRow(Base):
    """A prompt that a model put into better words: whoever asks the same of the same photo again gets the same words.

    `digest` is of the photo as it is straightened, and of everything that the words depend on. It goes with its photo.
    """

    __tablename__ = "rewordings"
    __table_args__ = (UniqueConstraint("photo_id", "digest"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"))
    digest: Mapped[str]
    prompt: Mapped[str]
    version: Mapped[str]
    by: Mapped[str]
    """The name of the model, or `rules` where it was asked in vain: then these words are kept for a while only."""
    seen: Mapped[Json | None]
    """`{category, details}`: what the model saw in the photo."""
    created_at: Mapped[datetime]


class JobPhotoRow(Base):
    """A photo that a job takes beside its first one: a further photo, or the one whose mood the result shall have."""

    __tablename__ = "job_photos"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    photo_id: Mapped[UUID] = mapped_column(
        ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True, index=True
    )  # fmt: skip
    position: Mapped[int]
    """From 1: the first photo is in the job itself."""


class DayRow(Base):
    """How many jobs somebody asked for on one day (UTC) that did not fail: what a daily limit counts.

    It outlives the jobs, which go with their photos.
    """

    __tablename__ = "job_days"

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    jobs: Mapped[int]


class AttemptRow(Base):
    """One try of a job on one model of one provider, written before the call. Only who inserts the row may call."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("job_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    number: Mapped[int]
    claim: Mapped[int]
    provider: Mapped[str]
    model: Mapped[str]
    status: Mapped[str]
    """`started`, `pending`, `done`, `failed`, `unknown` (nobody wrote down how it ended) or `canceled`."""
    handle: Mapped[str | None]
    error: Mapped[Json | None]
    cost: Mapped[int] = mapped_column(BigInteger)
    """What the provider charged, in millionths of a dollar; of an edit that got lost, what it may have charged."""
    estimate: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """What it was expected to charge."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StageRow(Base):
    """A stage that a claim of a job reached. A job ends once: `ended` is unique by its constraint."""

    __tablename__ = "job_stages"
    __table_args__ = (UniqueConstraint("job_id", "claim", "stage"), Index("ix_job_stages_ended", "ended", unique=True))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    claim: Mapped[int]
    stage: Mapped[str]
    at: Mapped[datetime]
    ended: Mapped[UUID | None]
    """The job's id in the row of its end, else empty."""


class EgressRow(Base):
    """A request that carried a photo to a provider, written before its bytes left. It keeps no picture.

    `bytes` are those of the whole request, which may carry several photos, and of the files behind links in it.
    """

    __tablename__ = "egress"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), index=True)
    job_id: Mapped[UUID]
    attempt: Mapped[int]
    provider: Mapped[str]
    host: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]


class EgressDayRow(Base):
    """How much went to a provider on one day (UTC). It names nobody and outlives photos."""

    __tablename__ = "egress_days"

    provider: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    requests: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
