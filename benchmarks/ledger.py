"""Holds and captures a second, beside the same work in bare statements, on SQLite and on Postgres.

    python -m benchmarks.ledger [--pairs N] [--rounds N]

The bare driver, and on Postgres also pgbench, read and write the same rows, each by a statement of its own, in
transactions like those of the ledger, with numbers that are made up: they plan nothing, check nothing, and make no
digests. The Postgres server is one of its own, where there is one to be had.
"""

import argparse
import asyncio
import importlib
import itertools
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.pgbench import Written, identifier, run_pgbench, written
from rekindle.clock import Clock
from rekindle.credits.service import Award, Credits
from rekindle.infra.db.database import Database
from rekindle.infra.db.embedded import open_database
from rekindle.infra.db.migrate import upgrade
from rekindle.infra.db.owner import EVERYTHING, ROLE, SETTING, seeing_everything
from rekindle.infra.db.postgres import WRITERS, open_postgres
from tests.postgres import NoPostgres, Postgres, postgres_server

PLENTY = 10**12
DIGEST = "0" * 64
Row = Sequence[Any]
Script = Generator[tuple[str, tuple[object, ...]], list[Row], None]
"""Statements with their parameters; each is answered by its rows."""
Pairs = Callable[[int], Awaitable[None]]

BALANCE = "SELECT available, held, debt, seq, digest FROM credit_balances WHERE account_id = ?"
LOTS = (
    "SELECT g.id, g.source, g.priority, g.granted_at, g.expires_at, g.amount, g.available, g.held, g.expired, "
    "g.reclaimed, g.closed, EXISTS (SELECT 1 FROM credit_entries WHERE key = ?) FROM credit_balances b "
    "LEFT JOIN credit_grants g ON g.account_id = b.account_id AND {} WHERE b.account_id = ?"
)
ANY, THIS = "g.available > 0", "(g.available > 0 OR g.id = ?)"
ENTRY = "INSERT INTO credit_entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
MOVE = "INSERT INTO credit_moves VALUES (?, ?, ?, ?, ?, ?)"
SET_GRANT = "UPDATE credit_grants SET available = available + ?, held = held + ? WHERE id = ?"
SET_BALANCE = "UPDATE credit_balances SET available = ?, held = ?, seq = ?, digest = ? WHERE account_id = ?"
HELD = "SELECT account_id, grant_id FROM credit_holds LEFT JOIN credit_moves ON entry_id = id WHERE id = ?"
END_HOLD = "UPDATE credit_holds SET captured = 1, ended_at = ? WHERE id = ? AND ended_at IS NULL RETURNING id"
HOLD = "INSERT INTO credit_holds VALUES (?, ?, ?, ?, ?, ?, ?)"


def key_of(kind: str, hold_id: Any) -> object:
    """The key of an entry."""
    return f"{kind}:{hold_id}"


@dataclass(frozen=True)
class Ledger:
    """An account with plenty of credits in a database; `name`, `moment` and `key` are how it spells these values."""

    db: Database
    account_id: UUID
    name: Callable[[Any], object]
    moment: Callable[[datetime], object]
    lock: str = ""
    key: Callable[[str, Any], object] = key_of


def holding(ledger: Ledger, hold_id: Any) -> Script:
    """What is read and written for a hold of 1."""
    account, now = ledger.name(ledger.account_id), ledger.moment(datetime.now(UTC))
    available, held, debt, seq, _ = (yield BALANCE + ledger.lock, (account,))[0]
    key = ledger.key("hold", hold_id)
    grant = (yield LOTS.format(ANY), (key, account))[0][0]
    entry, after = ledger.name(hold_id), (available - 1, held + 1, debt)
    yield (
        ENTRY,
        (entry, account, seq + 1, "hold", key, DIGEST, 1, None, entry, None, "", "{}", now, *after, DIGEST),
    )
    yield HOLD, (entry, account, 1, 0, now, now, None)
    yield SET_GRANT, (-1, 1, grant)
    yield SET_BALANCE, (available - 1, held + 1, seq + 1, DIGEST, account)
    yield MOVE, (entry, 0, "available", "held", 1, grant)


def capturing(ledger: Ledger, hold_id: Any, entry_id: Any) -> Script:
    """What is read and written for its capture."""
    now, hold, entry = ledger.moment(datetime.now(UTC)), ledger.name(hold_id), ledger.name(entry_id)
    account, grant = (yield HELD, (hold,))[0]
    available, held, debt, seq, _ = (yield BALANCE + ledger.lock, (account,))[0]
    key = ledger.key("capture", hold_id)
    yield LOTS.format(THIS), (key, grant, account)
    after = (available, held - 1, debt)
    yield END_HOLD, (now, hold)
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


FIRST = (
    f"SELECT set_config('role', '{ROLE}', true), set_config('{SETTING}', '{EVERYTHING}', true), "
    f"pg_advisory_xact_lock({WRITERS})"
)
"""What every transaction on Postgres begins with (infra/db/postgres.py)."""


def through_asyncpg(ledger: Ledger, clock: Clock, connection: Any) -> Pairs:
    """The same by asyncpg, whose statements stay prepared."""

    async def pairs(count: int) -> None:
        for script in scripts(ledger, clock, count):
            async with connection.transaction():
                await connection.fetch(FIRST)
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
async def postgres(clock: Clock, server: Postgres) -> AsyncGenerator[tuple[Pairs, ...]]:
    """All three ways on accounts of their own each."""
    url = server.new_database()
    await asyncio.to_thread(upgrade, url)
    db, lock = open_postgres(url), " FOR UPDATE"
    with seeing_everything():
        ours, theirs, bare = [
            await _filled(Ledger(db, clock.new_id(), lambda name: name, lambda at: at, lock), clock) for _ in range(3)
        ]
        # Here, where it is known to be installed.
        connection = await importlib.import_module("asyncpg").connect(url.replace("+asyncpg", ""))
        yield (
            through_the_ledger(ours, clock),
            through_asyncpg(theirs, clock, connection),
            through_pgbench(bare, server, url),
        )
        await connection.close()
    await db.aclose()


def through_pgbench(ledger: Ledger, server: Postgres, url: str) -> Pairs:
    """The same by pgbench, with prepared statements."""
    spelt = replace(ledger, name=_spelt, moment=_now_spelt, key=_key_spelt)
    hold, entry = "hold", "entry"
    script = written(
        [lambda: holding(spelt, hold), lambda: capturing(spelt, hold, entry)],
        first=f"{FIRST};",
        identifiers=[hold, entry],
    )

    async def pairs(count: int) -> None:
        await asyncio.to_thread(run_pgbench, server, url, script, count=count)

    return pairs


def _spelt(name: object) -> object:
    return identifier(name) if isinstance(name, str) else str(name)


def _now_spelt(_moment: datetime) -> Written:
    return Written("now()")


def _key_spelt(kind: str, hold: str) -> Written:
    return Written(f"('{kind}:' || :{hold}::text)")


@dataclass(frozen=True)
class Speed:
    """Pairs a second, and milliseconds of this process's processor time for one."""

    pairs: float
    busy: float


async def measure(ways: Sequence[Pairs], *, pairs: int, rounds: int) -> list[Speed]:
    """The speed of each way: medians of rounds that take turns, after one that does not count."""
    taken: list[list[Speed]] = [[] for _ in ways]
    for turn in range(rounds + 1):
        for way, measured in zip(ways, taken, strict=True):
            begin, busy = time.perf_counter(), time.process_time()
            await way(pairs)
            now, spent = time.perf_counter() - begin, time.process_time() - busy
            if turn:
                measured.append(Speed(pairs / now, 1000 * spent / pairs))
    return [
        Speed(statistics.median(each.pairs for each in way), statistics.median(each.busy for each in way))
        for way in taken
    ]


def _told(name: str, ours: Speed, theirs: Speed) -> None:
    busy = f"{ours.busy:.1f}"
    print(f"| {name} | {ours.pairs:.0f} | {theirs.pairs:.0f} | {ours.pairs / theirs.pairs:.2f} | {busy} |", flush=True)


async def run(pairs: int, rounds: int) -> None:
    """Print the table."""
    clock = Clock()
    print("| beside | ledger, pairs/s | the other, pairs/s | share | processor of the ledger, ms a pair |")
    print("| --- | --: | --: | --: | --: |")
    async with sqlite(clock) as ways:
        _told("SQLite: the module sqlite3", *await measure(ways, pairs=pairs, rounds=rounds))
    missing = ""
    try:
        with postgres_server(durable=True) as server:
            async with postgres(clock, server) as ways:
                ours, driver, bare = await measure(ways, pairs=pairs, rounds=rounds)
        _told("Postgres: pgbench", ours, bare)
        _told("Postgres: asyncpg", ours, driver)
    except NoPostgres as error:
        missing = f"\nPostgres was not measured: {error}."
    print(missing)
    print("A pair is a hold and its capture, each in a transaction that is on the disk. The aim is 0.4 of pgbench.")


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200, help="pairs in a round")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    asyncio.run(run(asked.pairs, asked.rounds))


if __name__ == "__main__":
    main()
