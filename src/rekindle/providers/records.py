"""What all processes know of providers, in one table: read once for many who ask at the same time, changed by one."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from rekindle.infra.db.database import Database, Transaction
from rekindle.providers.health import Health
from rekindle.providers.tables import HealthRow

FRESH_SECONDS = 0.25
"""For so long a process may not see what another one has just written. What it wrote itself it sees at once."""

Key = tuple[str, str, str]
"""A provider, a model and an operation; the last two are empty for the provider as a whole."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one of them. `paused_until`: it asked to be left alone until then."""

    health: Health = field(default_factory=Health)
    paused_until: datetime | None = None

    def pause(self, now: datetime) -> float:
        """Seconds that it still wants to be left alone."""
        return 0.0 if self.paused_until is None else max(0.0, (self.paused_until - now).total_seconds())


NEW = Record()
_NAMES = tuple(Health.__dataclass_fields__)


class Records:
    """The table. What was read is remembered for `fresh` seconds."""

    def __init__(self, db: Database, *, fresh: float = FRESH_SECONDS) -> None:
        self._db = db
        self._fresh = fresh
        self._reading = asyncio.Lock()
        self._known: Mapping[Key, Record] = MappingProxyType({})
        self._old_at = 0.0
        self._changes = 0

    async def known(self) -> Mapping[Key, Record]:
        """Everything."""
        if time.monotonic() < self._old_at:
            return self._known
        async with self._reading:
            if time.monotonic() < self._old_at:
                return self._known
            changes, began = self._changes, time.monotonic()
            async with self._db.reading() as tx:
                rows = (await tx.scalars(select(HealthRow))).all()
            known = {(row.provider, row.model, row.operation): _record(row) for row in rows}
            # Read before something was committed, it is old already.
            if changes == self._changes:
                self._known, self._old_at = known, began + self._fresh
            return known

    async def find(self, tx: Transaction, key: Key) -> Record:
        """The newest: transactions that write come one after the other, so nobody else is at it."""
        return _record(await self._row(tx, key))

    async def change(self, tx: Transaction, key: Key, record: Record) -> None:
        """Write it down; everybody in this process sees it once that is committed."""
        row = await self._row(tx, key)
        for name, value in (*asdict(record.health).items(), ("paused_until", record.paused_until)):
            setattr(row, name, value)
        if self not in tx.info:
            tx.info[self] = True
            event.listen(tx.sync_session, "after_commit", self._forget, once=True)

    async def _row(self, tx: Transaction, key: Key) -> HealthRow:
        row = await tx.get(HealthRow, key)
        if row is None:
            row = HealthRow(provider=key[0], model=key[1], operation=key[2], paused_until=None, **asdict(NEW.health))
            tx.add(row)
            await tx.flush()
        return row

    def _forget(self, _session: Session) -> None:
        self._changes += 1
        self._old_at = 0.0


def _record(row: HealthRow) -> Record:
    return Record(Health(**{name: getattr(row, name) for name in _NAMES}), row.paused_until)
