"""The embedded database: one SQLite file in WAL mode, one writer at a time."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from rekindle.infra.db.database import Database

READ_ONLY = "rekindle_read_only"
BUSY_SECONDS = 30.0
"""Seconds that a writer waits for another process."""


def open_database(url: str) -> Database:
    """The database at a `sqlite+aiosqlite:` address; its folder is made when it is missing."""
    if (file := make_url(url).database) is not None:
        Path(file).parent.mkdir(parents=True, exist_ok=True)

    async def connect() -> aiosqlite.Connection:
        # The driver opens no transactions by itself: `_begin` does, so that a writer takes its lock before it reads.
        return await _Steady(
            lambda: sqlite3.connect(
                file or ":memory:", timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        )

    # What is in a statement that fails is nothing for a log: addresses, hashes of passwords.
    engine = create_async_engine(url, async_creator=connect, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_connection)
    event.listen(engine.sync_engine, "begin", _begin)
    return Database(engine, reading=engine.execution_options(**{READ_ONLY: True}), writers=asyncio.Lock())


class _Steady(aiosqlite.Connection):
    """A connection that finishes what it was asked for, also for a task that is canceled meanwhile.

    A statement goes on in its thread whoever waits. Were it left alone there, the `BEGIN` of somebody who is gone would
    keep the database locked, for as long as anything still refers to one of its cursors.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        # A process may end without having closed its connections.
        self._thread.daemon = True

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        asked = asyncio.ensure_future(super()._execute(fn, *args, **kwargs))  # pyright: ignore[reportUnknownMemberType]
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:
            while not asked.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([asked])
            raise

    async def close(self) -> None:
        """Give the lock back, then close: closing alone leaves it to whoever still has a cursor."""
        if self._running and self._connection is not None:
            with suppress(ValueError):  # closed meanwhile by somebody else
                await self.rollback()
        await super().close()


def _prepare_connection(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # FULL: a transaction that was answered for is on the disk, also when the power fails.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
