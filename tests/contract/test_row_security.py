"""On Postgres nobody sees or changes what is somebody else's, whatever statement is sent: the database looks to it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, Connection, Table, inspect, select, text
from sqlalchemy.exc import DBAPIError

from rekindle.infra.db import owner
from rekindle.infra.db.base import Base
from rekindle.infra.db.database import Database
from rekindle.infra.db.migrate import upgrade
from rekindle.infra.db.postgres import open_postgres
from rekindle.server import app  # Imports every table. # noqa: F401
from tests.postgres import Postgres, postgres_or_skip

ADA, BOB = UUID(int=0xADA), UUID(int=0xB0B)
NOW = datetime(2026, 5, 17, 12, 0, tzinfo=UTC)

OF_NOBODY = {"tasks", "cached_files", "billing_events", "billing_searches", "credit_allowances", "egress_days",
              "provider_health", "provider_use", "spendings", "spending_sums", "budgets", "pools", "pool_entries",
              "refills", "alerts", "schedule_runs", "clock_watch", "usage_days", "usage_gone",
              "tombstones", "limit_counts", "files_mark"}  # fmt: skip
"""Tables of the machinery: keys of files and of tasks, and what the payment company said, without what it was about,
hashes of who had an allowance, how much left the machine in a day, how providers do, and what operators spend there;
what is done by the clock, what was used in a day, and identifiers of what is no longer there."""

ACCOUNTS = {"users", "identities", "sessions", "api_keys", "mail_links"}
LEDGER = {"credit_entries", "credit_moves"}


@pytest.fixture(scope="module")
def server() -> Generator[Postgres]:
    with postgres_or_skip() as running:
        yield running


@pytest.fixture(scope="module")
def address(server: Postgres) -> str:
    """A database in which Ada and Bob have a row in every table."""
    address = server.new_database()
    upgrade(address)
    asyncio.run(fill(address))
    return address


@pytest.fixture
async def db(address: str) -> AsyncGenerator[Database]:
    opened = open_postgres(address)
    yield opened
    await opened.aclose()


def tables() -> list[Table]:
    """All tables of people's things, those first that others point at."""
    return [table for table in Base.metadata.sorted_tables if table.name not in OF_NOBODY]


async def fill(address: str) -> None:
    """A row in every table for each of the two, made from what the tables say of themselves."""
    db = open_postgres(address)
    with owner.seeing_everything():
        for who in (ADA, BOB):
            made: dict[str, dict[str, Any]] = {}
            async with db.transaction() as tx:
                for table in tables():
                    made[table.name] = row_of(table, who, made)
                    await tx.execute(table.insert().values(made[table.name]))
    await db.aclose()


def row_of(table: Table, who: UUID, made: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {column.name: value_of(column, who, made) for column in table.columns if not column.nullable}


def value_of(column: Column[Any], who: UUID, made: dict[str, dict[str, Any]]) -> Any:
    if column.name in ("owner_id", "user_id", "account_id") or (column.table.name == "users" and column.name == "id"):
        return who
    for key in column.foreign_keys:
        return made[key.column.table.name][key.column.name]
    if column.name == "role":
        return "user"
    plain: dict[str, Callable[[], Any]] = {
        "Uuid": uuid4, "String": lambda: uuid4().hex, "LargeBinary": lambda: uuid4().bytes, "Boolean": bool,
        "Integer": int, "BigInteger": int, "Float": float, "Double": float, "JSON": dict, "Date": NOW.date,
        "UtcDateTime": lambda: NOW,
    }  # fmt: skip
    return 1 if column.name == "amount" else plain[type(column.type).__name__]()


@contextmanager
def seeing(what: str) -> Generator[None]:
    before = owner._seen.set(what)
    try:
        yield
    finally:
        owner._seen.reset(before)


def as_ada() -> AbstractContextManager[None]:
    return seeing(str(ADA))


def key_of(table: Table) -> Any:
    """A column that is different in every row: what a row of Bob's is found by."""
    return next(iter(table.primary_key.columns))


async def bobs_key(db: Database, table: Table) -> Any:
    """The key of Bob's row, found by who sees everything: the one that Ada does not see."""
    key = key_of(table)
    with owner.seeing_everything():
        async with db.reading() as tx:
            everyones = set((await tx.scalars(select(key))).all())
    with as_ada():
        async with db.reading() as tx:
            adas = set((await tx.scalars(select(key))).all())
    (bobs,) = everyones - adas - {UUID(int=1)}
    return bobs


# ── that it is on ──


async def inspected(db: Database, question: str) -> list[Any]:
    with owner.seeing_everything():
        async with db.reading() as tx:
            return list((await tx.execute(text(question))).all())


async def test_every_table_of_somebodys_things_is_guarded_by_force(db: Database) -> None:
    rows = await inspected(
        db,
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
        "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace",
    )
    guarded = {name for name, on, forced in rows if on and forced}
    others = {name for name, _, _ in rows if name.startswith("procrastinate_")}  # tasks, of nobody
    assert {name for name, _, _ in rows} - guarded == OF_NOBODY | {"alembic_version"} | others


async def test_every_table_that_names_its_owner_is_guarded() -> None:
    for table in Base.metadata.sorted_tables:
        named = {"owner_id", "user_id", "account_id"} & set(table.columns.keys())
        assert not named or table.name not in OF_NOBODY, table.name


async def test_there_is_a_policy_for_each_command_and_none_for_all(db: Database) -> None:
    rows = await inspected(db, "SELECT tablename, cmd FROM pg_policies")
    found: dict[str, set[str]] = {}
    for table, command in rows:
        found.setdefault(table, set()).add(command)
    everything = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    expected = {table.name: {"SELECT", "INSERT"} if table.name in LEDGER else everything for table in tables()}
    assert found == expected


async def test_transactions_run_as_a_role_that_owns_nothing_and_passes_no_policy(db: Database) -> None:
    async with db.reading() as tx:
        assert (await tx.execute(text("SELECT current_user"))).scalar_one() == owner.ROLE
    question = "SELECT rolsuper, rolbypassrls, rolcanlogin, rolcreaterole FROM pg_roles WHERE rolname = 'rekindle_app'"
    assert await inspected(db, question) == [(False, False, False, False)]
    owned = f"SELECT count(*) FROM pg_class WHERE relowner = '{owner.ROLE}'::regrole"
    assert await inspected(db, owned) == [(0,)]


# ── what it does ──


async def counts(db: Database) -> dict[str, int]:
    async with db.reading() as tx:
        return {
            table.name: (await tx.execute(select(text("count(*)")).select_from(table))).scalar_one()
            for table in tables()
        }  # fmt: skip


ALL = {table.name: 3 if table.name == "users" else 2 for table in tables()}
"""The two, and the owner of a machine at home."""


@pytest.mark.parametrize("said", ["", "EVERYTHING", "x", "00000000", "' OR true --", str(UUID(int=7))])
async def test_whoever_says_nothing_of_sense_sees_nothing(db: Database, said: str) -> None:
    with seeing(said):
        assert set((await counts(db)).values()) == {0}


async def test_at_the_door_only_accounts_are_seen(db: Database) -> None:
    with owner.at_the_door():
        assert await counts(db) == {name: many if name in ACCOUNTS else 0 for name, many in ALL.items()}


async def test_each_sees_a_row_of_their_own_and_workers_see_all(db: Database) -> None:
    with as_ada():
        assert set((await counts(db)).values()) == {1}
    with owner.seeing_everything():
        assert await counts(db) == ALL


@pytest.mark.parametrize("command", ["SELECT", "UPDATE", "DELETE"])
async def test_ada_cannot_read_change_or_delete_what_is_bobs(db: Database, command: str) -> None:
    reached: dict[str, Any] = {}
    for table in tables():
        key, bobs = key_of(table), await bobs_key(db, table)
        statement: Any = {
            "SELECT": select(key).where(key == bobs),
            "UPDATE": table.update().where(key == bobs).values({key.name: key}).returning(key),
            "DELETE": table.delete().where(key == bobs).returning(key),
        }[command]
        with as_ada():
            async with db.transaction() as tx:
                reached[table.name] = (await tx.execute(statement)).all()
    assert [name for name, rows in reached.items() if rows] == []
    with owner.seeing_everything():
        assert await counts(db) == ALL


async def test_ada_cannot_write_a_row_of_bobs(db: Database) -> None:
    made: dict[str, dict[str, Any]] = {}
    for table in tables():
        key = await bobs_key(db, table)
        with owner.seeing_everything():
            async with db.reading() as tx:
                made[table.name] = dict((await tx.execute(select(table).where(key_of(table) == key))).one()._mapping)
    for table in tables():
        with as_ada(), pytest.raises(DBAPIError, match="row-level security"):
            async with db.transaction() as tx:
                await tx.execute(table.insert().values(row_of(table, BOB, made)))


@pytest.mark.parametrize("table", [t for t in tables() if "owner_id" in t.columns], ids=lambda table: table.name)
async def test_ada_cannot_give_what_is_hers_to_bob(db: Database, table: Table) -> None:
    with as_ada(), pytest.raises(DBAPIError, match="row-level security"):
        async with db.transaction() as tx:
            await tx.execute(table.update().values(owner_id=BOB))


async def test_ada_cannot_ask_for_a_job_on_bobs_photo(db: Database) -> None:
    jobs, photos = Base.metadata.tables["jobs"], Base.metadata.tables["photos"]
    bobs = await bobs_key(db, photos)
    row = row_of(jobs, ADA, {"photos": {"id": bobs}, "users": {"id": ADA}})
    with as_ada(), pytest.raises(DBAPIError, match="row-level security"):
        async with db.transaction() as tx:
            await tx.execute(jobs.insert().values(row))


async def test_ada_cannot_take_bobs_photo_for_her_job_beside_her_own(db: Database) -> None:
    tables = Base.metadata.tables
    bobs = await bobs_key(db, tables["photos"])
    with as_ada():
        async with db.reading() as tx:
            job = await tx.scalar(select(tables["jobs"].c.id))
        row = {"job_id": job, "photo_id": bobs, "position": 2}
        with pytest.raises(DBAPIError, match="row-level security"):
            async with db.transaction() as tx:
                await tx.execute(tables["job_photos"].insert().values(row))


async def test_lines_of_the_ledger_cannot_be_changed_even_by_who_sees_everything(db: Database) -> None:
    for name in sorted(LEDGER):
        table = Base.metadata.tables[name]
        with owner.seeing_everything():
            async with db.transaction() as tx:
                assert (await tx.execute(table.delete().returning(key_of(table)))).all() == []
            assert (await counts(db))[name] == 2


# ── that it does not last ──


async def test_what_one_may_see_does_not_stay_on_a_connection(address: str) -> None:
    photos = Base.metadata.tables["photos"]
    db = open_postgres(address)
    db._engine.pool._pool.maxsize = 1  # type: ignore[attr-defined]
    process: set[int] = set()
    for who in (str(ADA), "", str(BOB), owner.EVERYTHING, ""):
        with seeing(who):
            async with db.reading() as tx:
                seen = (await tx.scalars(select(photos.c.owner_id))).all()
                process.add((await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one())
        assert set(seen) == {ADA, BOB} if who == owner.EVERYTHING else {str(each) for each in seen} <= {who}
    assert len(process) == 1
    await db.aclose()


async def test_many_at_once_each_see_their_own(db: Database) -> None:
    photos = Base.metadata.tables["photos"]

    async def look(who: UUID) -> set[UUID]:
        owner.act_for(who)
        async with db.reading() as tx:
            await tx.execute(text("SELECT pg_sleep(0.001)"))
            return set((await tx.scalars(select(photos.c.owner_id))).all())

    seen = await asyncio.gather(*(asyncio.create_task(look((ADA, BOB)[turn % 2])) for turn in range(100)))
    assert [each == {(ADA, BOB)[turn % 2]} for turn, each in enumerate(seen)] == [True] * 100


async def test_a_step_across_owners_ends_with_its_transaction(db: Database) -> None:
    photos = Base.metadata.tables["photos"]
    with as_ada():
        async with db.transaction() as tx:
            assert len((await tx.scalars(select(photos.c.id))).all()) == 1
            await owner.look_across(tx)
            assert len((await tx.scalars(select(photos.c.id))).all()) == 2
        assert (await counts(db))["photos"] == 1


async def test_the_migration_can_be_taken_back_and_applied_again(server: Postgres) -> None:
    from alembic import command  # noqa: PLC0415

    from rekindle.infra.db.migrate import migrations  # noqa: PLC0415

    address = server.new_database()
    await asyncio.to_thread(upgrade, address)
    await asyncio.to_thread(command.downgrade, migrations(address), "0006")
    await asyncio.to_thread(upgrade, address)


def test_the_tables_of_postgres_are_those_of_the_code(address: str) -> None:
    """What Alembic would still change, which is nothing."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415
    from sqlalchemy import create_engine  # noqa: PLC0415

    engine = create_engine(address.replace("+asyncpg", "+psycopg"))
    with engine.connect() as connection:
        assert isinstance(connection, Connection)
        assert inspect(connection).has_table("photos")
        # The tables of Procrastinate are as its package makes them.
        ours = {"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("procrastinate_")}
        assert compare_metadata(MigrationContext.configure(connection, opts=ours), Base.metadata) == []
    engine.dispose()
