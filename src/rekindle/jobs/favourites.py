"""Whom people chose before: asked first for all of their photos, as long as they have no choice of their own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from rekindle.infra.db.database import Database, Transaction
from rekindle.jobs.bakeoff_tables import FavouriteRow
from rekindle.providers.asking import Key
from rekindle.treatments.operations import Operation


async def favourite_of(tx: Transaction, owner: UUID, operation: Operation) -> Key | None:
    """The provider and the model that somebody chose last for an operation."""
    row = await tx.get(FavouriteRow, (owner, operation.value))
    return None if row is None else (row.provider, row.model)


async def remember(tx: Transaction, owner: UUID, operation: Operation, chosen: Key, *, at: datetime) -> None:
    """Somebody has chosen; an earlier choice for the operation is forgotten."""
    provider, model = chosen
    row = await tx.get(FavouriteRow, (owner, operation.value))
    if row is None:
        row = FavouriteRow(owner_id=owner, operation=operation.value)
        tx.add(row)
    row.provider, row.model, row.chosen_at = provider, model, at


async def take_back(tx: Transaction, owner: UUID, operation: Operation, *, at: datetime) -> None:
    """Forget the choice that was made at this moment, unless there was another one since then."""
    mine = delete(FavouriteRow).where(FavouriteRow.owner_id == owner, FavouriteRow.operation == operation.value)
    await tx.execute(mine.where(FavouriteRow.chosen_at == at))


class Favourites:
    """What somebody chose, for each operation."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def all(self, owner: UUID) -> Sequence[FavouriteRow]:
        """One for each operation that there was a choice for, in the order of their names."""
        query = select(FavouriteRow).where(FavouriteRow.owner_id == owner).order_by(FavouriteRow.operation)
        async with self._db.reading() as tx:
            return (await tx.scalars(query)).all()

    async def forget(self, owner: UUID, operation: Operation | None) -> None:
        """Forget the choice for an operation, or all of them; there need not be any."""
        mine = delete(FavouriteRow).where(FavouriteRow.owner_id == owner)
        if operation is not None:
            mine = mine.where(FavouriteRow.operation == operation.value)
        async with self._db.transaction() as tx:
            await tx.execute(mine)
