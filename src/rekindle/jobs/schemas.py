"""Bodies of requests and responses about jobs."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from rekindle.imaging.steps.colorize import LARGEST_RADIUS, MOST_HINTS
from rekindle.photos.schemas import Body, DiagnosisOut, MaskOut, Part
from rekindle.treatments.operations import MOST_PHOTOS
from rekindle.treatments.styles import ALIASES

OperationName = Literal[
    "restore", "colorize", "restore_colorize", "restyle", "enhance", "fuse", "bring_together", "animate"
]

StyleName = Literal["storybook", "action", "pixels", "oil", "cartoon"]
EnhancementName = Literal["lighting", "style", "background", "mood", "custom"]
LONGEST_PROMPT = 4000
"""Letters of a prompt, whatever the settings say."""

StatusName = Literal["queued", "running", "succeeded", "failed", "canceled"]
StageName = Literal["waiting", "preparing", "diagnosing", "restoring", "finishing", "done"]


class HintBody(Body):
    """A dab of colour on the straightened photo."""

    x: Part
    y: Part
    radius: float = Field(ge=0.0, le=LARGEST_RADIUS, allow_inf_nan=False, description="As a share of the longer side.")
    color: str = Field(pattern=r"^#[0-9A-Fa-f]{6}$", examples=["#7a4b2a"], description="In sRGB.")


def _style(value: object) -> object:
    """The name of a style in place of an older one."""
    return ALIASES[value].value if isinstance(value, str) and value in ALIASES else value


def _prompt(value: str) -> str:
    """Without the one character that no database takes."""
    return value.replace("\0", "")


class JobOptions(Body):
    """How it is to be done. An option that is not for the operation is refused unless it is what it is by itself.

    `strength`, `enlarge`, `keep_tone` (leaves the tint of a sepia or toned print as it is) and `mask_id` (that mask is
    filled, and no damage is searched for) are for `restore`, `colorize` and `restore_colorize`; `hints` say what
    colours were, and are for the latter two. `style` is needed for `restyle`, `enhancement` for `enhance`, and
    `prompt` for the enhancement `custom`. `moodboard_id` is a photo whose mood the result shall have.
    """

    strength: Literal["auto", "careful", "strong"] = "auto"
    enlarge: Literal[1, 2, 4] = 1
    keep_tone: bool = Field(default=False, strict=True)
    mask_id: UUID | None = None
    hints: list[HintBody] = Field(default_factory=list[HintBody], max_length=MOST_HINTS)
    prompt: Annotated[str, AfterValidator(_prompt)] = Field(
        default="", max_length=LONGEST_PROMPT, description="What is wished for, in a few words: 500 letters, as a rule."
    )
    style: Annotated[StyleName | None, BeforeValidator(_style)] = None
    enhancement: EnhancementName | None = None
    amount: Part = Field(default=0.8, strict=True, description="How far a style or an enhancement goes.")
    seconds: int = Field(default=5, strict=True, ge=2, le=10, description="How long a film lasts.")
    moodboard_id: UUID | None = None
    provider: str | None = Field(default=None, max_length=60, description="Your own choice of who does it.")
    model: str | None = Field(default=None, max_length=120, description="Your own choice of with what it is done.")
    local_only: bool = Field(default=False, strict=True, description="The photos stay on the machine of the server.")
    quality: Literal["standard", "hd"] = "standard"
    rewrite: bool = Field(
        default=False,
        strict=True,
        description="Have a model put the words better, where one is configured and the photo may leave: those that a "
        "preview has shown, if there was one. Where that cannot be, the usual words are sent.",
    )


class SubmitJob(Body):
    """What shall be done to which photo, or photos: the first is `photo_id`, or all of them are `photo_ids`."""

    photo_id: UUID | None = None
    photo_ids: list[UUID] = Field(
        default_factory=list[UUID], max_length=MOST_PHOTOS, description="For `fuse` and `bring_together`."
    )
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
    """Why a job failed, or was stopped by something else than its owner: a stable code and a sentence."""

    code: str
    message: str


class StepOut(Body):
    """One thing that was done."""

    name: str
    title: str
    detail: str


class JobResult(Body):
    """What came of a job. `unchanged`: nothing could be bettered, so the photo itself is the result.

    `degraded`: only this machine could do it, and less well than it should be done, so that it costs less.
    """

    kind: Literal["picture", "film"]
    rendition_id: UUID | None
    unchanged: bool
    chosen: Literal["input", "careful", "strong"] | None = Field(
        description="None where it was not chosen among these."
    )
    reason: str
    provider: str | None
    provider_title: str | None
    model: str | None
    degraded: bool
    marks: str | None = Field(description="What marks the model has left in the result, for example an invisible one.")
    diagnosis: DiagnosisOut
    steps: list[StepOut]
    preview_url: str | None
    before_preview_url: str | None
    width: int
    height: int
    version: int | None
    mask: MaskOut | None = Field(description="The mask that was filled, found or given; None when nothing was.")
    film_url: str | None = Field(description="Where a player finds the film, as an MP4 file; None for a picture.")
    seconds: float | None = Field(description="How long the film lasts.")


class JobOut(Body):
    """A request to do something to a photo, and how far it has come."""

    id: UUID
    photo_id: UUID
    photo_ids: list[UUID] = Field(description="All photos of the job; the first is `photo_id`.")
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
