"""The Postgres database, for several servers and workers: it looks after owners itself, below our own queries."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import create_async_engine

from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import ROLE, SETTING, seen_now

CONNECTIONS = 20
WRITERS_WAITING = 2
"""Writing transactions of one process that are at the database: one works, one waits there, and the others wait without
a connection, so that who reads finds one. Those of a frozen process come to their turn one after the other, and each is
ended only once it has kept everybody waiting: so there must be few.
"""

READ_ONLY, APART = "rekindle_read_only", "rekindle_apart"
WRITERS = 0x52454B49
"""The number of the lock that each writing transaction holds."""

# All of it holds for this transaction alone, so that nothing is left on a connection that goes back to the pool, also
# where many share one through a pooler.
_BEGIN = (
    f"SELECT set_config('role', '{ROLE}', true), set_config('{SETTING}', :seen, true), "
    "set_config('statement_timeout', :patience, true), set_config('lock_timeout', :patience, true), "
    "set_config('idle_in_transaction_session_timeout', :idle, true)"
)
_READ = text(_BEGIN)
_WRITE = text(f"{_BEGIN}, pg_advisory_xact_lock({WRITERS})")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one waits: `seconds` for a connection, a statement or a lock; and until a transaction in which nothing
    happens is ended by the server, as its process may be frozen while others wait for its locks.
    """

    seconds: float = 10.0
    idle_seconds: float = 4.0


def open_postgres(url: str, *, connections: int = CONNECTIONS, patience: Patience | None = None) -> Database:
    """The database at a `postgresql+asyncpg:` address, whose migrations have been applied.

    One transaction writes at a time, as on SQLite: services read what they are about to change. Readers wait for
    nobody, and each sees one state to the end.
    """
    patience = patience or Patience()
    engine = create_async_engine(
        url, pool_size=connections, max_overflow=0, pool_timeout=patience.seconds,
        # What is in a statement that fails is nothing for a log: addresses, hashes of passwords.
        hide_parameters=True,
        # Its own limit ends a statement first where the server still answers at all.
        connect_args={"timeout": patience.seconds, "command_timeout": patience.seconds + 0.5},
    )  # fmt: skip
    given = {"patience": f"{patience.seconds * 1000:.0f}", "idle": f"{patience.idle_seconds * 1000:.0f}"}

    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        free = options.get(READ_ONLY, False) or options.get(APART, False)
        connection.execute(_READ if free else _WRITE, {"seen": seen_now(), **given})

    event.listen(engine.sync_engine, "begin", begin)
    event.listen(engine.sync_engine, "checkout", _still_open)
    event.listen(engine.sync_engine, "invalidate", _hang_up)
    reading = engine.execution_options(**{READ_ONLY: True, "isolation_level": "REPEATABLE READ"})
    apart = engine.execution_options(**{APART: True})
    writers = asyncio.Semaphore(WRITERS_WAITING)
    return Database(engine, reading=reading, apart=apart, writers=writers, seconds=patience.seconds)


def _hang_up(connection: Any, _record: object, _error: object) -> None:
    """End a connection that is of no use any more without saying good-bye, which may wait for an answer."""
    connection.driver_connection.terminate()


def _still_open(connection: Any, _record: object, _proxy: object) -> None:
    """Let the pool replace a connection that the server has closed meanwhile, as at its restart; asks nobody."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
