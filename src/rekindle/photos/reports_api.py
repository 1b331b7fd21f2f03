"""Routes of reports, and of what operators decide on."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from rekindle.accounts.asking import Level, asks
from rekindle.accounts.users import User
from rekindle.infra.http import API, BadCursor, encode_cursor, problems, service
from rekindle.photos.downloads import RenditionNotFound
from rekindle.photos.present import Presenter
from rekindle.photos.reports import Flagged, FlagNotFound, Reason, Reports, Said, Status
from rekindle.photos.schemas import Body, Part
from rekindle.photos.service import PhotoNotFound

router = APIRouter(prefix=API, tags=["safety"])

LONGEST = 1000
"""Letters of what somebody writes with a report or a decision."""

Asker = Annotated[User, asks()]
Operator = Annotated[User, asks(Level.OPERATOR)]
Reporting = Annotated[Reports, service(Reports)]
Presenting = Annotated[Presenter, service(Presenter)]


class NewReport(Body):
    """What is wrong with a photo or a result of one's own."""

    reason: Reason
    text: str = Field(default="", max_length=LONGEST)


class ReportOut(Body):
    """A report that was taken in."""

    id: UUID
    photo_id: UUID
    rendition_id: UUID | None
    reason: Reason
    text: str
    created_at: datetime


class FlagOut(Body):
    """Something for an operator to decide on. What is allowed goes on at the next try; a report is closed by it."""

    id: UUID
    stage: Literal["sending", "result", "report"] = Field(
        description="Where the checker stood: before a photo left, or at what came back. `report`: a person said so."
    )
    status: Status
    reason: str
    score: Part | None = Field(description="What the checker gave; None when it failed, and for a report.")
    text: str = Field(description="What the person wrote.")
    owner_id: UUID
    photo_id: UUID
    rendition_id: UUID | None
    job_id: UUID | None
    preview_url: str
    created_at: datetime
    decided_at: datetime | None
    note: str


class FlagPage(Body):
    """Flags, newest first."""

    items: list[FlagOut]
    next_cursor: str | None


class FlagQuery(Body):
    """Which flags to list."""

    status: Status | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None


class Decision(Body):
    """What an operator decides, and why."""

    decision: Literal["allow", "refuse"]
    note: str = Field(default="", max_length=LONGEST)


@router.post("/photos/{photo_id}/reports", status_code=201, responses=problems(PhotoNotFound))
async def report_photo(photo_id: UUID, body: NewReport, user: Asker, reports: Reporting) -> ReportOut:
    """Tell the operators of this server that something is wrong with a photo."""
    row = await reports.of_photo(user.id, photo_id, Said(body.reason, body.text))
    return ReportOut.model_validate(row, from_attributes=True)


@router.post("/renditions/{rendition_id}/reports", status_code=201, responses=problems(RenditionNotFound))
async def report_result(rendition_id: UUID, body: NewReport, user: Asker, reports: Reporting) -> ReportOut:
    """Tell the operators of this server that something is wrong with a result."""
    row = await reports.of_result(user.id, rendition_id, Said(body.reason, body.text))
    return ReportOut.model_validate(row, from_attributes=True)


@router.get("/flags", responses=problems(BadCursor), dependencies=[asks(Level.OPERATOR)])
async def list_flags(reports: Reporting, presenter: Presenting, wanted: Annotated[FlagQuery, Query()]) -> FlagPage:
    """What was flagged or reported, newest first."""
    found = await reports.page(wanted.status, wanted.limit, wanted.cursor)
    more = encode_cursor(found[-1].flag.created_at, found[-1].flag.id) if len(found) == wanted.limit else None
    return FlagPage(items=[_shown(each, presenter) for each in found], next_cursor=more)


@router.post("/flags/{flag_id}/decision", responses=problems(FlagNotFound))
async def decide(
    flag_id: UUID, body: Decision, operator: Operator, reports: Reporting, presenter: Presenting
) -> FlagOut:
    """Let a photo pass this check from now on, or refuse it; a later decision takes the place of an earlier one."""
    status: Status = "allowed" if body.decision == "allow" else "refused"
    return _shown(await reports.decide(operator.id, flag_id, status, note=body.note), presenter)


def _shown(flagged: Flagged, presenter: Presenter) -> FlagOut:
    plain = {name: getattr(flagged.flag, name) for name in FLAG_FIELDS}
    text = "" if flagged.report is None else flagged.report.text
    return FlagOut.model_validate({**plain, "text": text, "preview_url": presenter.link(flagged.photo.preview_key)})


FLAG_FIELDS = (
    "id", "stage", "status", "reason", "score", "owner_id", "photo_id", "rendition_id", "job_id", "created_at",
    "decided_at", "note",
)  # fmt: skip
