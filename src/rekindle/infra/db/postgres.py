"""The Postgres database, for several servers and workers: it looks after owners itself, below our own queries."""

from sqlalchemy.ext.asyncio import create_async_engine

from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import guard

CONNECTIONS = 20


def open_postgres(url: str) -> Database:
    """The database at a `postgresql+asyncpg:` address, whose migrations have been applied."""
    engine = create_async_engine(url, pool_size=CONNECTIONS, max_overflow=0, pool_pre_ping=True)
    guard(engine)
    return Database(engine, reading=engine)
