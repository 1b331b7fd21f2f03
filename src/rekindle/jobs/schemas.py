"""Bodies of requests and responses about jobs."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from rekindle.photos.schemas import Body, DiagnosisOut, Part

StatusName = Literal["queued", "running", "succeeded", "failed", "canceled"]
StageName = Literal["waiting", "preparing", "diagnosing", "restoring", "finishing", "done"]


class JobOptions(Body):
    """How a photo is to be restored. `keep_tone` leaves the tint of a sepia or toned print as it is."""

    strength: Literal["auto", "careful", "strong"] = "auto"
    enlarge: Literal[1, 2, 4] = 1
    keep_tone: bool = False


class SubmitJob(Body):
    """What shall be done to which photo."""

    photo_id: UUID
    operation: Literal["restore"] = "restore"
    options: JobOptions = Field(default_factory=JobOptions)


class JobError(Body):
    """Why a job failed: a stable code and a sentence."""

    code: str
    message: str


class StepOut(Body):
    """One thing that was done."""

    name: str
    title: str
    detail: str


class JobResult(Body):
    """What came of a job. `unchanged`: nothing could be bettered, so the photo itself is the result."""

    rendition_id: UUID | None
    unchanged: bool
    chosen: Literal["input", "careful", "strong"]
    reason: str
    provider: str | None
    model: str | None
    diagnosis: DiagnosisOut
    steps: list[StepOut]
    preview_url: str | None
    before_preview_url: str | None
    width: int
    height: int
    version: int | None


class JobOut(Body):
    """A request to do something to a photo, and how far it has come."""

    id: UUID
    photo_id: UUID
    operation: Literal["restore"]
    options: JobOptions
    status: StatusName
    stage: StageName
    progress: Part
    seconds_left: float | None = Field(description="An estimate; None while nothing is known.")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    retry_of: UUID | None
    error: JobError | None
    result: JobResult | None


class JobPage(Body):
    """Jobs, newest first."""

    items: list[JobOut]
    next_cursor: str | None
