"""The lengths of jobs are read from those that ended, on both databases, whoever's they are."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from rekindle.accounts.asking import HOME_ID
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import act_for, seeing_everything
from rekindle.jobs.pace import FRESH, Pace, guess
from rekindle.jobs.tables import JobRow
from rekindle.photos.tables import RenditionRow
from tests.factories import HeldClock, database, photo_row
from tests.postgres import postgres_database

Opening = Callable[[Path], AbstractAsyncContextManager[Database]]
MILLION = 1_000_000


@dataclass
class Jobs:
    """A database to which jobs that have ended are added."""

    db: Database
    clock: HeldClock

    async def ended(self, seconds: float, *, status: str = "succeeded", changed: bool = True) -> None:
        """A job with a photo of a megapixel."""
        photo, job_id, began = photo_row(self.clock, width=1000, height=1000), self.clock.new_id(), self.clock.now()
        job = JobRow(
            id=job_id, owner_id=HOME_ID, photo_id=photo.id, operation="restore", options={}, corners={},
            status=status, stage="done", progress=1.0, claim=1, revision=3, created_at=began, started_at=began,
            ended_at=began + timedelta(seconds=seconds), idempotency_key=str(job_id), request_hash="h",
        )  # fmt: skip
        made = RenditionRow(
            id=self.clock.new_id(), photo_id=photo.id, job_id=job_id, created_at=began, operation="restore", version=1,
            width=1000, height=1000, master_key="m", preview_key="p", thumbnail_key="t", before_key="b",
        )  # fmt: skip
        with seeing_everything():
            for row in (photo, job, *([made] if changed else [])):
                async with self.db.transaction() as tx:
                    tx.add(row)


@pytest.fixture(params=[database, postgres_database], ids=["sqlite", "postgres"])
async def jobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Jobs]:
    opening: Opening = request.param
    async with opening(tmp_path) as db:
        yield Jobs(db, HeldClock())


async def test_jobs_that_made_something_tell_how_long_the_next_one_takes(jobs: Jobs) -> None:
    await jobs.ended(40.0)
    await jobs.ended(1.0, changed=False)
    await jobs.ended(2.0, status="failed")
    # Another process ran them, and they are somebody else's.
    act_for(uuid4())
    lengths = await Pace(jobs.db, clock=jobs.clock).lengths()
    assert lengths.expected("restore", MILLION) == pytest.approx(40.0)


async def test_what_is_known_is_looked_up_again_after_a_while(jobs: Jobs) -> None:
    pace = Pace(jobs.db, clock=jobs.clock)
    assert (await pace.lengths()).expected("restore", MILLION) == pytest.approx(guess(MILLION))
    await jobs.ended(40.0)
    assert (await pace.lengths()).expected("restore", MILLION) == pytest.approx(guess(MILLION))
    jobs.clock.advance(seconds=FRESH.total_seconds())
    assert (await pace.lengths()).expected("restore", MILLION) == pytest.approx(40.0)
