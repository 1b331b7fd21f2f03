"""Bring a database to the newest version of the tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config

SYNCHRONOUS_DRIVERS = {"sqlite+aiosqlite": "sqlite", "postgresql+asyncpg": "postgresql+psycopg"}


def migrations(url: str) -> Config:
    """The Alembic configuration for the database at `url`; migrations run over the synchronous driver."""
    scheme, separator, rest = url.partition(":")
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option(
        "sqlalchemy.url", (SYNCHRONOUS_DRIVERS.get(scheme, scheme) + separator + rest).replace("%", "%%")
    )
    return config


def upgrade(url: str) -> None:
    """Apply every migration that the database at `url` has not seen."""
    command.upgrade(migrations(url), "head")
