"""A ledger with its database and its clock, and the verbs as calls of one transaction each."""

import asyncio
import functools
import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from rekindle.credits.ledger import Entry
from rekindle.credits.proof import Proof, prove
from rekindle.credits.records import entries_of
from rekindle.credits.service import Award, Balance, Credits
from rekindle.infra.db.database import Database
from rekindle.infra.db.embedded import open_database
from rekindle.infra.db.migrate import upgrade
from tests.factories import HeldClock
from tests.postgres import shared_postgres

T = TypeVar("T")
ALICE, BOB = UUID(int=1), UUID(int=2)


@functools.cache
def empty_file() -> Path:
    """A database with the newest tables, to be copied."""
    file = Path(tempfile.mkdtemp()) / "empty.db"
    upgrade(f"sqlite+aiosqlite:///{file}")
    return file


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncGenerator[Database]:
    """A new database in a file."""
    file = folder / "ledger.db"
    await asyncio.to_thread(shutil.copy, await asyncio.to_thread(empty_file), file)
    db = open_database(f"sqlite+aiosqlite:///{file}")
    try:
        yield db
    finally:
        await db.aclose()


@asynccontextmanager
async def postgres(_folder: Path) -> AsyncGenerator[Database]:
    """A new database on a server of this process."""
    url = await asyncio.to_thread(lambda: shared_postgres().new_database(tables=True))
    # As the owner of everything: whom a transaction is made for is tested for itself.
    engine = create_async_engine(url, pool_size=20, max_overflow=0)
    try:
        yield Database(engine, reading=engine)
    finally:
        await engine.dispose()


@dataclass
class House:
    """A ledger under test. Mutants derive from it."""

    db: Database
    clock: HeldClock
    credits: Credits
    made: list[int] = field(default_factory=list)

    def key(self) -> str:
        self.made.append(0)
        return f"key:{len(self.made)}"

    async def prepare(self) -> None:
        """What a mutant changes in the database."""

    async def grant(self, amount: int, *, of: UUID = ALICE, key: str | None = None, **award: object) -> Entry:
        async with self.db.transaction() as tx:
            wanted = Award(amount, **{"source": "plan", **award})  # pyright: ignore[reportArgumentType]
            return await self.credits.grant(tx, of, wanted, key=key or self.key())

    async def hold(self, amount: int, *, of: UUID = ALICE, key: str | None = None, hours: float = 1) -> Entry:
        deadline = self.clock.now() + timedelta(hours=hours)
        async with self.db.transaction() as tx:
            return await self.credits.hold(tx, of, amount, key=key or self.key(), deadline_at=deadline)

    async def capture(self, hold: Entry, amount: int | None = None, *, key: str | None = None) -> Entry:
        async with self.db.transaction() as tx:
            return await self.credits.capture(tx, hold.id, key=key or self.key(), amount=amount)

    async def release(self, hold: Entry, *, key: str | None = None) -> Entry:
        async with self.db.transaction() as tx:
            return await self.credits.release(tx, hold.id, key=key or self.key())

    async def close(self, grant: Entry, *, key: str | None = None) -> Entry:
        async with self.db.transaction() as tx:
            return await self.credits.close(tx, grant.id, key=key or self.key(), reason="subscription_ended")

    async def reclaim(self, grant: Entry, amount: int, *, key: str | None = None) -> Entry:
        async with self.db.transaction() as tx:
            return await self.credits.reclaim(tx, grant.id, amount, key=key or self.key(), reason="refund")

    async def withdraw(self, amount: int, *, of: UUID = ALICE, key: str | None = None) -> Entry:
        async with self.db.transaction() as tx:
            return await self.credits.withdraw(tx, of, amount, key=key or self.key(), reason="correction")

    async def balance(self, of: UUID = ALICE) -> Balance:
        async with self.db.reading() as tx:
            return await self.credits.balance(tx, of)

    async def entries(self, of: UUID = ALICE) -> list[Entry]:
        async with self.db.reading() as tx:
            return [entry async for entry in entries_of(tx, of)]

    async def proof(self, of: UUID | None = None) -> Proof:
        async with self.db.reading() as tx:
            return await prove(tx, of)

    async def check(self, name: str) -> None:
        """Fails unless the named invariant of the proof holds."""
        proof = await self.proof()
        found = {check.name: check for check in proof.checks}[name]
        assert found.holds, found

    async def execute(self, *statements: str) -> None:
        async with self.db.transaction() as tx:
            for statement in statements:
                await tx.execute(text(statement))


Make = Callable[[Database, HeldClock], House]


def sound(db: Database, clock: HeldClock) -> House:
    """The ledger as it is."""
    return House(db, clock, Credits(clock=clock))


Opening = Callable[[Path], AbstractAsyncContextManager[Database]]


@asynccontextmanager
async def living_in(folder: Path, make: Make = sound, *, opening: Opening = sqlite) -> AsyncGenerator[House]:
    """A ledger of its own in `folder`, or on a server."""
    async with opening(folder) as db:
        house = make(db, HeldClock())
        await house.prepare()
        yield house


async def at_once(calls: Sequence[Awaitable[T]]) -> tuple[list[T], list[BaseException]]:
    """What the calls returned and what they raised, all begun together."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    return (
        [each for each in results if not isinstance(each, BaseException)],
        [each for each in results if isinstance(each, BaseException)],
    )


async def live_through(house: House) -> None:
    """A story in which everything happens once."""
    topup = await house.grant(5000, source="topup")
    await house.grant(3000, expires_at=house.clock.now() + timedelta(days=30))
    first, second = await house.hold(4000), await house.hold(1500)
    await house.capture(first, 2500)
    await house.release(second)
    await house.capture(await house.hold(700))
    late = await house.hold(600, hours=1)
    house.clock.advance(days=31)
    await house.release(late)
    await house.reclaim(topup, 5000)
    await house.grant(1000, source="gift")
    await house.close(await house.grant(9000))
    await house.withdraw(100)


def moment(house: House, **later: float) -> datetime:
    return house.clock.now() + timedelta(**later)
