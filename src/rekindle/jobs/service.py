"""Jobs as their owner sees them: submit, look, cancel, retry."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from sqlalchemy import or_, select, tuple_

from rekindle.accounts.tables import UserRow
from rekindle.accounts.users import User
from rekindle.clock import Clock
from rekindle.errors import Invalid, NotFound
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.events.port import Events
from rekindle.infra.http import decode_cursor
from rekindle.infra.observing import metrics
from rekindle.infra.observing.counting import once_committed
from rekindle.infra.observing.spans import span
from rekindle.infra.queue.port import Queue, Turn
from rekindle.jobs import combining
from rekindle.jobs.admission import Admission
from rekindle.jobs.charges import PriceChanged
from rekindle.jobs.endings import Endings
from rekindle.jobs.kinds import kind_of
from rekindle.jobs.lifecycle import Event, JobNotRetryable, Stage, Status, advance
from rekindle.jobs.options import Options
from rekindle.jobs.tables import JobPhotoRow, JobRow
from rekindle.jobs.veil import veiled
from rekindle.photos.masks import check_mask
from rekindle.photos.service import corners_of, note_job, owned_photo
from rekindle.photos.tables import PhotoRow
from rekindle.treatments.operations import Operation

RUN = "jobs.run"
"""The name of the task that runs a job."""


class JobNotFound(NotFound):
    code: ClassVar[str] = "job_not_found"
    title: ClassVar[str] = "There is no such job"


class IdempotencyKeyReused(Invalid):
    code: ClassVar[str] = "idempotency_key_reused"
    title: ClassVar[str] = "This key belongs to another request"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be done to which photo, and the most that it may cost, in milli-credits."""

    photo_id: UUID
    operation: Operation
    options: Options = field(default_factory=Options)
    max_price: int | None = None

    def fingerprint(self) -> str:
        """The same for the same request, so that a repeated key can be told from a reused one."""
        parts = [str(self.photo_id), self.operation, self.options.fingerprint()]
        text = json.dumps(parts if self.max_price is None else [*parts, self.max_price], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which jobs to list."""

    photo_id: UUID | None = None
    status: Status | None = None


class Jobs:
    """Requests to do something to a photo. A job never exists without its task, nor a task without its job."""

    def __init__(
        self,
        db: Database,
        queue: Queue,
        *,
        events: Events,
        endings: Endings,
        clock: Clock,
        admission: Admission | None = None,
    ) -> None:
        """Without an `admission` whatever makes a whole may be asked for."""
        self._db = db
        self._queue = queue
        self._events = events
        self._endings = endings
        self._charges = endings.charges
        self._clock = clock
        self._admission = admission

    async def submit(self, user: User, wanted: Wanted, *, key: str, retry_of: UUID | None = None) -> JobRow:
        """The job of this request; the one made before when the key was used for the same request.

        Raises PhotoNotFound, IdempotencyKeyReused, MaskNotFound, MaskDoesNotFit, NotInPlan, PriceChanged,
        DailyLimitReached, InsufficientCredits, AccountInDebt, and what Admission and `combining` raise.
        """
        with span("submit"):
            return await self._submit(user, wanted, key=key, retry_of=retry_of)

    async def _submit(self, user: User, wanted: Wanted, *, key: str, retry_of: UUID | None) -> JobRow:
        async with self._db.transaction() as tx:
            await one_at_a_time(tx, user)
            mine = select(JobRow).where(JobRow.owner_id == user.id)
            if (known := await tx.scalar(mine.where(JobRow.idempotency_key == key))) is not None:
                if known.request_hash != wanted.fingerprint():
                    raise IdempotencyKeyReused("This Idempotency-Key was used for another request. Make a new key.")
                return known
            return await self.submit_within(tx, user, wanted, key=key, retry_of=retry_of)

    async def submit_within(
        self, tx: Transaction, user: User, wanted: Wanted, *, key: str, retry_of: UUID | None = None
    ) -> JobRow:
        """A new job under a new key, in a transaction that has `one_at_a_time`. Raises what `submit` does."""
        combining.check(wanted.operation, wanted.photo_id, wanted.options)
        photo = await self._admit(tx, user, wanted)
        job = self._new_job(user, wanted, key=key, retry_of=retry_of)
        job.corners = {"corners": corners_of(photo).to_json()}
        quote = self._charges.quote(user, photo, wanted.operation, wanted.options)
        if quote is not None:
            check_price(quote.most, wanted.max_price)
        await self._charges.reserve(tx, user, job, quote)
        tx.add(job)
        await tx.flush()
        tx.add_all(_further(job.id, wanted.options))
        await note_job(tx, photo.id, job_id=job.id, status=Status.QUEUED)
        turn = Turn(self._charges.priority(user), owner=user.id, kind=kind_of(wanted.operation))
        await self._queue.enqueue(tx, RUN, {"job_id": str(job.id)}, key=task_key(job.id), turn=turn)
        once_committed(tx, metrics.JOBS_SUBMITTED.labels(wanted.operation.value).inc)
        return job

    async def get(self, owner: UUID, job_id: UUID) -> JobRow:
        """One job. Raises JobNotFound."""
        async with self._db.reading() as tx:
            return await owned_job(tx, owner, job_id)

    async def page(self, owner: UUID, wanted: Filter, *, limit: int, cursor: str | None) -> Sequence[JobRow]:
        """At most `limit` jobs of an owner, newest first, after `cursor`. Raises BadCursor."""
        mine = select(JobRow).where(JobRow.owner_id == owner)
        query = mine.order_by(JobRow.created_at.desc(), JobRow.id.desc()).limit(limit)
        if wanted.photo_id is not None:
            among = select(JobPhotoRow.job_id).where(JobPhotoRow.photo_id == wanted.photo_id)
            query = query.where(or_(JobRow.photo_id == wanted.photo_id, JobRow.id.in_(among)))
        if wanted.status is not None:
            query = query.where(JobRow.status == wanted.status)
        if cursor is not None:
            query = query.where(tuple_(JobRow.created_at, JobRow.id) < tuple_(*decode_cursor(cursor)))
        async with self._db.reading() as tx:
            return (await tx.scalars(query)).all()

    async def cancel(self, owner: UUID, job_id: UUID) -> JobRow:
        """Stop a job; what was set aside for it goes back. Raises JobNotFound, JobAlreadyEnded."""
        async with self._db.transaction() as tx:
            job = await owned_job(tx, owner, job_id)
            advance(Status(job.status), Event.CANCEL)
            await self._endings.end(tx, job, Event.CANCEL)
            await tx.refresh(job)
        await self._events.publish(topic(job_id), Event.CANCEL)
        return job

    async def retry(self, user: User, job_id: UUID, *, key: str) -> JobRow:
        """A new job like one that failed or was canceled: the same operation, options, mask and hints.

        Raises JobNotFound, JobNotRetryable and the errors of `submit`.
        """
        job = await self.get(user.id, job_id)
        if job.status not in (Status.FAILED, Status.CANCELED):
            raise JobNotRetryable("Only a job that failed or was canceled can be run again. Start a new one instead.")
        async with self._db.reading() as tx:
            if await veiled(tx, [job_id]):
                raise JobNotRetryable("It is part of a blind bake-off. Choose the best of the others first.")
        wanted = Wanted(job.photo_id, Operation(job.operation), Options.from_json(job.options))
        return await self.submit(user, wanted, key=key, retry_of=job_id)

    async def _admit(self, tx: Transaction, user: User, wanted: Wanted) -> PhotoRow:
        """The first photo of a request that may become a job. Raises what `submit` does."""
        if self._admission is not None:
            self._admission.check(wanted.operation, wanted.options)
        self._charges.check_plan(user, wanted.operation)
        photo = await owned_photo(tx, user.id, wanted.photo_id)
        for further in wanted.options.photos:
            await owned_photo(tx, user.id, further)
        if wanted.options.mask_id is not None:
            await check_mask(tx, wanted.options.mask_id, photo)
        return photo

    def _new_job(self, user: User, wanted: Wanted, *, key: str, retry_of: UUID | None) -> JobRow:
        return JobRow(
            id=self._clock.new_id(), owner_id=user.id, photo_id=wanted.photo_id, operation=wanted.operation.value,
            options=wanted.options.to_json(), status=Status.QUEUED.value, stage=Stage.WAITING.value, progress=0.0,
            claim=0, revision=1, created_at=self._clock.now(), started_at=None, ended_at=None, idempotency_key=key,
            request_hash=wanted.fingerprint(), retry_of=retry_of, error=None, result=None, quote=None,
            hold_id=None, charged=None,
        )  # fmt: skip


async def one_at_a_time(tx: Transaction, user: User) -> None:
    """From now on everything that one person asks for waits: the same key, the limit of the day."""
    await tx.execute(select(UserRow.id).where(UserRow.id == user.id).with_for_update())


def check_price(most: int, max_price: int | None) -> None:
    """Raise PriceChanged where something costs more than whoever asks has seen."""
    if max_price is not None and most > max_price:
        raise PriceChanged("The price is now higher than the one you saw. Look at it again, then start once more.")


def _further(job_id: UUID, options: Options) -> list[JobPhotoRow]:
    return [
        JobPhotoRow(job_id=job_id, photo_id=photo_id, position=position)
        for position, photo_id in enumerate(options.photos, start=1)
    ]


def topic(job_id: UUID) -> str:
    """The topic on which changes of a job are told."""
    return f"job:{job_id}"


def task_key(job_id: UUID) -> str:
    """The key of the task that runs a job: a job has one at a time."""
    return f"job:{job_id}"


async def owned_job(tx: Transaction, owner: UUID, job_id: UUID) -> JobRow:
    """One job of an owner. Raises JobNotFound, also for a job of somebody else."""
    job = await tx.scalar(select(JobRow).where(JobRow.owner_id == owner, JobRow.id == job_id))
    if job is None:
        raise JobNotFound("There is no such job. Its photo may have been deleted.")
    return job
