"""What is written down of attempts: each before its call, and its end once, with what it cost and what it says."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select, update

from rekindle.clock import Clock
from rekindle.errors import RekindleError
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.observing import metrics
from rekindle.infra.observing.counting import once_committed
from rekindle.jobs.claims import Claim, TakenOver, plan_of
from rekindle.jobs.favourites import favourite_of
from rekindle.jobs.lifecycle import Status
from rekindle.jobs.tables import AttemptRow, JobRow
from rekindle.providers.asking import Candidate, Key
from rekindle.providers.choosing import Choosing
from rekindle.providers.errors import BadResult, Lost, ProviderError, Unfinished
from rekindle.providers.purse import Purse, Spent
from rekindle.treatments.operations import Operation

log = logging.getLogger(__name__)

OPEN = ("started", "pending")
"""The statuses of an attempt that has not ended."""


class Unheard(Lost):
    """Accepted, and then nothing more was heard of it: nobody knows whether it was charged."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a job at a model, written down by this claim or by an earlier one."""

    claim: Claim
    id: UUID
    number: int
    candidate: Candidate
    estimate: int
    begun: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long ago it was begun, or taken up again."""
        return time.monotonic() - self.begun


class Notebook:
    """Writes attempts down."""

    def __init__(self, db: Database, *, choosing: Choosing, purse: Purse, clock: Clock) -> None:
        self._db = db
        self._choosing = choosing
        self._purse = purse
        self._clock = clock

    async def rows(self, job_id: UUID) -> Sequence[AttemptRow]:
        """All attempts of a job, in their order."""
        async with self._db.reading() as tx:
            query = select(AttemptRow).where(AttemptRow.job_id == job_id).order_by(AttemptRow.number)
            return (await tx.scalars(query)).all()

    async def favourite(self, owner: UUID, operation: Operation) -> Key | None:
        """Whom the owner of a job chose before for an operation."""
        async with self._db.reading() as tx:
            return await favourite_of(tx, owner, operation)

    async def considered(self, claim: Claim, considered: Sequence[Json]) -> None:
        """Keep why a job is done by whom."""
        async with self._db.transaction() as tx:
            mine = update(JobRow).where(JobRow.id == claim.job.id, JobRow.claim == claim.number)
            await tx.execute(mine.values(ranking={"considered": list(considered)}))

    async def begin(self, claim: Claim, candidate: Candidate) -> Attempt:
        """Write a new attempt down. Raises TakenOver: then nothing may be called any more."""
        estimate = candidate.estimate or 0
        async with self._db.transaction() as tx:
            mine = select(JobRow.id).where(
                JobRow.id == claim.job.id, JobRow.claim == claim.number, JobRow.status == Status.RUNNING
            )
            if await tx.scalar(mine) is None:
                raise TakenOver
            numbers = (await tx.scalars(select(AttemptRow.number).where(AttemptRow.job_id == claim.job.id))).all()
            attempt = Attempt(claim, self._clock.new_id(), max(numbers, default=0) + 1, candidate, estimate)
            tx.add(
                AttemptRow(
                    id=attempt.id, job_id=claim.job.id, number=attempt.number, claim=claim.number,
                    provider=candidate.provider.name, model=candidate.model.id, status="started", estimate=estimate,
                    handle=None, error=None, cost=0, started_at=self._clock.now(), ended_at=None,
                )
            )  # fmt: skip
        return attempt

    async def handed_in(self, attempt: Attempt, handle: str) -> None:
        """Keep the receipt, by which anybody can go on."""
        async with self._db.transaction() as tx:
            mine = update(AttemptRow).where(AttemptRow.id == attempt.id, AttemptRow.status.in_(OPEN))
            await tx.execute(mine.values(status="pending", handle=handle))

    async def answered(self, attempt: Attempt, cost: int) -> None:
        """An answer came, and cost something; whether it is any good is seen afterwards."""
        async with self._db.transaction() as tx:
            if not await self._end(tx, attempt, {"status": "done", "cost": cost}):
                # It was answered before, to a worker that died: what that cost is known.
                again = update(AttemptRow).where(AttemptRow.id == attempt.id)
                await tx.execute(again.values(status="done", error=None, ended_at=self._clock.now()))

    async def good(self, attempt: Attempt, operation: Operation) -> None:
        """What came is a result."""
        async with self._db.transaction() as tx:
            await self._choosing.note(tx, *attempt.candidate.key, operation, "ok", attempt.seconds)
        provider = attempt.candidate.provider.name
        metrics.ATTEMPTS.labels(provider, "ok").inc()
        metrics.ATTEMPT_SECONDS.labels(provider).observe(attempt.seconds)

    async def failed(self, attempt: Attempt, error: RekindleError, operation: Operation) -> None:
        """It came to nothing. What may have been charged counts as charged: nobody gives bad results away."""
        unsure = isinstance(error, Lost | BadResult) and not isinstance(error, Unfinished)
        written: Json = {"code": error.code, "message": error.message}
        if isinstance(error, ProviderError) and error.detail:
            written["detail"] = error.detail
        async with self._db.transaction() as tx:
            ended = {"status": "failed", "error": written, "cost": attempt.estimate if unsure else 0}
            if not await self._end(tx, attempt, ended):
                again = update(AttemptRow).where(AttemptRow.id == attempt.id)
                await tx.execute(again.values(status="failed", error=written, ended_at=self._clock.now()))
            if isinstance(error, ProviderError):
                await self._choosing.note(tx, *attempt.candidate.key, operation, error, attempt.seconds)
        provider = attempt.candidate.provider.name
        metrics.ATTEMPTS.labels(provider, error.code).inc()
        metrics.ATTEMPT_SECONDS.labels(provider).observe(attempt.seconds)
        facts = {"attempt_id": str(attempt.id), "code": error.code, "detail": written.get("detail")}
        log.info("an attempt at %s failed: %s", provider, error.message, extra=facts)

    async def unknown(self, claim: Claim, row: AttemptRow) -> None:
        """A worker died in the call, and nobody knows how it ended: it counts as if it had been charged."""
        async with self._db.transaction() as tx:
            await self._close(tx, claim.job, claim.plan, row, "unknown")

    async def withdrawn(self, job_id: UUID) -> Sequence[AttemptRow]:
        """Close what goes on of a job that has ended; those with a receipt can be stopped. Each is told of once."""
        async with self._db.transaction() as tx:
            job = await tx.get(JobRow, job_id)
            if job is None or not Status(job.status).ended:
                return []
            status = "canceled" if job.status == Status.CANCELED else "unknown"
            query = select(AttemptRow).where(AttemptRow.job_id == job_id, AttemptRow.status.in_(OPEN))
            rows = (await tx.scalars(query)).all()
            return [row for row in rows if await self._close(tx, job, await plan_of(tx, job), row, status)]

    async def _close(self, tx: Transaction, job: JobRow, plan: str, row: AttemptRow, status: str) -> bool:
        mine = update(AttemptRow).where(AttemptRow.id == row.id, AttemptRow.status.in_(OPEN)).returning(AttemptRow.id)
        ended = {"status": status, "cost": row.estimate, "ended_at": self._clock.now()}
        if (await tx.execute(mine.values(ended), execution_options=_PLAINLY)).first() is None:
            return False
        spent = Spent(row.id, job.id, row.provider, row.model, job.owner_id, plan, row.estimate, self._clock.now())
        await self._purse.spent(tx, spent)
        once_committed(tx, lambda: metrics.ATTEMPTS.labels(row.provider, status).inc())
        _count_cost(tx, row.provider, row.estimate)
        return True

    async def _end(self, tx: Transaction, attempt: Attempt, values: Json) -> bool:
        """Write the end of an attempt and what it cost; False, and nothing is written, when it had ended before."""
        now, claim = self._clock.now(), attempt.claim
        mine = update(AttemptRow).where(AttemptRow.id == attempt.id, AttemptRow.status.in_(OPEN))
        changed = await tx.execute(mine.values(ended_at=now, **values).returning(AttemptRow.id))
        if changed.first() is None:
            return False
        provider, model = attempt.candidate.key
        await self._purse.spent(
            tx, Spent(attempt.id, claim.job.id, provider, model, claim.job.owner_id, claim.plan, values["cost"], now)
        )  # fmt: skip
        _count_cost(tx, provider, values["cost"])
        return True


def _count_cost(tx: Transaction, provider: str, cost: int) -> None:
    once_committed(tx, lambda: metrics.COST_DOLLARS.labels(provider).inc(cost / 1_000_000))


_PLAINLY = {"synchronize_session": False}
