"""Jobs as things that people own: they follow their photos, and so does what counts for a day."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import String, cast, delete, select, update
from sqlalchemy.orm import aliased

from rekindle.accounts.belongings import Belongings, OwnedFile
from rekindle.accounts.tables import UserRow
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.jobs.charges import count_jobs
from rekindle.jobs.tables import DayRow, EgressRow, JobRow

AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class OwnJobs(Belongings):
    """Jobs, and how many there were each day."""

    db: Database

    async def hand_over(self, tx: Transaction, from_id: UUID, to_id: UUID) -> None:
        """Give all jobs to somebody else. A key that both have used stays with whoever gets them."""
        theirs = aliased(JobRow)
        taken = select(theirs.idempotency_key).where(theirs.owner_id == to_id)
        mine = update(JobRow).where(JobRow.owner_id == from_id)
        renamed = JobRow.idempotency_key + "/" + cast(JobRow.id, String)
        await tx.execute(mine.where(JobRow.idempotency_key.in_(taken)).values(idempotency_key=renamed), _PLAINLY)
        await tx.execute(mine.values(owner_id=to_id), _PLAINLY)
        await tx.execute(update(EgressRow).where(EgressRow.owner_id == from_id).values(owner_id=to_id), _PLAINLY)
        for row in (await tx.scalars(select(DayRow).where(DayRow.owner_id == from_id))).all():
            await count_jobs(tx, to_id, row.day, row.jobs)
        await self._forget_days(tx, from_id)

    async def remove(self, owner_id: UUID) -> None:
        """Forget how many there were each day; the jobs themselves went with their photos."""
        async with self.db.transaction() as tx:
            await self._forget_days(tx, owner_id)

    async def left_behind(self) -> Sequence[UUID]:
        """Those who left while this was cut off."""
        gone = select(UserRow.id).where(UserRow.deleted_at.is_not(None))
        query = select(DayRow.owner_id).where(DayRow.owner_id.in_(gone)).distinct().limit(AT_A_TIME)
        async with self.db.reading() as tx:
            return (await tx.scalars(query)).all()

    def sections(self, owner_id: UUID) -> Mapping[str, AsyncIterator[Json]]:
        """What was asked for, and what came of it."""
        return {"jobs": self._jobs(owner_id), "egress": self._egress(owner_id)}

    async def files(self, owner_id: UUID) -> AsyncIterator[OwnedFile]:
        """None: results are files of photos."""
        for nothing in ():
            yield nothing

    async def _jobs(self, owner_id: UUID) -> AsyncIterator[Json]:
        mine = select(JobRow).where(JobRow.owner_id == owner_id).order_by(JobRow.id).limit(AT_A_TIME)
        page = mine
        while True:
            async with self.db.reading() as tx:
                rows = (await tx.scalars(page)).all()
            for row in rows:
                yield _facts(row)
            if len(rows) < AT_A_TIME:
                return
            page = mine.where(JobRow.id > rows[-1].id)

    async def _egress(self, owner_id: UUID) -> AsyncIterator[Json]:
        """What left this machine, and to whom."""
        mine = select(EgressRow).where(EgressRow.owner_id == owner_id).order_by(EgressRow.id).limit(AT_A_TIME)
        page = mine
        while True:
            async with self.db.reading() as tx:
                rows = (await tx.scalars(page)).all()
            for row in rows:
                yield {
                    "at": row.at.isoformat(), "photo_id": row.photo_id, "job_id": row.job_id, "attempt": row.attempt,
                    "provider": row.provider, "host": row.host, "bytes": row.bytes,
                }  # fmt: skip
            if len(rows) < AT_A_TIME:
                return
            page = mine.where(EgressRow.id > rows[-1].id)

    async def _forget_days(self, tx: Transaction, owner_id: UUID) -> None:
        await tx.execute(delete(DayRow).where(DayRow.owner_id == owner_id))


_PLAINLY = {"synchronize_session": False}


def _facts(row: JobRow) -> Json:
    # What it cost us is no fact about them.
    result = row.result and {name: value for name, value in row.result.items() if name != "cost"}
    price = None if row.quote is None else {"most": row.quote["most"], "charged": row.charged}
    return {
        "id": row.id, "photo_id": row.photo_id, "operation": row.operation, "options": row.options,
        "status": row.status, "created_at": row.created_at.isoformat(),
        "ended_at": row.ended_at and row.ended_at.isoformat(), "error": row.error, "result": result,
        "price": price, "words": row.words and row.words["prompt"],
    }  # fmt: skip
