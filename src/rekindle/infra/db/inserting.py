"""Inserting what may be there already: `ON CONFLICT`, which SQLite and Postgres write alike and SQLAlchemy apart."""

from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, TableClause
from sqlalchemy.dialects import postgresql, sqlite

from rekindle.infra.db.database import Transaction

Upsert: TypeAlias = postgresql.Insert | sqlite.Insert
"""An `INSERT` that has `on_conflict_do_nothing` and `on_conflict_do_update`."""


def insert_into(tx: Transaction | Connection, table: type[Any] | TableClause) -> Upsert:
    """An insertion into a table, in the words of the database that the transaction is on."""
    bind: Engine | Connection = tx if isinstance(tx, Connection) else tx.get_bind()
    return postgresql.insert(table) if bind.dialect.name == "postgresql" else sqlite.insert(table)
