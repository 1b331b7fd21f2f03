"""Telling that a database is away from everything else."""

import asyncio
import socket
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from rekindle.infra.db.away import DatabaseAway, away


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


async def error_of(url: str, statement: str = "SELECT 1", **options: object) -> BaseException:
    engine = create_async_engine(url, **options)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(statement))
    except Exception as error:
        return error
    finally:
        await engine.dispose()
    raise AssertionError("it worked")


async def test_a_server_that_is_not_there_is_away() -> None:
    error = await error_of(f"postgresql+asyncpg://ada:secret@127.0.0.1:{free_port()}/x")
    told = away(error)
    assert isinstance(told, DatabaseAway)
    assert (told.status, told.retry_after) == (503, 5)
    assert "secret" not in told.message


async def test_a_server_that_says_nothing_is_away() -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    url = f"postgresql+asyncpg://ada@127.0.0.1:{silent.getsockname()[1]}/x"
    try:
        error = await error_of(url, connect_args={"timeout": 0.2})
    finally:
        silent.close()
    assert away(error) is not None


async def test_a_file_that_somebody_else_writes_to_is_away(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (x)")
        other.commit()
        other.execute("BEGIN EXCLUSIVE")
        error = await error_of(
            f"sqlite+aiosqlite:///{path}", "INSERT INTO t VALUES (1)", connect_args={"timeout": 0.05}
        )
        assert away(error) is not None
    other.close()


async def test_a_table_that_is_not_there_is_a_fault_of_ours(tmp_path: Path) -> None:
    error = await error_of(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", "SELECT * FROM nothing")
    assert isinstance(error, OperationalError)
    assert away(error) is None


class Said(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("said by the server")
        self.sqlstate = sqlstate


@pytest.mark.parametrize("code", ["57P01", "57P03", "57014", "55P03", "25P03", "53300", "08006"])
def test_what_the_server_says_when_it_cannot_go_on_is_known(code: str) -> None:
    error = DBAPIError("SELECT 1", None, Said(code))
    error.__cause__ = Said(code)
    assert away(error) is not None


@pytest.mark.parametrize("code", ["23505", "42P01", "40001", "22P02"])
def test_what_it_says_of_a_statement_is_another_thing(code: str) -> None:
    error = DBAPIError("SELECT 1", None, Said(code))
    error.__cause__ = Said(code)
    assert away(error) is None


def test_a_file_that_is_missing_has_nothing_to_do_with_it() -> None:
    with pytest.raises(OSError, match="nowhere") as caught:
        Path("/nowhere/at/all").read_bytes()
    assert away(caught.value) is None


async def test_a_time_limit_of_ours_has_nothing_to_do_with_it() -> None:
    with pytest.raises(TimeoutError) as caught:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(1)
    assert away(caught.value) is None
