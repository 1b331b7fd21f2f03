"""What may still be charged for the attempts that are under way: money that budgets must count as gone."""

from collections.abc import Sequence

from sqlalchemy import select

from rekindle.accounts.tables import UserRow
from rekindle.infra.db.database import Transaction
from rekindle.jobs.notebook import OPEN
from rekindle.jobs.tables import AttemptRow, JobRow
from rekindle.spending.service import Commitments, UnderWay


class AttemptsUnderWay(Commitments):
    """Attempts that have begun and not ended, each with its estimate."""

    async def under_way(self, tx: Transaction) -> Sequence[UnderWay]:
        """Those that have a price."""
        query = (
            select(AttemptRow.provider, UserRow.plan, JobRow.owner_id, AttemptRow.estimate)
            .join(JobRow, JobRow.id == AttemptRow.job_id)
            .join(UserRow, UserRow.id == JobRow.owner_id)
            .where(AttemptRow.status.in_(OPEN), AttemptRow.estimate > 0)
        )
        return [UnderWay(*row) for row in (await tx.execute(query))]
