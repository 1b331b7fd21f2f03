"""Jobs as their owner sees them: submit, look, cancel, retry."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, tuple_, update

from rekindle.clock import Clock
from rekindle.errors import Conflict, NotFound
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.events.port import Events
from rekindle.infra.http import decode_cursor
from rekindle.infra.queue.port import Queue
from rekindle.jobs.lifecycle import Event, JobNotRetryable, Stage, Status, advance, may_become
from rekindle.jobs.options import Options
from rekindle.jobs.tables import JobRow, StageRow
from rekindle.photos.masks import check_mask
from rekindle.photos.service import corners_of, note_job, photo_by_id
from rekindle.treatments.operations import Operation

RUN = "jobs.run"
"""The name of the task that runs a job."""


class JobNotFound(NotFound):
    code: ClassVar[str] = "job_not_found"
    title: ClassVar[str] = "There is no such job"


class IdempotencyKeyReused(Conflict):
    code: ClassVar[str] = "idempotency_key_reused"
    title: ClassVar[str] = "This key belongs to another request"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be done to which photo."""

    photo_id: UUID
    operation: Operation
    options: Options = field(default_factory=Options)

    def fingerprint(self) -> str:
        """The same for the same request, so that a repeated key can be told from a reused one."""
        text = json.dumps([str(self.photo_id), self.operation, self.options.fingerprint()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which jobs to list."""

    photo_id: UUID | None = None
    status: Status | None = None


class Jobs:
    """Requests to do something to a photo. A job never exists without its task, nor a task without its job."""

    def __init__(self, db: Database, queue: Queue, *, events: Events, clock: Clock) -> None:
        self._db = db
        self._queue = queue
        self._events = events
        self._clock = clock

    async def submit(self, wanted: Wanted, *, key: str, retry_of: UUID | None = None) -> JobRow:
        """The job of this request; the one made before when the key was used for the same request.

        Raises PhotoNotFound, IdempotencyKeyReused, HintsWithoutColour, MaskNotFound, MaskDoesNotFit.
        """
        wanted.options.check(wanted.operation)
        async with self._db.transaction() as tx:
            if (known := await tx.scalar(select(JobRow).where(JobRow.idempotency_key == key))) is not None:
                if known.request_hash != wanted.fingerprint():
                    raise IdempotencyKeyReused("This Idempotency-Key was used for another request. Make a new key.")
                return known
            photo = await photo_by_id(tx, wanted.photo_id)
            if wanted.options.mask_id is not None:
                await check_mask(tx, wanted.options.mask_id, photo)
            job = self._new_job(wanted, key=key, retry_of=retry_of)
            job.corners = {"corners": corners_of(photo).to_json()}
            tx.add(job)
            await note_job(tx, photo.id, job_id=job.id, status=Status.QUEUED)
            await self._queue.enqueue(tx, RUN, {"job_id": str(job.id)}, key=task_key(job.id))
        return job

    async def get(self, job_id: UUID) -> JobRow:
        """One job. Raises JobNotFound."""
        async with self._db.reading() as tx:
            return await job_by_id(tx, job_id)

    async def page(self, wanted: Filter, *, limit: int, cursor: str | None) -> Sequence[JobRow]:
        """At most `limit` jobs, newest first, after `cursor`. Raises BadCursor."""
        query = select(JobRow).order_by(JobRow.created_at.desc(), JobRow.id.desc()).limit(limit)
        if wanted.photo_id is not None:
            query = query.where(JobRow.photo_id == wanted.photo_id)
        if wanted.status is not None:
            query = query.where(JobRow.status == wanted.status)
        if cursor is not None:
            query = query.where(tuple_(JobRow.created_at, JobRow.id) < tuple_(*decode_cursor(cursor)))
        async with self._db.reading() as tx:
            return (await tx.scalars(query)).all()

    async def cancel(self, job_id: UUID) -> JobRow:
        """Stop a job. Raises JobNotFound, JobAlreadyEnded."""
        async with self._db.transaction() as tx:
            job = await job_by_id(tx, job_id)
            advance(Status(job.status), Event.CANCEL)
            await end(tx, self._clock, job, Event.CANCEL)
            await tx.refresh(job)
        await self._events.publish(topic(job_id), Event.CANCEL)
        return job

    async def retry(self, job_id: UUID, *, key: str) -> JobRow:
        """A new job like one that failed or was canceled: the same operation, options, mask and hints.

        Raises JobNotFound, JobNotRetryable and the errors of `submit`.
        """
        job = await self.get(job_id)
        if job.status not in (Status.FAILED, Status.CANCELED):
            raise JobNotRetryable("Only a job that failed or was canceled can be run again. Start a new one instead.")
        wanted = Wanted(job.photo_id, Operation(job.operation), Options.from_json(job.options))
        return await self.submit(wanted, key=key, retry_of=job_id)

    def _new_job(self, wanted: Wanted, *, key: str, retry_of: UUID | None) -> JobRow:
        return JobRow(
            id=self._clock.new_id(), photo_id=wanted.photo_id, operation=wanted.operation.value,
            options=wanted.options.to_json(), status=Status.QUEUED.value, stage=Stage.WAITING.value, progress=0.0,
            claim=0, revision=1, created_at=self._clock.now(), started_at=None, ended_at=None, idempotency_key=key,
            request_hash=wanted.fingerprint(), retry_of=retry_of, error=None, result=None,
        )  # fmt: skip


def topic(job_id: UUID) -> str:
    """The topic on which changes of a job are told."""
    return f"job:{job_id}"


def task_key(job_id: UUID) -> str:
    """The key of the task that runs a job: a job has one at a time."""
    return f"job:{job_id}"


async def job_by_id(tx: Transaction, job_id: UUID) -> JobRow:
    """One job. Raises JobNotFound."""
    if (job := await tx.get(JobRow, job_id)) is None:
        raise JobNotFound("There is no such job. Its photo may have been deleted.")
    return job


async def end(tx: Transaction, clock: Clock, job: JobRow, event: Event, **outcome: Json) -> bool:
    """Write down how a job ended, unless it has ended already or belongs to a later claim: then False.

    `outcome` is its `result` or its `error`. The condition is in the statement, so it also holds where writers overlap.
    """
    status, now = advance(Status(job.status), event), clock.now()
    done = {"stage": Stage.DONE, "progress": 1.0} if event is Event.SUCCEED else {}
    changed = await tx.execute(
        update(JobRow)
        .where(JobRow.id == job.id, JobRow.claim == job.claim, JobRow.status.in_(may_become(event)))
        .values(status=status, ended_at=now, revision=JobRow.revision + 1, **done, **outcome)
        .returning(JobRow.id)
    )
    if changed.first() is None:
        return False
    tx.add(StageRow(id=clock.new_id(), job_id=job.id, claim=job.claim, stage=status, at=now, ended=job.id))
    await note_job(tx, job.photo_id, job_id=job.id, status=status)
    return True
