"""A worker's claim to a job: all that it writes depends on the claim, so a worker that froze changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, update
from sqlalchemy.sql.dml import ReturningUpdate

from rekindle.clock import Clock
from rekindle.infra.db.database import Database
from rekindle.infra.events.port import Events
from rekindle.jobs.lifecycle import Event, Stage, Status, may_become, overall
from rekindle.jobs.service import topic
from rekindle.jobs.tables import JobRow, StageRow
from rekindle.photos.service import note_job, photo_by_id
from rekindle.photos.tables import PhotoRow

TICK = 0.4
"""Seconds between two writes of progress."""


class TakenOver(Exception):
    """The job ended, was deleted, or belongs to another worker now: stop, and write nothing more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker runs, as it was when it was taken up, and its photo."""

    job: JobRow
    photo: PhotoRow
    number: int
    started_at: datetime


class Meter:
    """Collects progress from wherever the work is done; written down at intervals by `Claims.reporting`."""

    def __init__(self) -> None:
        self.stage = Stage.WAITING
        self.fraction = 0.0

    def __call__(self, word: str, fraction: float) -> None:
        self.fraction = max(self.fraction, min(fraction, 1.0))


class Claims:
    """Takes jobs up and writes down how far they are."""

    def __init__(self, db: Database, events: Events, *, clock: Clock) -> None:
        self._db = db
        self._events = events
        self._clock = clock

    def words(self, job_id: UUID) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """What is told about a job from now on."""
        return self._events.listen(topic(job_id))

    async def start(self, job_id: UUID) -> Claim | None:
        """Take a job up, also one that another worker left running. None when it is gone or has ended."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            taken = await tx.execute(
                update(JobRow)
                .where(JobRow.id == job_id, JobRow.status.in_(may_become(Event.START)))
                .values(status=Status.RUNNING, claim=JobRow.claim + 1, revision=JobRow.revision + 1, started_at=now)
                .returning(JobRow.id)
            )
            if taken.first() is None or (job := await tx.get(JobRow, job_id, populate_existing=True)) is None:
                return None
            await note_job(tx, job.photo_id, job_id=job.id, status=Status.RUNNING)
            claim = Claim(job, await photo_by_id(tx, job.photo_id), job.claim, now)
        await self._tell(claim)
        return claim

    async def reach(self, claim: Claim, stage: Stage) -> None:
        """Write down that a stage begins. Raises TakenOver."""
        async with self._db.transaction() as tx:
            changed = await tx.execute(self._mine(claim, {"stage": stage, "progress": overall(stage, 0.0)}))
            if changed.first() is None:
                raise TakenOver
            tx.add(
                StageRow(
                    id=self._clock.new_id(), job_id=claim.job.id, claim=claim.number, stage=stage,
                    at=self._clock.now(), ended=None,
                )
            )  # fmt: skip
        await self._tell(claim)

    async def reporting(self, claim: Claim, meter: Meter) -> None:
        """Write the meter down while it moves, for ever. Raises TakenOver."""
        written = -1.0
        while True:
            await asyncio.sleep(TICK)
            progress = overall(meter.stage, meter.fraction)
            async with self._db.transaction() as tx:
                # A stage may have begun since the meter was read, and progress never falls.
                further = case((JobRow.progress < progress, progress), else_=JobRow.progress)
                changed = await tx.execute(self._mine(claim, {"progress": further} if progress > written else {}))
                if changed.first() is None:
                    raise TakenOver
            if progress > written:
                written = progress
                await self._tell(claim)

    def _mine(self, claim: Claim, values: Mapping[str, object]) -> ReturningUpdate[UUID]:
        return (
            update(JobRow)
            .where(JobRow.id == claim.job.id, JobRow.claim == claim.number, JobRow.status == Status.RUNNING)
            .values(revision=JobRow.revision + int(bool(values)), **values)
            .returning(JobRow.id)
        )

    async def _tell(self, claim: Claim) -> None:
        await self._events.publish(topic(claim.job.id), "progress")
