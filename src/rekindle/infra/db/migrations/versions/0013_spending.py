"""What is spent at providers: lines, sums, budgets, pools, orders and alerts.

Only operators and workers look at them, through services that say so; they hold no photo and no name.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NOT_YET, OPEN = sa.text("NOT summed"), sa.text("done_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "spendings",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("spender_id", sa.Uuid(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("summed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_spendings"),
    )
    op.create_index("ix_spendings_spender_id", "spendings", ["spender_id"])
    op.create_index("ix_spendings_day", "spendings", ["day"])
    op.create_index(
        "ix_spendings_unsummed", "spendings", ["provider"], postgresql_where=NOT_YET, sqlite_where=NOT_YET
    )  # fmt: skip
    op.create_table(
        "spending_sums",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", "day", name="pk_spending_sums"),
    )
    op.create_table(
        "budgets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("alerts", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_budgets"),
    )
    _pools()
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("subject", name="uq_alerts_subject"),
    )
    op.create_index("ix_alerts_at", "alerts", ["at"])


def _pools() -> None:
    op.create_table(
        "pools",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("reserve", sa.BigInteger(), nullable=False),
        sa.Column("refill_below", sa.Integer(), nullable=False),
        sa.Column("alert_below", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("provider", name="pk_pools"),
    )
    op.create_table(
        "pool_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pool_entries"),
        sa.UniqueConstraint("key", name="uq_pool_entries_key"),
    )
    op.create_index("ix_pool_entries_provider", "pool_entries", ["provider"])
    op.create_table(
        "refills",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_refills"),
    )
    op.create_index(
        "ix_refills_open", "refills", ["provider"], unique=True, postgresql_where=OPEN, sqlite_where=OPEN
    )  # fmt: skip


def downgrade() -> None:
    for table in ("alerts", "refills", "pool_entries", "pools", "budgets", "spending_sums", "spendings"):
        op.drop_table(table)
