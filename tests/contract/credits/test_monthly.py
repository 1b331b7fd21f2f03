"""The credits of a month: everybody has them once, whoever gives them, however often, and whatever the clock does."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from rekindle.accounts.plans import PRESETS, Plans, Preset
from rekindle.accounts.tables import SessionRow, UserRow
from rekindle.credits.allowance import Allowance
from rekindle.credits.monthly import Monthly
from rekindle.credits.service import Credits
from rekindle.credits.sweep import sweep
from rekindle.credits.tables import EntryRow, GrantRow
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything
from tests.factories import HeldClock, database
from tests.postgres import postgres_database

Opening = Callable[[Path], AbstractAsyncContextManager[Database]]
EVENING = datetime(2026, 5, 31, 23, 0, tzinfo=UTC)


@dataclass
class House:
    """Accounts on the first plan, and a clock that may be wrong."""

    db: Database
    clock: HeldClock

    def __post_init__(self) -> None:
        self.ledger, self.plans = Credits(clock=self.clock), Plans(PRESETS[Preset.REKINDLE])
        self.allowance = Allowance(self.ledger, self.plans, clock=self.clock, secret=b"a secret of sixteen or more")
        self.monthly = Monthly(self.db, self.allowance, self.plans, clock=self.clock)

    async def account(self, number: int, *, here: timedelta = timedelta(0), plan: str | None = None) -> UUID:
        user_id, now = self.clock.new_id(), self.clock.now()
        async with self.db.transaction() as tx:
            tx.add(
                UserRow(
                    id=user_id, role="user", plan=plan or self.plans.first.name, email=f"{number}@example.org",
                    verified_at=None, password=None, created_at=now, deleted_at=None,
                )
            )  # fmt: skip
            await tx.flush()
            tx.add(
                SessionRow(
                    id=self.clock.new_id(), user_id=user_id, digest=user_id.bytes * 2, created_at=now,
                    used_at=now - here, expires_at=now + timedelta(days=99),
                )
            )  # fmt: skip
        return user_id

    async def grants(self, *users: UUID) -> list[str]:
        """The months that were given for, by their keys."""
        query = select(EntryRow.key).where(EntryRow.kind == "grant", EntryRow.account_id.in_(users))
        async with self.db.reading() as tx:
            return sorted(key.rpartition(":")[2] for key in await tx.scalars(query))

    async def left(self, user: UUID) -> int:
        async with self.db.reading() as tx:
            mine = select(func.coalesce(func.sum(GrantRow.available), 0)).where(GrantRow.account_id == user)
            return int(await tx.scalar(mine) or 0)


@pytest.fixture(params=[database, postgres_database], ids=["sqlite", "postgres"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[House]:
    opening: Opening = request.param
    with seeing_everything():
        async with opening(tmp_path) as db:
            yield House(db, HeldClock(EVENING))


async def test_everybody_who_was_here_lately_has_the_month_once_however_many_give_it(house: House) -> None:
    people = [await house.account(number) for number in range(230)]
    away = await house.account(1000, here=timedelta(days=70))
    paying = await house.account(1001, plan=house.plans.find("cherish").name)
    await asyncio.gather(*(house.monthly.run() for _ in range(3)))
    assert await house.monthly.run() == 230
    assert await house.grants(*people) == ["2026-05"] * 230
    assert await house.grants(away, paying) == []


async def test_a_new_month_gives_again_and_what_is_left_stays(house: House) -> None:
    user = await house.account(1)
    await house.monthly.run()
    house.clock.advance(hours=2)
    await house.monthly.run()
    await sweep(house.db, house.ledger, clock=house.clock)
    assert await house.grants(user) == ["2026-05", "2026-06"]
    assert await house.left(user) == 2 * (house.plans.first.monthly_credits or 0)


@pytest.mark.parametrize("leap", [timedelta(days=1), timedelta(days=-1), timedelta(days=31)])
async def test_no_month_is_given_twice_by_a_clock_that_leaps_and_comes_back(house: House, leap: timedelta) -> None:
    """Everything is done at every moment, also what a table of the clock would put off."""
    user = await house.account(1)
    for step in (timedelta(0), leap, -leap, timedelta(hours=2), leap, -leap, timedelta(days=2)):
        house.clock._now += step
        await house.monthly.run()
        await sweep(house.db, house.ledger, clock=house.clock)
    months = await house.grants(user)
    assert len(months) == len(set(months))
    assert {"2026-05", "2026-06"} <= set(months)
    assert await house.left(user) >= (house.plans.first.monthly_credits or 0)


async def test_a_plan_without_credits_gives_nothing(house: House) -> None:
    await house.account(1)
    monthly = Monthly(house.db, house.allowance, Plans(PRESETS[Preset.OPEN]), clock=house.clock)
    assert await monthly.run() == 0
