"""A worker's claim to a job: all that it writes depends on the claim, so a worker that froze changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from rekindle.accounts.tables import UserRow
from rekindle.clock import Clock
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.events.port import Events
from rekindle.jobs.lifecycle import Event, Stage, Status, may_become, overall
from rekindle.jobs.service import topic
from rekindle.jobs.tables import JobRow, StageRow
from rekindle.photos.service import note_job, photo_by_id
from rekindle.photos.tables import PhotoRow

TICK, LONGEST_TICK = 0.4, 15.0
"""Seconds between two writes of progress, and between two looks whether the job is still ours while nothing moves."""


class TakenOver(Exception):
    """The job ended, was deleted, or belongs to another worker now: stop, and write nothing more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker runs, as it was when it was taken up, its photo, and the plan of its owner."""

    job: JobRow
    photo: PhotoRow
    number: int
    started_at: datetime
    plan: str


class Meter:
    """Collects progress from wherever the work is done; written down at intervals by `Claims.reporting`."""

    def __init__(self) -> None:
        self.stage = Stage.WAITING
        self.fraction = 0.0
        self._moved = asyncio.Event()

    def __call__(self, word: str, fraction: float) -> None:
        self.fraction = max(self.fraction, min(fraction, 1.0))
        self._moved.set()

    def reach(self, stage: Stage) -> None:
        """A stage begins."""
        self.stage, self.fraction = stage, 0.0
        self._moved.set()

    async def moved(self, seconds: float) -> None:
        """Wait until it has moved, at least `TICK` and at most `seconds`."""
        await asyncio.sleep(TICK)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds - TICK):
                await self._moved.wait()
        self._moved.clear()


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
            claim = Claim(job, await photo_by_id(tx, job.photo_id), job.claim, now, await plan_of(tx, job))
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

    async def photos(self, photo_ids: Sequence[UUID]) -> Sequence[PhotoRow]:
        """These photos, in this order. Raises PhotoNotFound."""
        async with self._db.reading() as tx:
            return [await photo_by_id(tx, photo_id) for photo_id in photo_ids]

    async def reporting(self, claim: Claim, meter: Meter) -> None:
        """Write the meter down while it moves, for ever; the longer it stands still the seldomer. Raises TakenOver."""
        written, pause = -1.0, TICK
        while True:
            await meter.moved(pause)
            pause = min(pause * 1.5, LONGEST_TICK)
            progress = overall(meter.stage, meter.fraction)
            if progress <= written:
                # Many jobs wait at once: a look that changes nothing keeps nobody from writing.
                await self._still_ours(claim)
                continue
            async with self._db.transaction() as tx:
                # A stage may have begun since the meter was read, and progress never falls.
                further = case((JobRow.progress < progress, progress), else_=JobRow.progress)
                changed = await tx.execute(self._mine(claim, {"progress": further}))
                if changed.first() is None:
                    raise TakenOver
            written, pause = progress, TICK
            await self._tell(claim)

    async def _still_ours(self, claim: Claim) -> None:
        """Raise TakenOver unless the job goes on, and is of this claim."""
        mine = select(JobRow.id).where(
            JobRow.id == claim.job.id, JobRow.claim == claim.number, JobRow.status == Status.RUNNING
        )
        async with self._db.reading() as tx:
            if await tx.scalar(mine) is None:
                raise TakenOver

    def _mine(self, claim: Claim, values: Mapping[str, object]) -> ReturningUpdate[UUID]:
        return (
            update(JobRow)
            .where(JobRow.id == claim.job.id, JobRow.claim == claim.number, JobRow.status == Status.RUNNING)
            .values(revision=JobRow.revision + 1, **values)
            .returning(JobRow.id)
        )

    async def _tell(self, claim: Claim) -> None:
        await self._events.publish(topic(claim.job.id), "progress")


async def plan_of(tx: Transaction, job: JobRow) -> str:
    """The name of the plan that the owner of a job is on."""
    return await tx.scalar(select(UserRow.plan).where(UserRow.id == job.owner_id)) or ""
