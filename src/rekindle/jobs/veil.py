"""What is not told of a job of a blind bake-off, until somebody has chosen or there is nothing left to choose from."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from rekindle.infra.db.database import Transaction
from rekindle.jobs.bakeoff_tables import BakeoffRow, ContenderRow
from rekindle.jobs.lifecycle import ENDED, Status
from rekindle.jobs.schemas import JobOut
from rekindle.jobs.tables import JobRow

HIDDEN_FAILURE = "This one did not come to an end."


async def veiled(tx: Transaction, job_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these jobs of which nobody is told who does them."""
    if not job_ids:
        return frozenset()
    mine = select(ContenderRow.bakeoff_id).where(ContenderRow.job_id.in_(job_ids))
    query = (
        select(ContenderRow.bakeoff_id, ContenderRow.job_id, JobRow.status)
        .join(BakeoffRow, BakeoffRow.id == ContenderRow.bakeoff_id)
        .join(JobRow, JobRow.id == ContenderRow.job_id)
        .where(BakeoffRow.blind, BakeoffRow.chosen_at.is_(None), ContenderRow.bakeoff_id.in_(mine))
    )
    rows = (await tx.execute(query)).all()
    undecided = {bakeoff_id for bakeoff_id, _, status in rows if may_be_chosen(status)}
    return frozenset(job_id for bakeoff_id, job_id, _ in rows if bakeoff_id in undecided)


def may_be_chosen(status: str) -> bool:
    """Whether a job has a result that can be chosen, or may still have one."""
    return status == Status.SUCCEEDED or status not in ENDED


def veil(job: JobOut) -> JobOut:
    """A job without anything that tells who does it, or that only one of them could have said, done or cost."""
    options = job.options.model_copy(update={"provider": None, "model": None})
    result = job.result and job.result.model_copy(
        update={
            "provider": None, "provider_title": None, "model": None, "degraded": False, "marks": None,
            "chosen": None, "reason": "", "steps": [], "mask": None,
        }
    )  # fmt: skip
    error = job.error and job.error.model_copy(update={"code": "failed", "message": HIDDEN_FAILURE})
    return job.model_copy(update={"options": options, "result": result, "error": error, "price": None})
