"""How Alembic reaches the database: online, or printing the statements."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from rekindle.infra.db.base import Base
from rekindle.infra.db.owner import EVERYTHING, SETTING

MIGRATING = 0x52454B4A
"""The number of the lock that whoever migrates holds."""


def run_offline(url: str) -> None:
    context.configure(url=url, target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def run_online(url: str) -> None:
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # Whoever owns the tables is held to their policies, too; migrations change rows of everybody.
            connection.execute(text(f"SELECT set_config('{SETTING}', '{EVERYTHING}', false)"))
            connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                # Two that start at once: the second finds nothing to do.
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
            context.run_migrations()
    engine.dispose()


address = context.config.get_main_option("sqlalchemy.url") or ""
if context.is_offline_mode():
    run_offline(address)
else:
    run_online(address)
