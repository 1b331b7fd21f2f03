"""Watching a job: its state whenever it changes, until it has ended."""

from collections.abc import AsyncIterator
from uuid import UUID

from rekindle.infra.events.port import Events
from rekindle.jobs.lifecycle import Status
from rekindle.jobs.racing import next_within
from rekindle.jobs.service import JobNotFound, Jobs, topic
from rekindle.jobs.tables import JobRow

LOOK_AGAIN = 5.0
"""Seconds after which the job is looked at without having been told: a notice can be lost, the truth cannot."""


class Watching:
    """Follows jobs through notices, and through the database where a notice got lost."""

    def __init__(self, jobs: Jobs, events: Events) -> None:
        self._jobs = jobs
        self._events = events

    async def follow(self, owner: UUID, job_id: UUID, *, seen: int) -> AsyncIterator[JobRow]:
        """The job now, unless its revision is `seen`, and at each change; ends with the job, or when it is deleted."""
        async with self._events.listen(topic(job_id)) as words:
            while True:
                try:
                    job = await self._jobs.get(owner, job_id)
                except JobNotFound:
                    return
                if job.revision > seen:
                    seen = job.revision
                    yield job
                if Status(job.status).ended:
                    return
                await next_within(words, LOOK_AGAIN)
