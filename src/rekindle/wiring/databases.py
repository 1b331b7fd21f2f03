"""The database, by its address."""

from rekindle.infra.db.database import Database
from rekindle.infra.db.embedded import open_database
from rekindle.infra.db.postgres import open_postgres


def open_tables(url: str) -> Database:
    """The SQLite file or the Postgres database at this address; both need their migrations applied."""
    return open_postgres(url) if url.startswith("postgresql") else open_database(url)
