"""Bodies of requests and responses about photos."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Part = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]


class Body(BaseModel):
    """The root of all bodies: what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class PointBody(Body):
    """A place in the upright picture; (0, 0) is its top left."""

    x: Part
    y: Part


FourPoints = Annotated[list[PointBody], Field(min_length=4, max_length=4)]


class SetCorners(Body):
    """The corners of the print: top left, top right, bottom right, bottom left."""

    corners: FourPoints


class CornersOut(Body):
    """The corners in use, where they come from, and what was found automatically if it was anything."""

    corners: FourPoints
    source: Literal["automatic", "user", "full_frame"]
    confidence: Part = Field(description="How sure the automatic search was of what it found.")
    suggested: FourPoints | None


class FindingOut(Body):
    """One kind of damage."""

    degradation: Literal["A", "B", "C", "D", "E", "F"]
    name: str
    confidence: Part
    severity: Part
    reason: str


class DiagnosisOut(Body):
    """What is wrong with the photo."""

    findings: list[FindingOut]
    needs_work: bool
    measures: dict[str, float | int | bool | str | list[float] | None]


class LatestJob(Body):
    """The job that was asked for last."""

    id: UUID
    status: Literal["queued", "running", "succeeded", "failed", "canceled"]


class RenditionOut(Body):
    """A version of a photo: a picture, or a film with a picture of it as its preview."""

    id: UUID
    photo_id: UUID
    job_id: UUID
    kind: Literal["result"] = "result"
    operation: str
    version: int = Field(ge=1)
    width: int
    height: int
    created_at: datetime
    preview_url: str
    thumbnail_url: str
    before_preview_url: str
    download_url: str
    media: Literal["picture", "film"]
    film_url: str | None = Field(description="Where a player finds the film, as an MP4 file; None for a picture.")
    seconds: float | None = Field(description="How long the film lasts.")


class MaskOut(Body):
    """Which part of a straightened photo is to be filled: a grey picture, white where there is damage."""

    id: UUID
    photo_id: UUID
    job_id: UUID | None = Field(description="The job that found it; None for one that was uploaded.")
    source: Literal["found", "user"]
    width: int
    height: int
    share: Part = Field(description="How much of the picture is marked.")
    url: str
    created_at: datetime


class PhotoOut(Body):
    """An uploaded photo. Width and height are those of the upright picture."""

    id: UUID
    filename: str
    format: Literal["jpeg", "png", "webp", "heic", "avif", "tiff"]
    media_type: str
    bytes: int
    sha256: str
    width: int
    height: int
    created_at: datetime
    captured_at: str | None
    has_location: bool
    local_only: bool = Field(description="It does not leave this machine: only the engine that comes along is used.")
    preview_url: str
    thumbnail_url: str
    original_url: str | None = Field(description="None once a retention policy has deleted the original.")
    corners: CornersOut
    diagnosis: DiagnosisOut | None = Field(description="None until it was asked for, or a job has made it.")
    focus: PointBody | None = Field(
        description="The middle of the faces, in the straightened photo; None when none is known of."
    )
    chosen_rendition_id: UUID | None = Field(description="The result that was chosen among several.")
    latest_job: LatestJob | None
    results: list[RenditionOut]


class ChangedPhoto(Body):
    """What is to be different about a photo; what is left out stays as it is."""

    local_only: bool | None = Field(default=None, strict=True)


class PhotoPage(Body):
    """Photos, newest first."""

    items: list[PhotoOut]
    next_cursor: str | None


class RenditionList(Body):
    """The restored versions of one photo, newest first."""

    items: list[RenditionOut]


def _number(value: object) -> object:
    """The values of a query are texts, and a Literal of numbers takes no text for a number."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


class WantedFile(Body):
    """How a version is wanted. `no_location` removes where it was taken; `strip` removes all metadata but colour.

    Films are there as MP4 files, as they were made.
    """

    format: Literal["jpeg", "png", "webp", "tiff", "mp4"] | None = Field(
        default=None, description="By itself JPEG for a picture and MP4 for a film."
    )
    quality: int = Field(default=92, ge=1, le=100, description="For JPEG and WebP.")
    depth: Annotated[Literal[8, 16], BeforeValidator(_number)] = Field(
        default=8, description="Bits per channel; 16 for PNG and TIFF."
    )
    metadata: Literal["keep", "no_location", "strip"] = "keep"


class SignedLink(Body):
    """The part of a link that says until when it holds, and the proof that it is ours."""

    expires: str
    signature: str


class AnnounceUpload(Body):
    """A photo that is about to be sent to the store."""

    filename: str = Field(max_length=1000)
    bytes: int = Field(ge=0, description="Its size, which is all that may be sent.")
    media_type: str = Field(default="application/octet-stream", max_length=100, description="As the browser knows it.")


class UploadOut(Body):
    """Leave to send one photo: one request with exactly these headers, before it expires."""

    upload: str = Field(description="What to tell `POST /uploads/done` once the photo has been sent.")
    method: Literal["PUT"]
    url: str
    headers: dict[str, str]
    expires_at: datetime


class DoneUpload(Body):
    """A photo that has been sent."""

    upload: str = Field(max_length=4000)
