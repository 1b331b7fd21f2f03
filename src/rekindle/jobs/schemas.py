"""Bodies of requests and responses about jobs."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from rekindle.imaging.steps.colorize import LARGEST_RADIUS, MOST_HINTS
from rekindle.photos.schemas import Body, DiagnosisOut, MaskOut, Part

OperationName = Literal["restore", "colorize", "restore_colorize"]

StatusName = Literal["queued", "running", "succeeded", "failed", "canceled"]
StageName = Literal["waiting", "preparing", "diagnosing", "restoring", "finishing", "done"]


class HintBody(Body):
    """A dab of colour on the straightened photo."""

    x: Part
    y: Part
    radius: float = Field(ge=0.0, le=LARGEST_RADIUS, allow_inf_nan=False, description="As a share of the longer side.")
    color: str = Field(pattern=r"^#[0-9A-Fa-f]{6}$", examples=["#7a4b2a"], description="In sRGB.")


class JobOptions(Body):
    """How a photo is to be restored. `keep_tone` leaves the tint of a sepia or toned print as it is.

    With `mask_id` that mask is filled, and no damage is searched for. `hints` say what colours were, and are for
    `colorize` and `restore_colorize`.
    """

    strength: Literal["auto", "careful", "strong"] = "auto"
    enlarge: Literal[1, 2, 4] = 1
    keep_tone: bool = Field(default=False, strict=True)
    mask_id: UUID | None = None
    hints: list[HintBody] = Field(default_factory=list[HintBody], max_length=MOST_HINTS)


class SubmitJob(Body):
    """What shall be done to which photo."""

    photo_id: UUID
    operation: OperationName = "restore"
    options: JobOptions = Field(default_factory=JobOptions)
    max_price: int | None = Field(
        default=None,
        strict=True,
        ge=0,
        le=2**53,
        description="The most that it may cost, in thousandths of a credit; where it would cost more, no job is made.",
    )


class PriceOut(Body):
    """What a job costs: `most` is set aside, `charged` is what was taken in the end."""

    most: int = Field(description="In thousandths of a credit: 2000 is two credits.")
    charged: int | None = Field(description="In thousandths of a credit; None until the job has ended.")


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
    mask: MaskOut | None = Field(description="The mask that was filled, found or given; None when nothing was.")


class JobOut(Body):
    """A request to do something to a photo, and how far it has come."""

    id: UUID
    photo_id: UUID
    operation: OperationName
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
    price: PriceOut | None = Field(description="None where nothing is ever charged.")


class JobQuery(Body):
    """Which jobs to list."""

    photo_id: UUID | None = None
    status: StatusName | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None


class JobPage(Body):
    """Jobs, newest first."""

    items: list[JobOut]
    next_cursor: str | None
