"""The database, from the settings."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import ClassVar

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from rekindle.config import Settings
from rekindle.errors import Conflict
from rekindle.infra.db.away import DatabaseAway
from rekindle.infra.db.database import Database
from rekindle.infra.db.embedded import open_database
from rekindle.infra.db.migrate import check, upgrade
from rekindle.infra.db.postgres import Patience, open_postgres

ALONE = 0x52454B4C
"""The number of the lock of whoever has the queue to itself."""


class DatabaseInUse(Conflict):
    code: ClassVar[str] = "database_in_use"
    title: ClassVar[str] = "The database is in use"


def open_tables(settings: Settings) -> Database:
    """The SQLite file or the Postgres database of the settings; both need their migrations applied."""
    url, chosen = settings.database_url, settings.database
    if not url.startswith("postgresql"):
        return open_database(url)
    patience = Patience(seconds=chosen.seconds, idle_seconds=chosen.idle_seconds)
    return open_postgres(url, connections=chosen.connections, patience=patience)


@asynccontextmanager
async def alone_with(settings: Settings, db: Database) -> AsyncGenerator[None]:
    """In this block nobody else has the queue of this database to itself. Raises DatabaseInUse.

    Whoever is alone hands everything out again that was taken, so that two on different machines would disturb each
    other, and the lock of the data folder does not tell them.
    """
    if not settings.alone or not settings.database_url.startswith("postgresql"):
        yield
        return
    connection = await db.connect()
    try:
        held = await connection.scalar(text(f"SELECT pg_try_advisory_lock({ALONE})"))
        await connection.commit()
        if not held:
            raise DatabaseInUse(
                "Another Rekindle uses this database, with a queue that is for one. Stop it first, or set "
                "REKINDLE_QUEUE__KIND=procrastinate for both."
            )
        yield
    finally:
        # The lock goes with the connection, which must not be used again.
        await connection.invalidate()
        await connection.close()


def prepare_tables(settings: Settings) -> None:
    """Bring the tables up to date, or see whether they are. Raises TablesOutOfDate, DatabaseAway."""
    url, chosen = settings.database_url, settings.database.migrate
    with told_when_away(url):
        if chosen or (chosen is None and url.startswith("sqlite")):
            upgrade(url)
        else:
            check(url)


@contextmanager
def told_when_away(url: str) -> Generator[None]:
    """Raises DatabaseAway, for who started a command, when the Postgres at `url` does not let anybody in."""
    try:
        yield
    except OperationalError as error:
        if url.startswith("sqlite"):
            raise
        raise DatabaseAway(
            f"The database at {make_url(url).render_as_string()} does not let anybody in. Start it, or correct "
            "REKINDLE_DATABASE__URL; `rekindle doctor` says more."
        ) from error
