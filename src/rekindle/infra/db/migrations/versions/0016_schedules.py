"""What was done by the clock and how the time went; what was used day by day; what was deleted for good; and counts.

None of it names anybody: identifiers in it are of what is no longer there.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "schedule_runs",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("period", MOMENT, nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", "period", name="pk_schedule_runs"),
    )
    op.create_table(
        "clock_watch",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("steady_since", MOMENT, nullable=False),
        sa.Column("leapt", sa.Double[float](), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_clock_watch"),
    )
    op.create_table(
        "usage_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "measure", "key", name="pk_usage_days"),
    )
    op.create_table(
        "usage_gone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "measure", name="pk_usage_gone"),
    )
    op.create_index("ix_usage_gone_day", "usage_gone", ["day"])
    op.create_table(
        "tombstones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("file", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tombstones"),
    )
    op.create_index("ix_tombstones_file", "tombstones", ["file"])
    op.create_index("ix_tombstones_at", "tombstones", ["at"])
    op.create_table(
        "limit_counts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("taken", JSON, nullable=False),
        sa.Column("whole_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", "key", name="pk_limit_counts"),
    )


def downgrade() -> None:
    for table in ("limit_counts", "tombstones", "usage_gone", "usage_days", "clock_watch", "schedule_runs"):
        op.drop_table(table)
