"""What every database does, and what the migrations make of it."""

import asyncio
import io
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, redirect_stdout
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from rekindle.accounts import tables as account_tables
from rekindle.accounts.asking import HOME_ID
from rekindle.admin import tables as usage_tables
from rekindle.billing import tables as billing_tables
from rekindle.credits import tables as credit_tables
from rekindle.infra.db.base import Base, UtcDateTime
from rekindle.infra.db.database import Database
from rekindle.infra.db.migrate import migrations, upgrade
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.queue import tables as queue_tables
from rekindle.infra.tombstones import tables as tombstone_tables
from rekindle.jobs import tables as job_tables
from rekindle.photos.tables import CacheRow, PhotoRow
from tests.factories import NOON, HeldClock, database, photo_row
from tests.postgres import postgres_database

Opening = Callable[[Path], AbstractAsyncContextManager[Database]]
IMPLEMENTATIONS: list[Opening] = [database, postgres_database]
ALL_TABLES = {
    "billing_customers", "billing_events", "billing_grants", "billing_searches", "billing_subscriptions",
    "photos", "renditions", "cached_files", "jobs", "attempts", "job_days", "job_stages", "tasks",
    "credit_balances", "credit_entries", "credit_moves", "credit_grants", "credit_holds", "credit_allowances",
    "users", "identities", "sessions", "api_keys", "mail_links", "egress", "egress_days",
    "provider_health", "provider_use", "job_photos", "flags", "reports",
    "spendings", "spending_sums", "budgets", "pools", "pool_entries", "refills", "alerts",
    "bakeoffs", "bakeoff_jobs", "favourites", "rewordings",
    "schedule_runs", "clock_watch", "usage_days", "usage_gone", "tombstones", "limit_counts", "files_mark",
}  # fmt: skip


@pytest.fixture(params=IMPLEMENTATIONS, ids=lambda opening: opening.__name__)
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Database]:
    with seeing_everything():
        async with request.param(tmp_path) as opened:
            yield opened


def cached(key: str, used_at: datetime = NOON) -> CacheRow:
    return CacheRow(key=key, bytes=1, used_at=used_at, details={"n": 0})


async def counted(db: Database) -> int:
    async with db.reading() as tx:
        return len((await tx.scalars(select(CacheRow.key))).all())


async def test_a_transaction_is_kept_at_its_end(db: Database) -> None:
    async with db.transaction() as tx:
        tx.add(cached("a"))
    assert await counted(db) == 1


async def test_a_transaction_that_fails_leaves_nothing(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction() as tx:
            tx.add(cached("a"))
            await tx.flush()
            raise RuntimeError("something else went wrong")

    with pytest.raises(RuntimeError):
        await fail()
    assert await counted(db) == 0


async def test_whoever_is_cut_off_at_any_moment_keeps_nobody_waiting(db: Database) -> None:
    chance = random.Random(20)

    async def write(key: str) -> None:
        async with db.transaction() as tx:
            (await tx.scalars(select(CacheRow))).all()
            tx.add(cached(key))
            await tx.flush()
            await tx.scalar(select(CacheRow.key).limit(1))

    for turn in range(60):
        at_work = [asyncio.create_task(write(f"{turn}-{one}")) for one in range(4)]
        await asyncio.sleep(chance.random() * 0.02)
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
        async with asyncio.timeout(10.0):
            await write(f"after {turn}")


async def test_after_a_failed_transaction_the_next_one_works(db: Database) -> None:
    async with db.transaction() as tx:
        tx.add(cached("a"))

    async def again() -> None:
        async with db.transaction() as tx:
            tx.add(cached("a"))

    with pytest.raises(IntegrityError):
        await again()
    async with db.transaction() as tx:
        tx.add(cached("b"))
    assert await counted(db) == 2


async def test_what_is_in_a_statement_that_fails_is_not_told(db: Database) -> None:
    async def twice() -> None:
        async with db.transaction() as tx:
            await tx.execute(insert(CacheRow).values(key="a", bytes=1, used_at=NOON, details={"hash": "$argon2id$"}))
            await tx.execute(insert(CacheRow).values(key="a", bytes=1, used_at=NOON, details={"hash": "$argon2id$"}))

    with pytest.raises(IntegrityError) as caught:
        await twice()
    assert "cached_files" in str(caught.value)
    assert "argon2id" not in str(caught.value)


async def test_a_canceled_transaction_leaves_nothing_and_lets_the_next_one_in(db: Database) -> None:
    inside = asyncio.Event()

    async def wait_inside() -> None:
        async with db.transaction() as tx:
            tx.add(cached("a"))
            await tx.flush()
            inside.set()
            await asyncio.sleep(60)

    waiting = asyncio.create_task(wait_inside())
    await inside.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(30), db.transaction() as tx:
        tx.add(cached("b"))
    assert await counted(db) == 1


async def test_what_is_written_while_reading_is_not_kept(db: Database) -> None:
    async with db.reading() as tx:
        tx.add(cached("a"))
        await tx.flush()
    assert await counted(db) == 0


async def test_fifty_writers_at_once_lose_no_update(db: Database) -> None:
    async with db.transaction() as tx:
        tx.add(cached("counter"))

    async def increment() -> None:
        async with db.transaction() as tx:
            row = await tx.get_one(CacheRow, "counter")
            await asyncio.sleep(0)
            row.details = {"n": row.details["n"] + 1}

    await asyncio.gather(*(increment() for _ in range(50)))
    async with db.reading() as tx:
        assert (await tx.get_one(CacheRow, "counter")).details == {"n": 50}


async def test_readers_do_not_wait_for_a_writer_and_see_what_was_before(db: Database) -> None:
    async with db.transaction() as tx:
        tx.add(cached("a"))
        await tx.flush()
        async with asyncio.timeout(30):
            assert await counted(db) == 0
    assert await counted(db) == 1


async def test_a_reader_sees_one_state_however_long_it_reads(db: Database) -> None:
    async with db.reading() as reader:
        assert len((await reader.scalars(select(CacheRow.key))).all()) == 0
        async with db.transaction() as tx:
            tx.add(cached("a"))
        assert len((await reader.scalars(select(CacheRow.key))).all()) == 0


async def test_a_job_goes_with_its_photo(db: Database) -> None:
    clock = HeldClock()
    photo = photo_row(clock)
    async with db.transaction() as tx:
        tx.add(photo)
        await tx.flush()
        tx.add(
            job_tables.JobRow(
                id=clock.new_id(), owner_id=HOME_ID, photo_id=photo.id, operation="restore", options={}, corners={},
                status="queued",
                stage="waiting", progress=0.0, claim=0, revision=1, created_at=NOON, idempotency_key="k",
                request_hash="h",
            )
        )  # fmt: skip
    async with db.transaction() as tx:
        await tx.delete(await tx.get_one(PhotoRow, photo.id))
    async with db.reading() as tx:
        assert (await tx.scalars(select(job_tables.JobRow))).all() == []


ZONES = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001 - `timezones` adds it


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(moment=MOMENTS)
async def test_a_moment_comes_back_as_the_same_moment_in_utc(db: Database, moment: datetime) -> None:
    async with db.transaction() as tx:
        await tx.merge(cached("a", moment))
    async with db.reading() as tx:
        again = (await tx.get_one(CacheRow, "a")).used_at
    assert again == moment
    assert again.utcoffset() == timedelta(0)


async def test_moments_of_different_zones_are_compared_as_moments(db: Database) -> None:
    east = datetime(2026, 5, 17, 14, 0, tzinfo=timezone(timedelta(hours=5)))
    async with db.transaction() as tx:
        tx.add(cached("earlier", east))
        tx.add(cached("later", NOON))
    async with db.reading() as tx:
        order = (await tx.scalars(select(CacheRow.key).order_by(CacheRow.used_at))).all()
        assert order == ["earlier", "later"]
        assert (await tx.scalars(select(CacheRow.key).where(CacheRow.used_at < NOON))).all() == ["earlier"]


async def test_a_moment_without_a_time_zone_is_refused(db: Database) -> None:
    async def store() -> None:
        async with db.transaction() as tx:
            tx.add(cached("a", datetime(2026, 5, 17)))  # noqa: DTZ001

    with pytest.raises(StatementError, match="without a time zone"):
        await store()


async def test_a_database_that_answers_says_so(db: Database) -> None:
    await db.ping()


# ── migrations ──


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'migrated 100%.db'}"


def tables(url: str) -> set[str]:
    engine = create_engine(url.replace("+aiosqlite", ""))
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_an_empty_database_gets_every_table(url: str) -> None:
    upgrade(url)
    assert tables(url) == ALL_TABLES


def test_upgrading_twice_changes_nothing(url: str) -> None:
    upgrade(url)
    upgrade(url)
    assert tables(url) == ALL_TABLES


def test_the_migrations_make_exactly_the_tables_of_the_code(url: str) -> None:
    known = {
        queue_tables.TaskRow, job_tables.JobRow, credit_tables.EntryRow, account_tables.UserRow,
        billing_tables.CustomerRow, usage_tables.UsageDayRow, tombstone_tables.TombstoneRow,
    }  # fmt: skip
    assert {row.__tablename__ for row in known} <= set(Base.metadata.tables)
    assert set(Base.metadata.tables) == ALL_TABLES
    upgrade(url)
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_every_migration_can_be_taken_back_and_done_again(url: str) -> None:
    upgrade(url)
    command.downgrade(migrations(url), "base")
    assert tables(url) == set()
    upgrade(url)
    assert tables(url) == ALL_TABLES


def test_photos_results_and_jobs_of_the_first_release_survive_the_upgrade(url: str) -> None:
    """What `kind` and `details` came to later: rows as the first version of the tables had them."""
    config = migrations(url)
    command.upgrade(config, "0001")
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        for statement in FIRST_RELEASE:
            connection.execute(text(statement))
    upgrade(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT kind, version, master_key, details FROM renditions")).all()
        assert [tuple(row) for row in found] == [("result", 1, "results/m.tif", None)]
        assert connection.scalar(text("SELECT count(*) FROM jobs")) == 1
    command.downgrade(config, "0001")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT master_key FROM renditions")) == "results/m.tif"
    engine.dispose()


FIRST_RELEASE = (
    """INSERT INTO photos (id, created_at, filename, format, sha256, bytes, width, height, has_location, preview_key,
    thumbnail_key, found_corners)
    VALUES ('1', '2026-05-17 12:00:00', 'a.jpg', 'jpeg', 'h', 1, 4, 3, 0, 'p', 't', '{}')""",
    """INSERT INTO jobs (id, photo_id, operation, options, corners, status, stage, progress, claim, revision,
    created_at, idempotency_key, request_hash)
    VALUES ('2', '1', 'restore', '{"strength": "auto", "enlarge": 1, "keep_tone": false}', '{}',
    'succeeded', 'done', 1.0, 1, 2, '2026-05-17 12:00:00', 'k', 'h')""",
    """INSERT INTO renditions (id, photo_id, job_id, created_at, operation, version, width, height, master_key,
    preview_key, thumbnail_key, before_key) VALUES ('3', '1', '2', '2026-05-17 12:00:00', 'restore', 1, 4, 3,
    'results/m.tif', 'results/p.jpg', 'results/t.jpg', 'results/b.jpg')""",
)


def test_photos_survive_an_upgrade_that_has_nothing_to_do(url: str) -> None:
    upgrade(url)
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO cached_files VALUES ('a', 1, '2026-05-17 12:00:00', '{}')"))
    upgrade(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM cached_files")) == 1
    engine.dispose()


def test_the_statements_for_postgres_can_be_printed() -> None:
    printed = io.StringIO()
    config = migrations("postgresql+asyncpg://someone@localhost/rekindle")
    config.output_buffer = printed
    with redirect_stdout(printed):
        command.upgrade(config, "head", sql=True)
    statements = printed.getvalue()
    for table in ALL_TABLES:
        assert f"CREATE TABLE {table} " in statements
    assert "JSONB" in statements
    assert "TIMESTAMP WITH TIME ZONE" in statements
    assert "UUID" in statements


def test_names_of_indexes_and_constraints_fit_into_postgres() -> None:
    names = [str(each.name) for table in Base.metadata.tables.values() for each in (*table.indexes, *table.constraints)]
    assert max(map(len, names)) <= 63


def test_stored_moments_always_have_a_zone() -> None:
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    moments = [column for column in columns if column.name.endswith("_at") and column.name != "captured_at"]
    assert moments
    assert all(isinstance(column.type, UtcDateTime) for column in moments)
    assert NOON.tzinfo is UTC
