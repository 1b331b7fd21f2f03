"""The Postgres database, for several servers and workers: it looks after owners itself, below our own queries."""

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import create_async_engine

from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import ROLE, SETTING, seen_now

CONNECTIONS = 20

READ_ONLY = "rekindle_read_only"
WRITERS = 0x52454B49
"""The number of the lock that each writing transaction holds."""

# All of it holds for this transaction alone, so that nothing is left on a connection that goes back to the pool.
_BEGIN = f"SELECT set_config('role', '{ROLE}', true), set_config('{SETTING}', :seen, true)"
_READ = text(_BEGIN)
_WRITE = text(f"{_BEGIN}, pg_advisory_xact_lock({WRITERS})")


def open_postgres(url: str) -> Database:
    """The database at a `postgresql+asyncpg:` address, whose migrations have been applied.

    One transaction writes at a time, as on SQLite: services read what they are about to change. Readers wait for
    nobody, and each sees one state to the end.
    """
    # What is in a statement that fails is nothing for a log: addresses, hashes of passwords.
    engine = create_async_engine(url, pool_size=CONNECTIONS, max_overflow=0, hide_parameters=True)
    event.listen(engine.sync_engine, "begin", _begin)
    reading = engine.execution_options(**{READ_ONLY: True, "isolation_level": "REPEATABLE READ"})
    return Database(engine, reading=reading)


def _begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.execute(_READ if read_only else _WRITE, {"seen": seen_now()})
