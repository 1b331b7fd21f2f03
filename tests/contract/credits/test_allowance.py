"""The credits of a month are for people, and not for accounts: who leaves and comes again has had them."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from rekindle.accounts.plans import PRESETS, Plans, Preset
from rekindle.accounts.tables import IdentityRow, UserRow
from rekindle.accounts.users import Role, User
from rekindle.credits.allowance import Allowance
from rekindle.credits.service import Credits
from rekindle.credits.sweep import sweep
from rekindle.credits.tables import AllowanceRow
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import at_the_door, seeing_everything
from tests.factories import HeldClock, database
from tests.postgres import postgres_database

ISSUER = "https://id.example.org"
EMAIL = "ada@example.org"


@dataclass
class House:
    db: Database
    clock: HeldClock
    ledger: Credits
    allowance: Allowance

    async def come(self, email: str | None = None, *logins: str) -> User:
        user = User(self.clock.new_id(), Role.USER, "free", email)
        with at_the_door():
            async with self.db.transaction() as tx:
                tx.add(UserRow(id=user.id, role="user", plan="free", email=email, created_at=self.clock.now()))
        for subject in logins:
            await self.log_in(user, subject)
        return user

    async def log_in(self, user: User, subject: str) -> None:
        made = {"id": self.clock.new_id(), "user_id": user.id, "created_at": self.clock.now()}
        with at_the_door():
            async with self.db.transaction() as tx:
                tx.add(IdentityRow(issuer=ISSUER, subject=subject, **made))

    async def leave(self, user: User) -> None:
        with at_the_door():
            async with self.db.transaction() as tx:
                await tx.execute(update(UserRow).where(UserRow.id == user.id).values(email=None))
                for row in await tx.scalars(select(IdentityRow).where(IdentityRow.user_id == user.id)):
                    await tx.delete(row)

    async def has(self, user: User) -> int:
        """What they have once their month's credits were given, as often as they are asked for."""
        with seeing_everything():
            async with self.db.transaction() as tx:
                for _ in range(3):
                    await self.allowance.give(tx, user)
                return (await self.ledger.balance(tx, user.id)).available


@pytest.fixture(params=[database, postgres_database], ids=lambda opening: opening.__name__)
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[House]:
    opening: Callable[[Path], AbstractAsyncContextManager[Database]] = request.param
    clock = HeldClock()
    ledger = Credits(clock=clock)
    async with opening(tmp_path) as db:
        yield House(
            db, clock, ledger, Allowance(ledger, Plans(PRESETS[Preset.REKINDLE]), clock=clock, secret=b"x" * 32)
        )


async def test_who_leaves_and_comes_again_by_the_same_address_has_had_the_credits_of_the_month(house: House) -> None:
    ada = await house.come(EMAIL)
    assert await house.has(ada) == 3000
    await house.leave(ada)
    assert await house.has(await house.come(EMAIL)) == 0
    assert await house.has(await house.come("bob@example.org")) == 3000


async def test_who_leaves_and_comes_again_by_the_same_login_has_had_them_too(house: House) -> None:
    ada = await house.come(None, "ada")
    assert await house.has(ada) == 3000
    await house.leave(ada)
    assert await house.has(await house.come(None, "ada")) == 0
    assert await house.has(await house.come(None, "bob")) == 3000


async def test_a_login_that_came_later_is_known_as_well(house: House) -> None:
    ada = await house.come(EMAIL)
    assert await house.has(ada) == 3000
    await house.log_in(ada, "ada")
    assert await house.has(ada) == 3000
    await house.leave(ada)
    assert await house.has(await house.come(None, "ada")) == 0


async def test_the_next_month_begins_anew_and_the_last_is_forgotten_with_it(house: House) -> None:
    ada = await house.come(EMAIL)
    await house.has(ada)
    await house.leave(ada)
    again = await house.come(EMAIL)
    assert await house.has(again) == 0
    house.clock.advance(days=31)
    assert await house.has(again) == 3000
    house.clock.advance(days=31)
    with seeing_everything():
        await sweep(house.db, house.ledger, clock=house.clock)
        async with house.db.reading() as tx:
            assert await tx.scalar(select(func.count()).select_from(AllowanceRow)) == 1


async def test_where_addresses_must_be_proven_only_who_has_done_so_gets_credits(house: House) -> None:
    plans = Plans(PRESETS[Preset.REKINDLE])
    house.allowance = Allowance(house.ledger, plans, clock=house.clock, secret=b"x" * 32, proven=True)
    ada = await house.come(EMAIL)
    assert await house.has(ada) == 0
    assert await house.has(replace(ada, verified=True)) == 3000
