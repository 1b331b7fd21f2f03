"""Bring a database to the newest version of the tables, or say that somebody has to."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool

from rekindle.errors import Conflict

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10
SYNCHRONOUS_DRIVERS = {"sqlite+aiosqlite": "sqlite", "postgresql+asyncpg": "postgresql+psycopg"}


def migrations(url: str) -> Config:
    """The Alembic configuration for the database at `url`; migrations run over the synchronous driver."""
    scheme, separator, rest = url.partition(":")
    # The two drivers of Postgres have their own names for the same wish.
    rest = rest.replace("?ssl=", "?sslmode=").replace("&ssl=", "&sslmode=")
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option(
        "sqlalchemy.url", (SYNCHRONOUS_DRIVERS.get(scheme, scheme) + separator + rest).replace("%", "%%")
    )
    return config


class TablesOutOfDate(Conflict):
    code: ClassVar[str] = "tables_out_of_date"
    title: ClassVar[str] = "The database is not up to date"


@dataclass(frozen=True, slots=True)
class Version:
    """The version of the tables that a database has (None: no tables), and the newest one that this program knows."""

    found: str | None
    newest: str
    known: bool

    @property
    def behind(self) -> bool:
        """Whether migrations are missing. A version that is not known is a newer one: their numbers only grow."""
        return self.found != self.newest and (self.found is None or self.known or self.found < self.newest)


def version_of(url: str) -> Version:
    """The version of the tables of the database at `url`. Raises what SQLAlchemy does where it does not answer."""
    config = migrations(url)
    scripts = ScriptDirectory.from_config(config)
    patience = {} if url.startswith("sqlite") else {"connect_timeout": CONNECT_SECONDS}
    address = config.get_main_option("sqlalchemy.url") or ""
    engine = create_engine(address, poolclass=pool.NullPool, connect_args=patience)
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    known = {each.revision for each in scripts.walk_revisions()}
    return Version(found, scripts.get_current_head() or "", found in known)


def upgrade(url: str) -> None:
    """Apply every migration that the database at `url` has not seen; nothing where it is newer than this program.

    On Postgres two who do it at once wait for each other.
    """
    if not url.startswith("sqlite") and not (version := version_of(url)).behind:
        _note_newer(version)
        return
    command.upgrade(migrations(url), "head")


def check(url: str) -> None:
    """Raise TablesOutOfDate where migrations are missing.

    A database may be newer than the program: new versions of the tables leave alone what the version before needs, so
    that servers can be replaced one by one.
    """
    version = version_of(url)
    if version.behind:
        have = "has no tables yet" if version.found is None else f"has its tables in version {version.found}"
        raise TablesOutOfDate(
            f"The database {have}, and this program needs version {version.newest}. Run `rekindle migrate`, or start "
            "with --migrate."
        )
    _note_newer(version)


def _note_newer(version: Version) -> None:
    if version.found != version.newest:
        log.warning("the tables are newer (%s) than this program (%s)", version.found, version.newest)
