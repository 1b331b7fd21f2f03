"""What was used is counted day by day, also what was deleted before its day was over, and once."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, insert, select

from rekindle.accounts.asking import HOME_ID
from rekindle.accounts.tables import UserRow
from rekindle.admin.tables import UsageDayRow, UsageGoneRow
from rekindle.admin.usage import MEASURES, Span, Usage
from rekindle.credits.service import Award, Credits
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything
from rekindle.jobs.tables import AttemptRow, DayRow, EgressDayRow, JobRow
from rekindle.photos.tables import PhotoRow
from rekindle.spending.tables import SpendingRow
from tests.factories import HeldClock, database, photo_row
from tests.postgres import postgres_database

Opening = Callable[[Path], AbstractAsyncContextManager[Database]]
TODAY = date(2026, 5, 17)
YESTERDAY = date(2026, 5, 16)


@dataclass
class House:
    """A database in which people use things."""

    db: Database
    clock: HeldClock

    def __post_init__(self) -> None:
        self.usage = Usage(self.db, clock=self.clock)

    async def photo(self, at: datetime, **changes: Any) -> UUID:
        self.clock._now, now = at, self.clock._now
        row = photo_row(self.clock, **changes)
        self.clock._now = now
        async with self.db.transaction() as tx:
            tx.add(row)
        return row.id

    async def job(self, photo_id: UUID, at: datetime, status: str = "succeeded", **changes: Any) -> UUID:
        self.clock._now, now = at, self.clock._now
        job_id = self.clock.new_id()
        self.clock._now = now
        values: dict[str, Any] = {
            "id": job_id, "owner_id": HOME_ID, "photo_id": photo_id, "operation": "restore", "options": {},
            "corners": {}, "status": status, "stage": "done", "progress": 1.0, "claim": 1, "revision": 3,
            "created_at": at, "started_at": at, "ended_at": at + timedelta(seconds=2.5),
            "idempotency_key": str(job_id), "request_hash": "h",
        }  # fmt: skip
        async with self.db.transaction() as tx:
            tx.add(JobRow(**{**values, **changes}))
        return job_id

    async def attempt(self, job_id: UUID, at: datetime, status: str, provider: str = "embedded") -> None:
        async with self.db.transaction() as tx:
            tx.add(
                AttemptRow(
                    id=self.clock.new_id(), job_id=job_id, number=1, claim=1, provider=provider, model="m",
                    status=status, handle=None, error=None, cost=0, started_at=at, ended_at=at,
                )
            )  # fmt: skip

    async def remove(self, photo_id: UUID) -> None:
        async with self.db.transaction() as tx:
            await self.usage.about_to_go(tx, photo_id)
            await tx.execute(delete(PhotoRow).where(PhotoRow.id == photo_id))

    async def counted(self, day: date = YESTERDAY) -> dict[str, int]:
        rows = await self.usage.between(day, day)
        return {f"{row.measure} {row.key}".strip(): row.amount for row in rows}


@pytest.fixture(params=[database, postgres_database], ids=["sqlite", "postgres"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[House]:
    opening: Opening = request.param
    with seeing_everything():
        async with opening(tmp_path) as db:
            yield House(db, HeldClock(at("17 01:00")))


def at(text: str) -> datetime:
    """A moment in May, such as `16 23:59`."""
    return datetime.strptime(f"2026-05-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


async def a_day(house: House) -> list[UUID]:
    """The 16th, from its first to its last minute, and something of the days around it."""
    photos = [
        await house.photo(at("16 00:00"), bytes=700), await house.photo(at("16 23:59"), bytes=300),
        await house.photo(at("15 23:59")), await house.photo(at("17 00:00")),
    ]  # fmt: skip
    done = await house.job(photos[0], at("16 00:00"))
    bad = await house.job(photos[1], at("16 23:59"), "failed", error={"code": "unreadable", "message": "…"})
    over_midnight = await house.job(photos[2], at("15 23:59"), ended_at=at("16 00:01"))
    await house.job(photos[1], at("16 12:00"), "running", ended_at=None)
    await house.job(photos[1], at("16 12:00"), "canceled", operation="colorize", started_at=None)
    await house.job(photos[1], at("16 23:59"), ended_at=at("17 00:01"))
    for job, moment, status in ((done, at("16 00:00"), "done"), (bad, at("16 23:59"), "failed")):
        await house.attempt(job, moment, status)
    await house.attempt(over_midnight, at("15 23:59"), "done")
    async with house.db.transaction() as tx:
        await tx.execute(insert(DayRow).values(owner_id=HOME_ID, day=YESTERDAY, jobs=3))
        await tx.execute(insert(EgressDayRow).values(provider="gemini", day=YESTERDAY, requests=2, bytes=12_345))
        for cost, day in ((39_000, YESTERDAY), (1_000, YESTERDAY), (7, TODAY)):
            tx.add(
                SpendingRow(
                    attempt_id=house.clock.new_id(), job_id=done, provider="gemini", model="m", plan="free",
                    spender_id=None, cost=cost, day=day, at=at("16 12:00"), summed=False,
                )
            )  # fmt: skip
    return photos


EXPECTED = {
    "photos": 2, "bytes": 1000, "people": 1,
    "asked restore": 4, "asked colorize": 1,
    "jobs restore/succeeded": 2, "jobs restore/failed": 1, "jobs colorize/canceled": 1,
    "milliseconds restore": 2500 + 120_000, "failures unreadable": 1,
    "attempts embedded/done": 1, "attempts embedded/failed": 1,
    "cost gemini": 40_000, "egress gemini": 12_345,
}  # fmt: skip


async def test_a_day_is_counted_from_its_first_to_its_last_moment(house: House) -> None:
    await a_day(house)
    await house.usage.run()
    assert await house.counted() == EXPECTED
    assert {name.split()[0] for name in EXPECTED} <= set(MEASURES)
    assert await house.counted(TODAY) == {}


async def test_what_is_deleted_on_its_day_or_after_was_there_nevertheless(house: House) -> None:
    photos = await a_day(house)
    for photo_id in photos[:2]:
        await house.remove(photo_id)
    await house.usage.run()
    assert await house.counted() == EXPECTED
    await house.remove(photos[2])
    await house.usage.run()
    assert await house.counted() == EXPECTED


async def test_counting_again_and_again_changes_nothing(house: House) -> None:
    await a_day(house)
    for _ in range(3):
        await house.usage.run()
    async with house.db.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(UsageDayRow).where(UsageDayRow.day == YESTERDAY)) == 14


async def test_a_day_that_was_counted_too_early_is_made_good(house: House) -> None:
    """As by a clock that was a day ahead."""
    await house.photo(at("17 09:00"))
    house.clock._now = at("18 01:00")
    await house.usage.run()
    assert (await house.counted(TODAY))["photos"] == 1
    house.clock._now = at("17 12:00")
    await house.usage.run()
    await house.photo(at("17 20:00"))
    house.clock._now = at("18 01:00")
    await house.usage.run()
    assert (await house.counted(TODAY))["photos"] == 2


async def test_days_on_which_nobody_counted_are_made_up_for_and_old_ones_stay(house: House) -> None:
    await house.usage.run()
    await house.photo(at("20 09:00"))
    house.clock._now = at("28 01:00")
    assert await house.usage.run() == 11
    assert (await house.counted(date(2026, 5, 20)))["photos"] == 1
    async with house.db.transaction() as tx:
        await tx.execute(delete(PhotoRow))
    assert await house.usage.run() == 3
    assert (await house.counted(date(2026, 5, 20)))["photos"] == 1


async def test_what_is_remembered_of_the_deleted_goes_when_its_day_is_counted_for_good(house: House) -> None:
    for photo_id in await a_day(house):
        await house.remove(photo_id)
    house.clock._now = at("28 01:00")
    for _ in range(2):
        await house.usage.run()
    async with house.db.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(UsageGoneRow)) == 0
    assert await house.counted() == EXPECTED


async def test_what_is_deleted_long_after_is_not_remembered(house: House) -> None:
    photo_id = await house.photo(at("01 12:00"))
    await house.job(photo_id, at("01 12:00"))
    house.clock._now = at("01 12:00") + timedelta(days=40)
    await house.remove(photo_id)
    async with house.db.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(UsageGoneRow)) == 0


async def test_new_accounts_and_credits_are_counted_by_their_identifiers(house: House) -> None:
    ledger = Credits(clock=house.clock)
    for hour, role in ((1, "user"), (2, "guest"), (3, "guest"), (25, "user")):
        house.clock._now = at("16 00:00") + timedelta(hours=hour)
        async with house.db.transaction() as tx:
            account = house.clock.new_id()
            tx.add(
                UserRow(
                    id=account, role=role, plan="free", email=None, verified_at=None, password=None,
                    created_at=house.clock.now(), deleted_at=None,
                )
            )  # fmt: skip
            await tx.flush()
            await ledger.grant(tx, account, Award(3000, "plan:free", None), key=f"k{hour}")
    house.clock._now = at("17 02:00")
    await house.usage.run()
    counted = await house.counted()
    assert (counted["accounts user"], counted["accounts guest"], counted["credits grant"]) == (1, 2, 9000)


def test_identifiers_of_a_day_begin_and_end_with_it() -> None:
    first, last = Span(YESTERDAY).ids
    clock = HeldClock(at("16 00:00"))
    assert first <= clock.new_id() < last
    clock._now = at("16 23:59") + timedelta(seconds=59.999)
    assert first <= clock.new_id() < last
    clock._now = at("17 00:00")
    assert clock.new_id() >= last
