"""Alerts: what operators are told once, and what one of them said he saw."""

from collections.abc import Sequence
from typing import ClassVar, Literal
from uuid import UUID

from sqlalchemy import select

from rekindle.clock import Clock
from rekindle.errors import NotFound
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.spending.tables import AlertRow

Severity = Literal["info", "warning", "critical"]


class AlertNotFound(NotFound):
    code: ClassVar[str] = "alert_not_found"
    title: ClassVar[str] = "There is no such alert"


class Alerts:
    """Told once each, by their subject."""

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def tell(self, tx: Transaction, subject: str, text: str, *, severity: Severity = "warning") -> bool:
        """Write an alert down unless there was one on this subject; whether it is new."""
        new = insert_into(tx, AlertRow).values(
            id=self._clock.new_id(), subject=subject, severity=severity, text=text, at=self._clock.now(),
            acknowledged_at=None, acknowledged_by=None,
        )  # fmt: skip
        told = await tx.execute(new.on_conflict_do_nothing().returning(AlertRow.id))
        return told.first() is not None

    async def listed(self, *, limit: int, unseen: bool) -> Sequence[AlertRow]:
        """The newest alerts, or of those nobody acknowledged."""
        query = select(AlertRow).order_by(AlertRow.at.desc(), AlertRow.id.desc()).limit(limit)
        if unseen:
            query = query.where(AlertRow.acknowledged_at.is_(None))
        async with self._db.reading() as tx:
            return (await tx.scalars(query)).all()

    async def acknowledge(self, alert_id: UUID, *, by: UUID) -> AlertRow:
        """Say that somebody saw it; the first one stays. Raises AlertNotFound."""
        async with self._db.transaction() as tx:
            row = await tx.get(AlertRow, alert_id)
            if row is None:
                raise AlertNotFound("There is no such alert.")
            if row.acknowledged_at is None:
                row.acknowledged_at, row.acknowledged_by = self._clock.now(), by
        return row
