"""The story of a job: who was considered and why, who was asked, and what came of it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database
from rekindle.jobs.service import owned_job
from rekindle.jobs.tables import AttemptRow
from rekindle.jobs.veil import veiled

MOST_CONSIDERED = 60
"""Models that a story names: a catalogue of many must not make every job large."""


class Stories:
    """Tells what was decided for a job."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, owner: UUID, job_id: UUID, *, details: bool) -> Json:
        """The story of a job, with what providers said word for word if `details`; nothing of a job
        of which is not to be known yet who did it. Raises JobNotFound.
        """
        async with self._db.reading() as tx:
            job = await owned_job(tx, owner, job_id)
            mine = select(AttemptRow).where(AttemptRow.job_id == job_id).order_by(AttemptRow.number)
            attempts = (await tx.scalars(mine)).all()
            hidden = await veiled(tx, [job_id])
        if hidden:
            return {"considered": [], "attempts": [], "words": None}
        considered: list[Json] = [] if job.ranking is None else job.ranking["considered"]
        return {"considered": considered, "attempts": _told(attempts, details=details), "words": job.words}


def _told(attempts: Sequence[AttemptRow], *, details: bool) -> list[Json]:
    return [
        {
            "number": row.number, "provider": row.provider, "model": row.model, "status": row.status,
            "started_at": row.started_at, "ended_at": row.ended_at,
            "seconds": None if row.ended_at is None else (row.ended_at - row.started_at).total_seconds(),
            "cost": row.cost,
            "error": None if row.error is None else {"code": row.error["code"], "message": row.error["message"]},
            "detail": row.error.get("detail") if details and row.error is not None else None,
        }
        for row in attempts
    ]  # fmt: skip
