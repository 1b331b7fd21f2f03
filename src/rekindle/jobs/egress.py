"""What leaves this machine: written down before the bytes go, and forbidden where somebody wants nothing to leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import or_, select

from rekindle.accounts.tables import UserRow
from rekindle.clock import Clock
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.infra.observing import metrics
from rekindle.jobs.options import Options
from rekindle.jobs.tables import AttemptRow, EgressDayRow, EgressRow, JobRow
from rekindle.photos.service import owned_photo
from rekindle.photos.tables import PhotoRow
from rekindle.providers.errors import Unsupported

MOST_SHOWN = 1000
"""Requests of one photo that are listed, the newest."""


class StaysHere(Unsupported):
    """The second wall: a photo was about to leave that must not. Nothing was sent."""

    code: ClassVar[str] = "local_only"
    title: ClassVar[str] = "This photo stays on this machine"


@dataclass(frozen=True, slots=True)
class Sending:
    """An attempt of a job at a provider, and all photos that it carries."""

    job: JobRow
    photo_ids: Sequence[UUID]
    attempt: int
    provider: str


class Egress:
    """Keeps the ledger of what left, and knows what must not leave. The strictest wish wins."""

    def __init__(self, db: Database, *, clock: Clock, local_only: bool = False) -> None:
        """`local_only`: nothing leaves this deployment at all."""
        self._db = db
        self._clock = clock
        self._local_only = local_only

    async def must_stay(self, job: JobRow, photo_ids: Sequence[UUID]) -> bool:
        """Whether the photos of a job are to stay on this machine."""
        async with self._db.reading() as tx:
            return await self._must_stay(tx, job, photo_ids)

    async def would_stay(self, owner: UUID, photo_ids: Sequence[UUID]) -> bool:
        """Whether photos are to stay on this machine, whatever is asked for."""
        async with self._db.reading() as tx:
            return self._local_only or await _kept(tx, owner, photo_ids)

    async def leaves(self, sending: Sending, host: str, size: int) -> None:
        """Write down that a request of `size` bytes is about to go to `host`. Raises StaysHere: then it must not.

        It is committed when this returns, so whatever becomes of the request, that it may have left is known.
        """
        job, now = sending.job, self._clock.now()
        async with self._db.transaction() as tx:
            if await self._must_stay(tx, job, sending.photo_ids):
                raise StaysHere("This photo is to stay on this machine, so it was not sent to a provider elsewhere.")
            tx.add_all(
                EgressRow(
                    id=self._clock.new_id(), owner_id=job.owner_id, photo_id=photo_id, job_id=job.id,
                    attempt=sending.attempt, provider=sending.provider, host=host, bytes=size, at=now,
                )
                for photo_id in sending.photo_ids
            )  # fmt: skip
            await self._add_up(tx, sending.provider, size)
        metrics.EGRESS_BYTES.labels(sending.provider).inc(size)

    async def left(self, attempt: AttemptRow) -> bool:
        """Whether anything may have left for an attempt."""
        async with self._db.reading() as tx:
            query = select(EgressRow.id).where(EgressRow.job_id == attempt.job_id, EgressRow.attempt == attempt.number)
            return await tx.scalar(query.limit(1)) is not None

    async def of_photo(self, owner: UUID, photo_id: UUID) -> Sequence[EgressRow]:
        """What left of a photo, newest first. Raises PhotoNotFound."""
        async with self._db.reading() as tx:
            await owned_photo(tx, owner, photo_id)
            query = select(EgressRow).where(EgressRow.photo_id == photo_id).order_by(EgressRow.id.desc())
            return (await tx.scalars(query.limit(MOST_SHOWN))).all()

    async def _must_stay(self, tx: Transaction, job: JobRow, photo_ids: Sequence[UUID]) -> bool:
        if self._local_only or Options.from_json(job.options).local_only:
            return True
        return await _kept(tx, job.owner_id, photo_ids)

    async def _add_up(self, tx: Transaction, provider: str, size: int) -> None:
        first = insert_into(tx, EgressDayRow).values(
            provider=provider, day=self._clock.now().date(), requests=1, bytes=size
        )
        more = {"requests": EgressDayRow.requests + 1, "bytes": EgressDayRow.bytes + size}
        await tx.execute(
            first.on_conflict_do_update(index_elements=[EgressDayRow.provider, EgressDayRow.day], set_=more)
        )


async def _kept(tx: Transaction, owner_id: UUID, photo_ids: Sequence[UUID]) -> bool:
    kept = select(PhotoRow.id).where(PhotoRow.id.in_(photo_ids), PhotoRow.local_only)
    # Also of an owner who is gone, or whose account is gone: nobody is left who would want it.
    owner = select(UserRow.id).where(
        UserRow.id == owner_id, or_(UserRow.local_only, UserRow.deleted_at.is_not(None))
    )  # fmt: skip
    return await tx.scalar(kept.limit(1)) is not None or await tx.scalar(owner) is not None
