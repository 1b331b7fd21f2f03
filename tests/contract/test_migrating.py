"""Bringing tables up to date: by whoever is told to, once, and never under the feet of those who run."""

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from rekindle.cli.main import main
from rekindle.infra.db.migrate import TablesOutOfDate, Version, check, migrations, upgrade, version_of
from rekindle.wiring.application import application
from rekindle.wiring.databases import DatabaseInUse, prepare_tables
from tests.factories import settings
from tests.postgres import Postgres, postgres_or_skip

BEFORE = "0014"
AWAY = "postgresql+asyncpg://somebody:s3cret@127.0.0.1:1/rekindle"


@pytest.fixture(scope="module")
def server() -> Generator[Postgres]:
    with postgres_or_skip() as running:
        yield running


def set_version(url: str, version: str) -> None:
    """Say that the tables are of some version, as another program left them."""
    engine = create_engine(url.replace("+asyncpg", "+psycopg"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    engine.dispose()


def test_nothing_starts_where_migrations_are_missing(server: Postgres, tmp_path: Path) -> None:
    url = server.new_database()
    with pytest.raises(TablesOutOfDate, match=r"has no tables yet.*rekindle migrate"):
        check(url)
    command.upgrade(migrations(url), BEFORE)
    with pytest.raises(TablesOutOfDate, match=f"version {BEFORE}"):
        prepare_tables(settings(tmp_path, database={"url": url}))
    prepare_tables(settings(tmp_path, database={"url": url, "migrate": True}))
    check(url)


def test_a_program_runs_on_tables_that_are_one_version_newer(server: Postgres, tmp_path: Path) -> None:
    url = server.new_database(tables=True)
    set_version(url, "9999")
    check(url)
    upgrade(url)
    assert version_of(url).found == "9999"
    prepare_tables(settings(tmp_path, database={"url": url, "migrate": True}))


def test_what_is_behind_and_what_is_not() -> None:
    for found, newest, known, behind in (
        (None, "0015", False, True), ("0014", "0015", True, True), ("0015", "0015", True, False),
        ("0016", "0015", False, False), ("0001", "0015", False, True),
    ):  # fmt: skip
        assert Version(found, newest, known).behind is behind


def test_two_that_migrate_at_once_do_not_disturb_each_other(server: Postgres) -> None:
    url = server.new_database()
    program = f"from rekindle.infra.db.migrate import upgrade; upgrade({url!r})"
    both = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    assert [each.wait(120) for each in both] == [0, 0]
    check(url)


def test_the_queues_can_be_taken_back_and_made_again(server: Postgres) -> None:
    url = server.new_database(tables=True)
    command.downgrade(migrations(url), BEFORE)
    engine = create_engine(url.replace("+asyncpg", "+psycopg"))
    left = "SELECT count(*) FROM pg_class WHERE relname LIKE '%procrastinate%'"
    with engine.connect() as connection:
        assert connection.scalar(text(left)) == 0
    engine.dispose()
    upgrade(url)


async def test_two_that_want_the_queue_of_a_database_for_themselves_are_told(server: Postgres, tmp_path: Path) -> None:
    url = server.new_database(tables=True)
    chosen = [settings(tmp_path / name, database={"url": url}) for name in ("one", "other")]
    async with application(chosen[0]):
        with pytest.raises(DatabaseInUse, match="procrastinate"):
            async with application(chosen[1]):
                pass
    async with application(chosen[1]):
        pass


# ── commands ──


def test_the_command_migrates_once_and_says_where_the_tables_are(server: Postgres, tmp_path: Path) -> None:
    url = server.new_database()
    environment = {"REKINDLE_DATA_FOLDER": str(tmp_path), "REKINDLE_DATABASE__URL": url}
    looked = CliRunner().invoke(main, ["migrate", "--check"], env=environment)
    assert (looked.exit_code, "none" in looked.output) == (1, True)
    done = CliRunner().invoke(main, ["migrate"], env=environment)
    assert (done.exit_code, "(before: none)" in done.output) == (0, True)
    again = CliRunner().invoke(main, ["migrate"], env=environment)
    assert (again.exit_code, "before" in again.output) == (0, False)
    assert CliRunner().invoke(main, ["migrate", "--check"], env=environment).exit_code == 0
    away = CliRunner().invoke(main, ["migrate"], env={**environment, "REKINDLE_DATABASE__URL": AWAY})
    assert (away.exit_code, "does not let anybody in" in away.output) == (2, True)


def test_a_worker_says_what_it_needs(server: Postgres, tmp_path: Path) -> None:
    home = {"REKINDLE_DATA_FOLDER": str(tmp_path)}
    alone = CliRunner().invoke(main, ["worker"], env=home)
    assert (alone.exit_code, "REKINDLE_QUEUE__KIND=procrastinate" in alone.output) == (2, True)
    without = CliRunner().invoke(main, ["worker"], env={**home, "REKINDLE_QUEUE__KIND": "procrastinate"})
    assert (without.exit_code, "needs a Postgres" in without.output) == (2, True)
    shared = {**home, "REKINDLE_QUEUE__KIND": "procrastinate", "REKINDLE_DATABASE__URL": server.new_database()}
    empty = CliRunner().invoke(main, ["worker"], env=shared)
    assert (empty.exit_code, "Run `rekindle migrate`" in empty.output) == (2, True)
    away = CliRunner().invoke(main, ["worker"], env={**shared, "REKINDLE_DATABASE__URL": AWAY})
    assert (away.exit_code, "does not let anybody in" in away.output, "s3cret" in away.output) == (2, True, False)
    unknown = CliRunner().invoke(main, ["worker", "--queues", "photos,cakes"], env=shared)
    assert (unknown.exit_code, "there is no queue called cakes" in unknown.output) == (2, True)
