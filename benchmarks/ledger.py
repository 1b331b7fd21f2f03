"""Holds and captures a second, beside the same statements through the bare driver, on SQLite and, if given, Postgres.

    python -m benchmarks.ledger [--pairs N] [--rounds N] [--postgres postgresql+asyncpg://user@host/database]

The bare driver sends the statements that the ledger sends, in transactions like its own, with numbers that are made up:
it plans nothing, checks nothing, and makes no digests. The database that is given must be empty; it keeps the tables.
"""

import argparse
import asyncio
import importlib
import itertools
import os
import platform
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from rekindle.clock import Clock
from rekindle.credits.service import Award, Credits
from rekindle.infra.db.database import Database
from rekindle.infra.db.embedded import open_database
from rekindle.infra.db.migrate import upgrade

PLENTY = 10**12
DIGEST = "0" * 64
Row = Sequence[Any]
Script = Generator[tuple[str, tuple[object, ...]], list[Row], None]
"""Statements with their parameters; each is answered by its rows."""
Pairs = Callable[[int], Awaitable[None]]

BALANCE = "SELECT available, held, debt, seq, digest FROM credit_balances WHERE account_id = ?"
GRANTS = "SELECT * FROM credit_grants WHERE account_id = ? AND available > 0"
KEY = "SELECT * FROM credit_entries WHERE key = ?"
ENTRY = "INSERT INTO credit_entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
MOVE = "INSERT INTO credit_moves VALUES (?, ?, ?, ?, ?, ?)"
SET_GRANT = "UPDATE credit_grants SET available = available + ?, held = held + ? WHERE id = ?"
SET_BALANCE = "UPDATE credit_balances SET available = ?, held = ?, seq = ?, digest = ? WHERE account_id = ?"
HOLD = "INSERT INTO credit_holds VALUES (?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Ledger:
    """An account with plenty of credits in a database; `name` and `moment` are how it spells these values."""

    db: Database
    account_id: UUID
    name: Callable[[UUID], object]
    moment: Callable[[datetime], object]
    lock: str = ""


def holding(ledger: Ledger, hold_id: UUID) -> Script:
    """What the ledger sends for a hold of 1."""
    account, now = ledger.name(ledger.account_id), ledger.moment(datetime.now(UTC))
    available, held, debt, seq, _ = (yield BALANCE + ledger.lock, (account,))[0]
    grant = (yield GRANTS, (account,))[0][0]
    key = f"hold:{hold_id}"
    yield KEY, (key,)
    entry, after = ledger.name(hold_id), (available - 1, held + 1, debt)
    yield (
        ENTRY,
        (entry, account, seq + 1, "hold", key, DIGEST, 1, None, entry, None, "", "{}", now, *after, DIGEST),
    )
    yield HOLD, (entry, account, 1, 0, now, now, None)
    yield SET_GRANT, (-1, 1, grant)
    yield SET_BALANCE, (available - 1, held + 1, seq + 1, DIGEST, account)
    yield MOVE, (entry, 0, "available", "held", 1, grant)


def capturing(ledger: Ledger, hold_id: UUID, entry_id: UUID) -> Script:
    """What the ledger sends for its capture."""
    now, hold, entry = ledger.moment(datetime.now(UTC)), ledger.name(hold_id), ledger.name(entry_id)
    account = (yield "SELECT account_id FROM credit_holds WHERE id = ?", (hold,))[0][0]
    grant = (yield "SELECT * FROM credit_moves WHERE entry_id = ? ORDER BY position", (hold,))[0][5]
    available, held, debt, seq, _ = (yield BALANCE + ledger.lock, (account,))[0]
    yield GRANTS + " OR id = ?", (account, grant)
    key, after = f"capture:{hold_id}", (available, held - 1, debt)
    yield KEY, (key,)
    yield "SELECT * FROM credit_holds WHERE id = ?", (hold,)
    yield "UPDATE credit_holds SET captured = 1, ended_at = ? WHERE id = ?", (now, hold)
    yield (
        ENTRY,
        (entry, account, seq + 1, "capture", key, DIGEST, 1, None, hold, hold, "", "{}", now, *after, DIGEST),
    )
    yield SET_GRANT, (0, -1, grant)
    yield SET_BALANCE, (available, held - 1, seq + 1, DIGEST, account)
    yield MOVE, (entry, 0, "held", "spent", 1, grant)


def through_the_ledger(ledger: Ledger, clock: Clock) -> Pairs:
    """Pairs of a hold and its capture, as the product does it."""
    credits_of = Credits(clock=clock)

    async def pairs(count: int) -> None:
        deadline = clock.now() + timedelta(days=1)
        for _ in range(count):
            key = str(clock.new_id())
            async with ledger.db.transaction() as tx:
                held = await credits_of.hold(tx, ledger.account_id, 1, key=f"hold:{key}", deadline_at=deadline)
            async with ledger.db.transaction() as tx:
                await credits_of.capture(tx, held.id, key=f"capture:{key}")

    return pairs


def scripts(ledger: Ledger, clock: Clock, count: int) -> Generator[Script]:
    """One transaction after another."""
    for _ in range(count):
        hold_id = clock.new_id()
        yield holding(ledger, hold_id)
        yield capturing(ledger, hold_id, clock.new_id())


def through_sqlite(ledger: Ledger, clock: Clock, file: Path) -> Pairs:
    """The same by the sqlite3 module, with the settings of the product's connections."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")

    async def pairs(count: int) -> None:
        for script in scripts(ledger, clock, count):
            connection.execute("BEGIN IMMEDIATE")
            statement = next(script)
            while statement:
                rows = connection.execute(*statement).fetchall()
                statement = _go_on(script, rows)
            connection.execute("COMMIT")

    return pairs


def through_asyncpg(ledger: Ledger, clock: Clock, connection: Any) -> Pairs:
    """The same by asyncpg, whose statements stay prepared."""

    async def pairs(count: int) -> None:
        for script in scripts(ledger, clock, count):
            async with connection.transaction():
                statement = next(script)
                while statement:
                    rows: list[Row] = await connection.fetch(_numbered(statement[0]), *statement[1])
                    statement = _go_on(script, rows)

    return pairs


def _go_on(script: Script, rows: list[Row]) -> tuple[str, tuple[object, ...]] | None:
    try:
        return script.send(rows)
    except StopIteration:
        return None


def _numbered(statement: str) -> str:
    numbers = itertools.count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", statement)


async def _filled(ledger: Ledger, clock: Clock) -> Ledger:
    async with ledger.db.transaction() as tx:
        await Credits(clock=clock).grant(tx, ledger.account_id, Award(PLENTY, "benchmark"), key=str(ledger.account_id))
    return ledger


@asynccontextmanager
async def sqlite(clock: Clock) -> AsyncGenerator[tuple[Pairs, Pairs]]:
    """Both ways on a file of their own each."""
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "ours.db", Path(folder) / "theirs.db"
        ledgers: list[Ledger] = []
        for file in (ours, theirs):
            url = f"sqlite+aiosqlite:///{file}"
            await asyncio.to_thread(upgrade, url)
            ledger = Ledger(
                open_database(url), clock.new_id(), lambda name: name.hex, lambda at: at.isoformat(" ")[:26]
            )
            ledgers.append(await _filled(ledger, clock))
        yield through_the_ledger(ledgers[0], clock), through_sqlite(ledgers[1], clock, theirs)
        for ledger in ledgers:
            await ledger.db.aclose()


@asynccontextmanager
async def postgres(clock: Clock, url: str) -> AsyncGenerator[tuple[Pairs, Pairs]]:
    """Both ways on accounts of their own each."""
    asyncpg = importlib.import_module("asyncpg")
    await asyncio.to_thread(upgrade, url)
    engine = create_async_engine(url)
    db = Database(engine, reading=engine)
    lock = " FOR UPDATE"
    ours, theirs = [
        await _filled(Ledger(db, clock.new_id(), lambda name: name, lambda at: at, lock), clock) for _ in range(2)
    ]
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    yield through_the_ledger(ours, clock), through_asyncpg(theirs, clock, connection)
    await connection.close()
    await db.aclose()


@dataclass(frozen=True)
class Speed:
    """Pairs a second, and milliseconds of this process's processor time for one."""

    pairs: float
    busy: float


async def measure(both: tuple[Pairs, Pairs], *, pairs: int, rounds: int) -> tuple[Speed, Speed]:
    """The speed of each way: medians of rounds that take turns, after one that does not count."""
    taken: tuple[list[Speed], list[Speed]] = ([], [])
    for turn in range(rounds + 1):
        for way, measured in zip(both, taken, strict=True):
            begin, busy = time.perf_counter(), time.process_time()
            await way(pairs)
            now, spent = time.perf_counter() - begin, time.process_time() - busy
            if turn:
                measured.append(Speed(pairs / now, 1000 * spent / pairs))
    ours, theirs = (
        Speed(statistics.median(each.pairs for each in way), statistics.median(each.busy for each in way))
        for way in taken
    )
    return ours, theirs


async def run(pairs: int, rounds: int, url: str) -> None:
    """Print the table."""
    clock = Clock()
    ways = [("SQLite, sqlite3", sqlite(clock)), *([("Postgres, asyncpg", postgres(clock, url))] if url else [])]
    print("| database, bare driver | ledger, pairs/s | bare driver | share | ledger, busy ms a pair | bare driver |")
    print("| --- | --: | --: | --: | --: | --: |")
    for name, opening in ways:
        async with opening as both:
            ours, theirs = await measure(both, pairs=pairs, rounds=rounds)
        share = ours.pairs / theirs.pairs
        print(f"| {name} | {ours.pairs:.0f} | {theirs.pairs:.0f} | {share:.2f} | {ours.busy:.1f} | {theirs.busy:.1f} |")
    if not url:
        print("\nPostgres was not measured: no address was given (`--postgres`).")
    print("\nA pair is a hold and its capture, each in a transaction that is on the disk.")
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}.")


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200, help="pairs in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgres", default="", help="address of an empty database")
    asked = parser.parse_args()
    asyncio.run(run(asked.pairs, asked.rounds, asked.postgres))


if __name__ == "__main__":
    main()
