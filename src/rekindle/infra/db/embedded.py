"""The embedded database: one SQLite file in WAL mode, one writer at a time."""

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from rekindle.infra.db.database import Database

READ_ONLY = "rekindle_read_only"


def open_database(url: str) -> Database:
    """The database at a `sqlite+aiosqlite:` address; its folder is made when it is missing."""
    if (file := make_url(url).database) is not None:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    # What is in a statement that fails is nothing for a log: addresses, hashes of passwords.
    engine = create_async_engine(url, connect_args={"timeout": 30.0}, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_connection)
    event.listen(engine.sync_engine, "begin", _begin)
    return Database(engine, reading=engine.execution_options(**{READ_ONLY: True}), writers=asyncio.Lock())


def _prepare_connection(connection: Any, _record: object) -> None:
    # The driver must not open transactions by itself: `_begin` does, so that a writer takes its lock before it reads.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: a transaction that was answered for is on the disk, also when the power fails.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
