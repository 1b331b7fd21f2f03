"""What providers may still be at work on though nobody waits for it: withdrawn, to cost no more than it must."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from rekindle.clock import Clock
from rekindle.infra.db.database import Database
from rekindle.jobs.attempts import Attempts
from rekindle.jobs.lifecycle import ENDED
from rekindle.jobs.notebook import OPEN
from rekindle.jobs.tables import AttemptRow, JobRow

BATCH = 200

PATIENCE = timedelta(minutes=2)
"""How long after its end a job is left to the worker that ended it."""

_OLDEST = timedelta(days=7)
"""No provider works at anything for longer."""


class Leftovers:
    """Finds attempts that go on though their job has ended: a worker died between the two."""

    def __init__(self, db: Database, attempts: Attempts, *, clock: Clock) -> None:
        self._db = db
        self._attempts = attempts
        self._clock = clock

    async def sweep(self) -> int:
        """Close them, and tell those with a receipt to stop. Returns of how many jobs. Two at once do no harm: each
        attempt is closed, and withdrawn, by one.
        """
        jobs = await self._jobs()
        for job_id in jobs:
            await self._attempts.withdraw(job_id)
        return len(jobs)

    async def _jobs(self) -> Sequence[UUID]:
        now = self._clock.now()
        query = (
            select(JobRow.id)
            .join(AttemptRow, AttemptRow.job_id == JobRow.id)
            .where(
                JobRow.created_at >= now - _OLDEST, JobRow.status.in_(ENDED), JobRow.ended_at <= now - PATIENCE,
                AttemptRow.status.in_(OPEN),
            )
            .distinct()
            .limit(BATCH)
        )  # fmt: skip
        async with self._db.reading() as tx:
            return (await tx.scalars(query)).all()
