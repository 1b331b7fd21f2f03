"""Bake-offs and choices as things that people own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import String, cast, delete, select, update
from sqlalchemy.orm import aliased

from rekindle.accounts.belongings import Belongings, OwnedFile
from rekindle.accounts.tables import UserRow
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.jobs.bakeoff_tables import BakeoffRow, ContenderRow, FavouriteRow

AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class OwnBakeoffs(Belongings):
    """Comparisons, which go with their photos, and who is asked first."""

    db: Database

    async def hand_over(self, tx: Transaction, from_id: UUID, to_id: UUID) -> None:
        """Give all of it to somebody else. What they chose themselves stays as it is."""
        theirs = aliased(BakeoffRow)
        taken = select(theirs.idempotency_key).where(theirs.owner_id == to_id)
        mine = update(BakeoffRow).where(BakeoffRow.owner_id == from_id)
        renamed = BakeoffRow.idempotency_key + "/" + cast(BakeoffRow.id, String)
        await tx.execute(mine.where(BakeoffRow.idempotency_key.in_(taken)).values(idempotency_key=renamed), _PLAINLY)
        await tx.execute(mine.values(owner_id=to_id), _PLAINLY)
        favoured = aliased(FavouriteRow)
        chosen = select(favoured.operation).where(favoured.owner_id == to_id)
        first = FavouriteRow.owner_id == from_id
        await tx.execute(delete(FavouriteRow).where(first, FavouriteRow.operation.in_(chosen)), _PLAINLY)
        await tx.execute(update(FavouriteRow).where(first).values(owner_id=to_id), _PLAINLY)

    async def remove(self, owner_id: UUID) -> None:
        """Forget who was chosen; the comparisons themselves went with their photos."""
        async with self.db.transaction() as tx:
            await tx.execute(delete(FavouriteRow).where(FavouriteRow.owner_id == owner_id))

    async def left_behind(self) -> Sequence[UUID]:
        """Those who left while this was cut off."""
        gone = select(UserRow.id).where(UserRow.deleted_at.is_not(None))
        query = select(FavouriteRow.owner_id).where(FavouriteRow.owner_id.in_(gone)).distinct().limit(AT_A_TIME)
        async with self.db.reading() as tx:
            return (await tx.scalars(query)).all()

    def sections(self, owner_id: UUID) -> Mapping[str, AsyncIterator[Json]]:
        """What was compared, and what was chosen."""
        return {"bakeoffs": self._bakeoffs(owner_id), "favourites": self._favourites(owner_id)}

    async def files(self, owner_id: UUID) -> AsyncIterator[OwnedFile]:
        """None: results are files of photos."""
        for nothing in ():
            yield nothing

    async def _bakeoffs(self, owner_id: UUID) -> AsyncIterator[Json]:
        mine = select(BakeoffRow).where(BakeoffRow.owner_id == owner_id).order_by(BakeoffRow.id).limit(AT_A_TIME)
        page = mine
        while True:
            async with self.db.reading() as tx:
                rows = (await tx.scalars(page)).all()
                among = select(ContenderRow).where(ContenderRow.bakeoff_id.in_([row.id for row in rows]))
                entries = (await tx.scalars(among.order_by(ContenderRow.position))).all()
            for row in rows:
                yield _facts(row, [each for each in entries if each.bakeoff_id == row.id])
            if len(rows) < AT_A_TIME:
                return
            page = mine.where(BakeoffRow.id > rows[-1].id)

    async def _favourites(self, owner_id: UUID) -> AsyncIterator[Json]:
        query = select(FavouriteRow).where(FavouriteRow.owner_id == owner_id).order_by(FavouriteRow.operation)
        async with self.db.reading() as tx:
            rows = (await tx.scalars(query)).all()
        for row in rows:
            yield {
                "operation": row.operation, "provider": row.provider, "model": row.model,
                "chosen_at": row.chosen_at.isoformat(),
            }  # fmt: skip


_PLAINLY = {"synchronize_session": False}


def _facts(row: BakeoffRow, entries: Sequence[ContenderRow]) -> Json:
    return {
        "id": row.id, "photo_id": row.photo_id, "operation": row.operation, "options": row.options,
        "blind": row.blind, "created_at": row.created_at.isoformat(),
        "chosen_at": row.chosen_at and row.chosen_at.isoformat(), "chosen_job_id": row.chosen_job_id,
        "candidates": [{"job_id": each.job_id, "provider": each.provider, "model": each.model} for each in entries],
    }  # fmt: skip
