"""What the worker calls, by name."""

import logging
from uuid import UUID

from sqlalchemy import select

from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database
from rekindle.infra.queue.port import Queue
from rekindle.infra.room import no_room
from rekindle.jobs.claims import Claim
from rekindle.jobs.lifecycle import ENDED, Status
from rekindle.jobs.pace import Pace
from rekindle.jobs.runner import Runner
from rekindle.jobs.service import RUN, Jobs, task_key
from rekindle.jobs.tables import JobRow
from rekindle.photos.retention import Retention
from rekindle.photos.service import Photos

log = logging.getLogger(__name__)


class JobTasks:
    """Runs one job; finds those that nobody is going to run."""

    def __init__(
        self,
        runner: Runner,
        jobs: Jobs,
        *,
        photos: Photos,
        pace: Pace,
        retention: Retention,
        max_deliveries: int,
    ) -> None:
        """A job that is handed out more than `max_deliveries` times is ended as failed."""
        self._runner = runner
        self._jobs = jobs
        self._photos = photos
        self._pace = pace
        self._retention = retention
        self._max_deliveries = max_deliveries

    async def run(self, payload: Json, delivery: int) -> None:
        """Run the job `{job_id}`."""
        job_id = UUID(payload["job_id"])
        if delivery > self._max_deliveries:
            await self._runner.give_up(job_id)
            return
        try:
            claim = await self._runner.run(job_id)
        except Exception as error:
            full = no_room(error)
            if full is None:
                log.exception("job %s failed for a reason that nobody foresaw", job_id)
            else:
                log.warning("job %s failed because the disk is full", job_id)
            # A disk too full to write even this down leaves the task where it is: it is put off, and tried again.
            await self._runner.fail(job_id, full)
            return
        if claim is not None:
            await self._after(claim)

    async def _after(self, claim: Claim) -> None:
        job = await self._jobs.get(claim.job.owner_id, claim.job.id)
        if job.status != Status.SUCCEEDED or job.ended_at is None:
            return
        self._pace.learn(claim.photo.width * claim.photo.height, (job.ended_at - claim.started_at).total_seconds())
        # Without a version of its own the original is all that there is of the photo.
        if self._retention.drops_original() and job.result is not None and job.result["rendition_id"] is not None:
            await self._photos.drop_original(claim.photo.id)


async def rescue(db: Database, queue: Queue) -> int:
    """Give a task to every job that has not ended and has none. Returns how many jobs have not ended."""
    async with db.transaction() as tx:
        waiting = (await tx.scalars(select(JobRow.id).where(JobRow.status.not_in(ENDED)))).all()
        for job_id in waiting:
            await queue.enqueue(tx, RUN, {"job_id": str(job_id)}, key=task_key(job_id))
    return len(waiting)
