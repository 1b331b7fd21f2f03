"""Who is next gets a number, and Postgres gets the tables and functions of Procrastinate.

Tasks of the embedded queue that wait keep their order: they rank by when they came. Those that a server of the version
before adds meanwhile come first. On Postgres Procrastinate's own schema is applied as its package has it; what it
changes in later versions becomes migrations of ours. The application's role may use all of it: tasks are nobody's own.

Revision ID: 0015
Revises: 0014
"""

from importlib.resources import files

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ROLE = "rekindle_app"
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
RANK = {
    "sqlite": "CAST(strftime('%s', created_at) AS INTEGER) - 1767225600",
    "postgresql": "CAST(extract(epoch FROM created_at) AS integer) - 1767225600",
}
"""Seconds since the beginning of 2026."""

TABLES = ("procrastinate_workers", "procrastinate_jobs", "procrastinate_periodic_defers", "procrastinate_events")
SEQUENCES = tuple(f"{table}_id_seq" for table in TABLES)
TYPES = ("procrastinate_job_to_defer_v1", "procrastinate_job_status", "procrastinate_job_event_type")

INDEXES = {
    # Whether a task with a key is there, also while somebody works on it.
    "rekindle_tasks_under_way": "(queueing_lock) WHERE status = 'doing'",
    # The last in the row of an owner.
    "rekindle_tasks_of_lane": "((args ->> 'lane'), priority) WHERE status = 'todo'",
    # What a lease that ends was for.
    "rekindle_tasks_of_worker": "(worker_id) WHERE worker_id IS NOT NULL",
}


def upgrade() -> None:
    with op.batch_alter_table("tasks") as tasks:
        tasks.add_column(sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
        tasks.add_column(sa.Column("lane", sa.String(), nullable=True))
        tasks.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="photos"))
        tasks.add_column(sa.Column("baggage", JSON, nullable=True))
        tasks.drop_index("ix_tasks_priority_available_at")
        tasks.create_index("ix_tasks_rank_created_at", ["rank", "created_at"])
        tasks.create_index("ix_tasks_lane_rank", ["lane", "rank"])
    op.execute(sa.text(f"UPDATE tasks SET rank = {RANK[op.get_context().dialect.name]} - 30 * priority"))
    if op.get_context().dialect.name == "postgresql":
        _procrastinate()


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"DROP TABLE {', '.join(TABLES)} CASCADE")
        op.execute(sa.text(DROP_FUNCTIONS))
        for name in TYPES:
            op.execute(f"DROP TYPE {name}")
    with op.batch_alter_table("tasks") as tasks:
        tasks.drop_index("ix_tasks_lane_rank")
        tasks.drop_index("ix_tasks_rank_created_at")
        tasks.create_index("ix_tasks_priority_available_at", ["priority", "available_at"])
        for name in ("baggage", "kind", "lane", "rank"):
            tasks.drop_column(name)


DROP_FUNCTIONS = r"""
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT oid\:\:regprocedure\:\:text FROM pg_proc
        WHERE proname LIKE 'procrastinate\_%' AND pronamespace = current_schema()\:\:regnamespace
    LOOP EXECUTE 'DROP FUNCTION ' || name || ' CASCADE'; END LOOP;
END $$
"""


def _procrastinate() -> None:
    schema = files("procrastinate").joinpath("sql", "schema.sql").read_text(encoding="utf-8")
    # A colon begins a parameter, unless it is doubled for a cast or escaped.
    op.execute(sa.text(schema.replace("::", "\x00").replace(":", r"\:").replace("\x00", r"\:\:")))
    for name, definition in INDEXES.items():
        op.execute(sa.text(f"CREATE INDEX {name} ON procrastinate_jobs {definition}"))
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO {ROLE}")
    op.execute(f"GRANT USAGE ON SEQUENCE {', '.join(SEQUENCES)} TO {ROLE}")
