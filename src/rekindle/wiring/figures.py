"""Figures that are not counted as they happen: what waits, what is held, and which circuits are open."""

import asyncio
import logging
import time
from contextlib import AbstractAsyncContextManager, nullcontext

from sqlalchemy import func, select

from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.credits.ledger import CREDIT
from rekindle.credits.tables import HoldRow
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.http import Services
from rekindle.infra.observing import metrics
from rekindle.infra.observing.door import door, pages
from rekindle.infra.observing.readiness import Readiness
from rekindle.jobs.lifecycle import Status
from rekindle.jobs.tables import JobRow
from rekindle.providers.health import Circuit
from rekindle.providers.tables import HealthRow

log = logging.getLogger(__name__)

FRESH_SECONDS, LONGEST_SECONDS = 1.0, 3.0
"""For how long a look is good, however many ask; and how long it may take, so that no figure waits for a database."""

_WAITING = (Status.QUEUED, Status.RUNNING)


class Looking:
    """Looks at the database for figures. One that fails leaves the figures as they were, and is counted."""

    def __init__(self, db: Database, readiness: Readiness, *, clock: Clock) -> None:
        self._db = db
        self._readiness = readiness
        self._clock = clock
        self._one = asyncio.Lock()
        self._old_at = 0.0

    async def look(self) -> None:
        """Bring the figures up to date, unless that was just done."""
        async with self._one:
            if time.monotonic() < self._old_at:
                return
            await self._readiness.look()
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    with seeing_everything():
                        async with self._db.reading() as tx:
                            await self._jobs(tx)
                            await self._holds(tx)
                            await self._circuits(tx)
            except Exception:
                metrics.LOOK_FAILED.inc()
                log.debug("the database gave no figures", exc_info=True)
            self._old_at = time.monotonic() + FRESH_SECONDS

    async def _jobs(self, tx: Transaction) -> None:
        query = select(JobRow.status, func.count(), func.min(JobRow.created_at)).where(JobRow.status.in_(_WAITING))
        rows = {status: (count, oldest) for status, count, oldest in await tx.execute(query.group_by(JobRow.status))}
        for status in _WAITING:
            count, _ = rows.get(status, (0, None))
            metrics.JOBS.labels(status.value).set(count)
        _, oldest = rows.get(Status.QUEUED, (0, None))
        age = 0.0 if oldest is None else (self._clock.now() - oldest).total_seconds()
        metrics.QUEUE_AGE_SECONDS.set(max(0.0, age))

    async def _holds(self, tx: Transaction) -> None:
        query = select(func.count(), func.coalesce(func.sum(HoldRow.amount), 0)).where(HoldRow.ended_at.is_(None))
        count, amount = (await tx.execute(query)).one()
        metrics.HOLDS_OPEN.set(count)
        metrics.HOLDS_OPEN_CREDITS.set(float(amount) / CREDIT)

    async def _circuits(self, tx: Transaction) -> None:
        query = select(HealthRow.provider, HealthRow.open_until).where(HealthRow.model == "", HealthRow.operation == "")
        now = self._clock.now()
        for provider, open_until in await tx.execute(query):
            state = Circuit.CLOSED if open_until is None else Circuit.OPEN if now < open_until else Circuit.HALF_OPEN
            for each in Circuit:
                metrics.CIRCUIT.labels(provider, each.value).set(each is state)


def door_of(settings: Settings, services: Services) -> AbstractAsyncContextManager[int | None]:
    """What to keep open as long as a server or a worker lives; nothing where figures are not wanted.

    Raises MetricsPortTaken.
    """
    chosen, readiness = settings.observing, services.get(Readiness)
    if not chosen.metrics:
        return nullcontext()
    looking = Looking(services.get(Database), readiness, clock=services.get(Clock))
    return door(chosen.metrics_host, chosen.metrics_port, pages(readiness, looking.look))
