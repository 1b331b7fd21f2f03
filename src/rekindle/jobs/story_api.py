"""Routes that explain: why a job was done by whom, and what of a photo left this machine."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from rekindle.accounts.asking import asks
from rekindle.accounts.users import Role, User
from rekindle.infra.http import API, problems, service
from rekindle.jobs.egress import Egress
from rekindle.jobs.service import JobNotFound
from rekindle.jobs.story import Stories
from rekindle.photos.schemas import Body
from rekindle.photos.service import PhotoNotFound

router = APIRouter(prefix=API, tags=["jobs"])

Asker = Annotated[User, asks()]
Telling = Annotated[Stories, service(Stories)]
Ledger = Annotated[Egress, service(Egress)]


class ConsideredOut(Body):
    """A model that could have done a job."""

    provider: str
    model: str
    score: float | None = Field(description="Higher is asked first; null for one that was not to be asked.")
    why: str
    refused: str | None = Field(description="Why it was not to be asked.")


class AttemptError(Body):
    """Why an attempt came to nothing."""

    code: str
    message: str


class AttemptOut(Body):
    """One try of a job at one model."""

    number: int
    provider: str
    model: str
    status: Literal["started", "pending", "done", "failed", "unknown", "canceled"]
    started_at: datetime
    ended_at: datetime | None
    seconds: float | None
    cost: int = Field(description="Millionths of a dollar that the provider charged, or may have charged.")
    error: AttemptError | None
    detail: str | None = Field(description="What the provider said; for operators.")


class WordsOut(Body):
    """What a model made of the words of a job."""

    prompt: str = Field(description="What was sent to whoever was asked for the edit.")
    version: str = Field(description="The texts that it is made from, each with its version.")
    by: str = Field(description="The model that put it so; `rules` where it was asked in vain, for the usual words.")
    cost: int = Field(description="Millionths of a dollar; 0 where a preview had asked before.")


class StoryOut(Body):
    """Every decision of a job, those considered in the order in which they were to be asked."""

    considered: list[ConsideredOut]
    attempts: list[AttemptOut]
    words: WordsOut | None = Field(description="Null unless the job was to have its words put better.")


class LeftOut(Body):
    """A request that carried the photo away."""

    at: datetime
    provider: str
    host: str
    bytes: int = Field(description="Of the whole request, with what it only links to.")
    job_id: UUID
    attempt: int


class EgressOut(Body):
    """What of a photo left this machine, newest first."""

    items: list[LeftOut]


@router.get("/jobs/{job_id}/story", responses=problems(JobNotFound))
async def get_story(job_id: UUID, user: Asker, stories: Telling) -> StoryOut:
    """Why a job was done by whom: what was considered, what was tried, what it cost, and what went wrong."""
    story = await stories.of(user.id, job_id, details=user.role is Role.OPERATOR and user.scopes is None)
    return StoryOut.model_validate(story)


@router.get("/photos/{photo_id}/egress", responses=problems(PhotoNotFound))
async def get_egress(photo_id: UUID, user: Asker, ledger: Ledger) -> EgressOut:
    """What of a photo left this machine, when, and to whom."""
    rows = await ledger.of_photo(user.id, photo_id)
    return EgressOut(items=[LeftOut.model_validate(row, from_attributes=True) for row in rows])
