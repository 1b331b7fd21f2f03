"""Reports and flags as things that people own: they go with their photos, and are written out with them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, update

from rekindle.accounts.belongings import Belongings, OwnedFile
from rekindle.accounts.tables import UserRow
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.photos.flag_tables import FlagRow, ReportRow

AT_A_TIME = 200
TABLES = (FlagRow, ReportRow)


@dataclass(frozen=True, slots=True)
class OwnReports(Belongings):
    """What somebody reported, and what was flagged of their photos."""

    db: Database

    async def hand_over(self, tx: Transaction, from_id: UUID, to_id: UUID) -> None:
        """Give all of it to somebody else, with the photos."""
        for table in TABLES:
            await tx.execute(update(table).where(table.owner_id == from_id).values(owner_id=to_id))

    async def remove(self, owner_id: UUID) -> None:
        """Delete all of it, should any be left when the photos have gone."""
        async with self.db.transaction() as tx:
            for table in TABLES:
                await tx.execute(delete(table).where(table.owner_id == owner_id))

    async def left_behind(self) -> Sequence[UUID]:
        """Those who left while this was cut off."""
        gone = select(UserRow.id).where(UserRow.deleted_at.is_not(None))
        query = select(FlagRow.owner_id).where(FlagRow.owner_id.in_(gone))
        more = select(ReportRow.owner_id).where(ReportRow.owner_id.in_(gone))
        async with self.db.reading() as tx:
            return (await tx.scalars(query.union(more).limit(AT_A_TIME))).all()

    def sections(self, owner_id: UUID) -> Mapping[str, AsyncIterator[Json]]:
        """What was said and flagged, and what became of it."""
        return {"reports": self._reports(owner_id), "flags": self._flags(owner_id)}

    async def files(self, owner_id: UUID) -> AsyncIterator[OwnedFile]:
        """None: they are words."""
        for nothing in ():
            yield nothing

    async def _reports(self, owner_id: UUID) -> AsyncIterator[Json]:
        async with self.db.reading() as tx:
            rows = (await tx.scalars(select(ReportRow).where(ReportRow.owner_id == owner_id))).all()
        for row in rows:
            yield {
                "id": row.id, "photo_id": row.photo_id, "rendition_id": row.rendition_id, "reason": row.reason,
                "text": row.text, "created_at": row.created_at.isoformat(),
            }  # fmt: skip

    async def _flags(self, owner_id: UUID) -> AsyncIterator[Json]:
        async with self.db.reading() as tx:
            rows = (await tx.scalars(select(FlagRow).where(FlagRow.owner_id == owner_id))).all()
        for row in rows:
            yield {
                "id": row.id, "photo_id": row.photo_id, "rendition_id": row.rendition_id, "job_id": row.job_id,
                "stage": row.stage, "reason": row.reason, "score": row.score, "status": row.status,
                "created_at": row.created_at.isoformat(),
                "decided_at": row.decided_at and row.decided_at.isoformat(),
            }  # fmt: skip
