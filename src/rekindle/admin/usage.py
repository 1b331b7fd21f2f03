"""What was used, day by day: counted after each day, and kept when the photos and jobs that it was are long gone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.engine import Row

from rekindle.accounts.tables import UserRow
from rekindle.admin.tables import UsageDayRow, UsageGoneRow
from rekindle.clock import Clock, uuid7
from rekindle.credits.tables import EntryRow
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.jobs.tables import AttemptRow, DayRow, EgressDayRow, JobRow
from rekindle.photos.tables import PhotoRow
from rekindle.spending.tables import SpendingRow

MEASURES: Mapping[str, str] = {
    "photos": "photos that came in",
    "bytes": "bytes of those",
    "people": "people who had something done",
    "accounts": "new accounts, by their role",
    "asked": "jobs asked for, by operation",
    "jobs": "jobs that ended, by operation and how they ended",
    "milliseconds": "milliseconds from begin to end of those that succeeded, by operation",
    "failures": "jobs that failed, by the code of what went wrong",
    "attempts": "attempts at providers, by provider and how they ended",
    "cost": "millionths of a dollar paid to providers, by provider",
    "credits": "milli-credits in the ledger, by kind of entry",
    "egress": "bytes sent to providers, by provider",
}
"""What is counted."""

AGAIN = timedelta(days=3)
"""Days that are counted again each time, so that what was late, or counted by a clock that was wrong, is made good."""

FARTHEST = timedelta(days=35)
"""How far back days are made up for on which nobody counted."""

_LONGEST_JOB = timedelta(days=3)

Sums = Counter[tuple[str, str]]
"""Amounts by measure and key."""


@dataclass(frozen=True, slots=True)
class Span:
    """One day in UTC: its first moment, and the first one after it."""

    day: date

    @property
    def begin(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        return self.begin + timedelta(days=1)

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment is of this day."""
        return moment is not None and self.begin <= moment < self.end

    @property
    def ids(self) -> tuple[UUID, UUID]:
        """The identifiers that were made on this day: UUIDv7, which sort by time, so that an index finds them."""
        first, last = (round(moment.timestamp() * 1000) for moment in (self.begin, self.end))
        return uuid7(first, bytes(10)), uuid7(last, bytes(10))


class Usage:
    """Counts days."""

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def run(self) -> int:
        """Count the days that are over, the last few of them again. Returns how many. Two at once do no harm."""
        today = self._clock.now().astimezone(UTC).date()
        async with self._db.reading() as tx:
            last = await tx.scalar(select(func.max(UsageDayRow.day)).where(UsageDayRow.day < today))
        begun = today - FARTHEST if last is None else last + timedelta(days=1)
        first = max(min(today - AGAIN, begun), today - FARTHEST)
        days = [first + timedelta(days=count) for count in range((today - first).days)]
        for day in days:
            await self._count(Span(day))
        async with self._db.transaction() as tx:
            await tx.execute(delete(UsageGoneRow).where(UsageGoneRow.day < first))
        return len(days)

    async def between(self, first: date, last: date) -> Sequence[UsageDayRow]:
        """What was counted on these days, both of them included; today is not there yet."""
        query = select(UsageDayRow).where(UsageDayRow.day >= first, UsageDayRow.day <= last)
        async with self._db.reading() as tx:
            return (
                await tx.scalars(query.order_by(UsageDayRow.day, UsageDayRow.measure, UsageDayRow.key))
            ).all()  # fmt: skip

    async def about_to_go(self, tx: Transaction, photo_id: UUID) -> None:
        """A photo is deleted, and its jobs and their attempts with it: they were there nevertheless."""
        oldest = self._clock.now() - FARTHEST
        photo = await tx.get_one(PhotoRow, photo_id)
        jobs = (await tx.scalars(select(JobRow).where(JobRow.photo_id == photo_id, JobRow.created_at >= oldest))).all()
        mine = select(AttemptRow).where(AttemptRow.job_id.in_([job.id for job in jobs]))
        attempts = (await tx.scalars(mine)).all()
        facts = [*(_of_photo(photo) if photo.created_at >= oldest else ())]
        facts += [fact for job in jobs for fact in _of_job(job)]
        facts += [fact for attempt in attempts for fact in _of_attempt(attempt)]
        if facts:
            await tx.execute(insert_into(tx, UsageGoneRow).values(facts).on_conflict_do_nothing())

    async def _count(self, span: Span) -> None:
        async with self._db.reading() as tx:
            sums = await _sums(tx, span)
        rows = [
            {"day": span.day, "measure": measure, "key": key, "amount": amount}
            for (measure, key), amount in sorted(sums.items())
        ]
        async with self._db.transaction() as tx:
            await tx.execute(delete(UsageDayRow).where(UsageDayRow.day == span.day))
            await tx.execute(insert(UsageDayRow), rows)


async def _sums(tx: Transaction, span: Span) -> Sums:
    begin, end = span.begin, span.end
    # Also where there was nothing, so that it is seen that the day was counted.
    sums: Sums = Counter({("photos", ""): 0, ("bytes", ""): 0, ("people", ""): 0})
    of_day = (PhotoRow.created_at >= begin, PhotoRow.created_at < end)
    count = func.count()
    for photos, size in await tx.execute(select(count, func.coalesce(func.sum(PhotoRow.bytes), 0)).where(*of_day)):
        sums["photos", ""] += int(photos)
        sums["bytes", ""] += int(size)
    people = select(count).select_from(DayRow).where(DayRow.day == span.day, DayRow.jobs > 0)
    sums["people", ""] += int(await tx.scalar(people) or 0)
    first, last = span.ids
    await _add(tx, sums, "accounts", _grouped(UserRow.role, count).where(UserRow.id >= first, UserRow.id < last))
    spent = _grouped(EntryRow.kind, func.sum(EntryRow.amount)).where(EntryRow.id >= first, EntryRow.id < last)
    await _add(tx, sums, "credits", spent)
    paid = _grouped(SpendingRow.provider, func.sum(SpendingRow.cost)).where(SpendingRow.day == span.day)
    await _add(tx, sums, "cost", paid)
    sent = _grouped(EgressDayRow.provider, func.sum(EgressDayRow.bytes)).where(EgressDayRow.day == span.day)
    await _add(tx, sums, "egress", sent)
    await _add_jobs(tx, sums, span)
    gone = select(UsageGoneRow.measure, UsageGoneRow.key, func.sum(UsageGoneRow.amount))
    for measure, key, amount in await tx.execute(
        gone.where(UsageGoneRow.day == span.day).group_by(UsageGoneRow.measure, UsageGoneRow.key)
    ):
        sums[measure, key] += int(amount)
    return sums


async def _add_jobs(tx: Transaction, sums: Sums, span: Span) -> None:
    recent = (JobRow.created_at >= span.begin - _LONGEST_JOB, JobRow.created_at < span.end)
    columns = (JobRow.operation, JobRow.status, JobRow.created_at, JobRow.started_at, JobRow.ended_at, JobRow.error)
    async for job in await tx.stream(select(*columns).where(*recent)):
        for measure, key, moment, amount in _facts_of_job(cast("Row[Any]", job)):
            if span.holds(moment):
                sums[measure, key] += amount
    attempts = (
        select(AttemptRow.provider, AttemptRow.status, func.count())
        .join(JobRow, JobRow.id == AttemptRow.job_id)
        .where(*recent, AttemptRow.ended_at >= span.begin, AttemptRow.ended_at < span.end)
        .group_by(AttemptRow.provider, AttemptRow.status)
    )
    for provider, status, count in await tx.execute(attempts):
        sums["attempts", f"{provider}/{status}"] += int(count)


def _grouped(by: Any, amount: Any) -> Select[Any, Any]:
    return select(by, amount).group_by(by)


async def _add(tx: Transaction, sums: Sums, measure: str, query: Select[Any, Any]) -> None:
    for key, amount in await tx.execute(query):
        sums[measure, str(key)] += int(amount)


Fact = tuple[str, str, datetime | None, int]
"""A measure, its key, when, and how much."""


def _facts_of_job(job: JobRow | Row[Any]) -> Iterable[Fact]:
    yield "asked", job.operation, job.created_at, 1
    if job.ended_at is None:
        return
    yield "jobs", f"{job.operation}/{job.status}", job.ended_at, 1
    if job.status == "succeeded" and job.started_at is not None:
        yield "milliseconds", job.operation, job.ended_at, round((job.ended_at - job.started_at).total_seconds() * 1000)
    if job.status == "failed":
        yield "failures", str((job.error or {}).get("code", "unknown")), job.ended_at, 1


def _of_photo(photo: PhotoRow) -> Iterable[dict[str, object]]:
    day = photo.created_at.astimezone(UTC).date()
    yield {"id": photo.id, "measure": "photos", "day": day, "key": "", "amount": 1}
    yield {"id": photo.id, "measure": "bytes", "day": day, "key": "", "amount": photo.bytes}


def _of_job(job: JobRow) -> Iterable[dict[str, object]]:
    for measure, key, moment, amount in _facts_of_job(job):
        if moment is not None:
            day = moment.astimezone(UTC).date()
            yield {"id": job.id, "measure": measure, "day": day, "key": key, "amount": amount}


def _of_attempt(attempt: AttemptRow) -> Iterable[dict[str, object]]:
    if attempt.ended_at is not None:
        day, key = attempt.ended_at.astimezone(UTC).date(), f"{attempt.provider}/{attempt.status}"
        yield {"id": attempt.id, "measure": "attempts", "day": day, "key": key, "amount": 1}
