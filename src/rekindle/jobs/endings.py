"""How a job comes to its end: once, and with its credits taken or given back in the same transaction."""

import logging
from uuid import UUID

from sqlalchemy import select, update

from rekindle.clock import Clock
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Transaction
from rekindle.infra.observing import metrics
from rekindle.infra.observing.counting import once_committed
from rekindle.jobs.charges import Charges
from rekindle.jobs.lifecycle import ENDED, Event, Stage, Status, advance, may_become
from rekindle.jobs.tables import JobPhotoRow, JobRow, StageRow
from rekindle.photos.service import note_job

log = logging.getLogger(__name__)

PHOTO_DELETED: Json = {
    "code": "photo_deleted",
    "message": "One of its photos was deleted, so the job was stopped. Nothing was charged.",
}


class Endings:
    """Ends jobs."""

    def __init__(self, charges: Charges, *, clock: Clock) -> None:
        self.charges = charges
        self._clock = clock

    async def end(
        self, tx: Transaction, job: JobRow, event: Event, *, result: Json | None = None, error: Json | None = None
    ) -> bool:
        """Write down how a job ended, unless it has ended already or belongs to a later claim: then False.

        The condition is in the statement, so it also holds where writers overlap.
        """
        status, now = advance(Status(job.status), event), self._clock.now()
        done = {"stage": Stage.DONE, "progress": 1.0} if event is Event.SUCCEED else {}
        outcome = {name: value for name, value in (("result", result), ("error", error)) if value is not None}
        changed = await tx.scalars(
            update(JobRow)
            .where(JobRow.id == job.id, JobRow.claim == job.claim, JobRow.status.in_(may_become(event)))
            .values(status=status, ended_at=now, revision=JobRow.revision + 1, **done, **outcome)
            .returning(JobRow)
            .execution_options(populate_existing=True)
        )
        if (ended := changed.one_or_none()) is None:
            return False
        tx.add(
            StageRow(id=self._clock.new_id(), job_id=job.id, claim=job.claim, stage=status, at=now, ended=job.id)
        )  # fmt: skip
        await self.charges.settle(tx, ended, result)
        await note_job(tx, job.photo_id, job_id=job.id, status=status)
        once_committed(tx, lambda: _told(ended))
        return True

    async def stop_without(self, tx: Transaction, photo_id: UUID) -> None:
        """A photo is deleted: cancel the jobs that take it beside their first one, and give back what is set aside."""
        taking = select(JobPhotoRow.job_id).where(JobPhotoRow.photo_id == photo_id)
        query = select(JobRow).where(JobRow.id.in_(taking), JobRow.status.not_in(ENDED)).with_for_update()
        for job in (await tx.scalars(query)).all():
            await self.end(tx, job, Event.CANCEL, error=PHOTO_DELETED)


def _told(job: JobRow) -> None:
    """Count the end of a job, and write a line for it."""
    metrics.JOBS_ENDED.labels(job.operation, job.status).inc()
    seconds = 0.0 if job.ended_at is None else (job.ended_at - job.created_at).total_seconds()
    metrics.JOB_SECONDS.labels(job.operation, job.status).observe(max(0.0, seconds))
    failed = job.status == Status.FAILED
    facts = {"job_id": str(job.id), "operation": job.operation, "status": job.status, "seconds": round(seconds, 3)}
    if job.error is not None:
        facts["code"] = job.error["code"]
    log.log(logging.WARNING if failed else logging.INFO, "a job ended: %s", job.status, extra=facts)
