"""What the worker calls, by name."""

import logging
from collections.abc import Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from rekindle.errors import Away
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database
from rekindle.infra.observing.context import bind
from rekindle.infra.observing.spans import note
from rekindle.infra.queue.port import Queue, Turn
from rekindle.infra.room import no_room
from rekindle.jobs.claims import Claim
from rekindle.jobs.kinds import kind_of
from rekindle.jobs.lifecycle import ENDED, Status
from rekindle.jobs.runner import Runner
from rekindle.jobs.service import RUN, Jobs, task_key
from rekindle.jobs.tables import JobRow
from rekindle.photos.retention import Retention
from rekindle.photos.service import Photos
from rekindle.treatments.operations import Operation

log = logging.getLogger(__name__)

T = TypeVar("T")

BATCH = 500
"""Jobs that are looked at, or written, at a time."""


class JobTasks:
    """Runs one job; finds those that nobody is going to run."""

    def __init__(
        self,
        runner: Runner,
        jobs: Jobs,
        *,
        photos: Photos,
        retention: Retention,
        max_deliveries: int,
    ) -> None:
        """A job that is handed out more than `max_deliveries` times is ended as failed."""
        self._runner = runner
        self._jobs = jobs
        self._photos = photos
        self._retention = retention
        self._max_deliveries = max_deliveries

    async def run(self, payload: Json, delivery: int) -> None:
        """Run the job `{job_id}`."""
        job_id = UUID(payload["job_id"])
        bind(job_id=job_id)
        note(job_id=job_id)
        if delivery > self._max_deliveries:
            await self._runner.give_up(job_id)
            return
        try:
            claim = await self._runner.run(job_id)
        except Away:
            # Nothing is known to be wrong with the job: it is put off, and goes on from where it is.
            raise
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
        if not self._retention.drops_original():
            return
        job = await self._jobs.get(claim.job.owner_id, claim.job.id)
        # Without a version of its own the original is all that there is of the photo.
        if job.status == Status.SUCCEEDED and job.result is not None and job.result["rendition_id"] is not None:
            await self._photos.drop_original(claim.photo.id)


async def rescue(db: Database, queue: Queue) -> int:
    """Give a task to every job that has not ended and has none. Returns how many jobs have not ended.

    Nobody who wants to write waits for the look; only what is missing is then written.
    """
    async with db.reading() as tx:
        query = select(JobRow.id, JobRow.owner_id, JobRow.operation).where(JobRow.status.not_in(ENDED))
        waiting = [(row[0], row[1], row[2]) for row in await tx.execute(query.order_by(JobRow.created_at))]
        lost: set[str] = set()
        for some in batched([task_key(job_id) for job_id, _, _ in waiting], BATCH):
            lost.update(await queue.missing(tx, some))
    for some in batched([each for each in waiting if task_key(each[0]) in lost], BATCH):
        async with db.transaction() as tx:
            for job_id, owner, operation in some:
                turn = Turn(owner=owner, kind=kind_of(Operation(operation)))
                await queue.enqueue(tx, RUN, {"job_id": str(job_id)}, key=task_key(job_id), turn=turn)
    return len(waiting)


def batched(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The things, so many at a time."""
    return (things[start : start + size] for start in range(0, len(things), size))
