"""The database port: one SQLAlchemy metadata and one migration history, on SQLite or Postgres."""
