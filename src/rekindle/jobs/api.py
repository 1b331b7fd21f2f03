"""Routes of jobs: submit, look, watch, cancel, retry."""

from collections.abc import AsyncIterator
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from rekindle.accounts.asking import asks
from rekindle.accounts.plans import DailyLimitReached, NotInPlan
from rekindle.accounts.users import User
from rekindle.credits.ledger import AccountInDebt, InsufficientCredits
from rekindle.errors import Invalid
from rekindle.imaging.marks import MaskDoesNotFit
from rekindle.infra.http import API, BadCursor, encode_cursor, problems, service
from rekindle.jobs.admission import NOT_OFFERED
from rekindle.jobs.charges import PriceChanged
from rekindle.jobs.combining import COMBINATIONS
from rekindle.jobs.lifecycle import JobAlreadyEnded, JobNotRetryable, Status
from rekindle.jobs.options import Options
from rekindle.jobs.present import JobPresenter
from rekindle.jobs.schemas import JobOut, JobPage, JobQuery, SubmitJob
from rekindle.jobs.service import Filter, IdempotencyKeyReused, JobNotFound, Jobs, Wanted
from rekindle.jobs.watch import Watching
from rekindle.photos.masks import MaskNotFound
from rekindle.photos.service import PhotoNotFound
from rekindle.treatments.operations import Operation


class PhotoMissing(Invalid):
    code: ClassVar[str] = "photo_missing"
    title: ClassVar[str] = "No photo was given"


router = APIRouter(prefix=API, tags=["jobs"])

Asker = Annotated[User, asks()]
JobService = Annotated[Jobs, service(Jobs)]
Presenting = Annotated[JobPresenter, service(JobPresenter)]
Following = Annotated[Watching, service(Watching)]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Any word that is new for each request. Sent again with the same request it gives the same job.",
    ),
]
LastEvent = Annotated[int, Header(alias="Last-Event-ID", ge=0, le=2**53)]

NOT_ADMITTED = (
    *NOT_OFFERED, NotInPlan, InsufficientCredits, AccountInDebt, PriceChanged, DailyLimitReached, IdempotencyKeyReused
)  # fmt: skip


@router.post(
    "/jobs",
    status_code=202,
    responses=problems(PhotoNotFound, MaskNotFound, MaskDoesNotFit, PhotoMissing, *COMBINATIONS, *NOT_ADMITTED),
)
async def submit(
    body: SubmitJob, key: Key, user: Asker, jobs: JobService, presenter: Presenting, response: Response
) -> JobOut:
    """Ask for something to be done to a photo, or to several."""
    job = await jobs.submit(user, wanted_of(body), key=key)
    response.headers["Location"] = f"{API}/jobs/{job.id}"
    return await presenter.job(job)


def wanted_of(body: SubmitJob) -> Wanted:
    """What a request asks for. Raises PhotoMissing."""
    given = body.photo_ids
    first = given[0] if body.photo_id is None and given else body.photo_id
    if first is None:
        raise PhotoMissing("Say which photo it shall be done to, as photo_id or photo_ids.")
    further = given[1:] if given[:1] == [first] else given
    written = body.options.model_dump(mode="json") | {"photo_ids": [str(photo_id) for photo_id in further]}
    return Wanted(first, Operation(body.operation), Options.from_json(written), body.max_price)


@router.get("/jobs", responses=problems(BadCursor))
async def list_jobs(
    user: Asker, jobs: JobService, presenter: Presenting, wanted: Annotated[JobQuery, Query()]
) -> JobPage:
    """Jobs, newest first."""
    status = None if wanted.status is None else Status(wanted.status)
    rows = await jobs.page(user.id, Filter(wanted.photo_id, status), limit=wanted.limit, cursor=wanted.cursor)
    more = encode_cursor(rows[-1].created_at, rows[-1].id) if len(rows) == wanted.limit else None
    return JobPage(items=await presenter.jobs(rows), next_cursor=more)


@router.get("/jobs/{job_id}", responses=problems(JobNotFound))
async def get_job(job_id: UUID, user: Asker, jobs: JobService, presenter: Presenting) -> JobOut:
    """One job."""
    return await presenter.job(await jobs.get(user.id, job_id))


@router.post("/jobs/{job_id}/cancel", responses=problems(JobNotFound, JobAlreadyEnded))
async def cancel(job_id: UUID, user: Asker, jobs: JobService, presenter: Presenting) -> JobOut:
    """Stop a job that has not ended."""
    return await presenter.job(await jobs.cancel(user.id, job_id))


@router.post(
    "/jobs/{job_id}/retry",
    status_code=202,
    responses=problems(JobNotFound, PhotoNotFound, MaskNotFound, JobNotRetryable, MaskDoesNotFit, *NOT_ADMITTED),
)
async def retry(
    job_id: UUID, key: Key, user: Asker, jobs: JobService, presenter: Presenting, response: Response
) -> JobOut:
    """A new job like one that failed or was canceled."""
    job = await jobs.retry(user, job_id, key=key)
    response.headers["Location"] = f"{API}/jobs/{job.id}"
    return await presenter.job(job)


async def existing_job(job_id: UUID, user: Asker, jobs: JobService) -> UUID:
    """The job's id once it is known that the job is there: a stream that has begun cannot answer 404 any more."""
    return (await jobs.get(user.id, job_id)).id


@router.get("/jobs/{job_id}/events", response_class=EventSourceResponse, responses=problems(JobNotFound))
async def watch(
    job_id: Annotated[UUID, Depends(existing_job)],
    user: Asker,
    following: Following,
    presenter: Presenting,
    last: LastEvent = 0,
) -> AsyncIterator[ServerSentEvent]:
    """The job at each change, as server-sent events, until it has ended.

    Events are numbered; a client that comes back with `Last-Event-ID` misses nothing that matters.
    """
    async for row in following.follow(user.id, job_id, seen=last):
        body = await presenter.job(row)
        kind = "status" if Status(row.status).ended else "progress"
        yield ServerSentEvent(data=body, event=kind, id=str(row.revision))
