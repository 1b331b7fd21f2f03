"""Whose photos and jobs they are, what jobs cost, and how many somebody asked for in a day.

What is there already belongs to the only user of a machine at home.

Revision ID: 0005
Revises: 0004
"""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
HOME = UUID(int=1)
USERS = sa.table(
    "users",
    sa.column("id", sa.Uuid()),
    sa.column("role", sa.String()),
    sa.column("plan", sa.String()),
    sa.column("created_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    owner = {"id": HOME, "role": "operator", "plan": "home", "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
    op.bulk_insert(USERS, [owner])
    for name in ("photos", "jobs"):
        _owned(name)
    with op.batch_alter_table("jobs") as table:
        table.add_column(sa.Column("quote", JSON, nullable=True))
        table.add_column(sa.Column("hold_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("charged", sa.BigInteger(), nullable=True))
        table.drop_constraint("uq_jobs_idempotency_key", type_="unique")
        table.create_unique_constraint("uq_jobs_owner_id_idempotency_key", ["owner_id", "idempotency_key"])
    op.create_table(
        "job_days",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_job_days_owner_id"),
        sa.PrimaryKeyConstraint("owner_id", "day", name="pk_job_days"),
    )


def downgrade() -> None:
    op.drop_table("job_days")
    with op.batch_alter_table("jobs") as table:
        table.drop_constraint("uq_jobs_owner_id_idempotency_key", type_="unique")
        table.create_unique_constraint("uq_jobs_idempotency_key", ["idempotency_key"])
        for column in ("charged", "hold_id", "quote"):
            table.drop_column(column)
    for name in ("jobs", "photos"):
        op.drop_index(f"ix_{name}_owner_id_created_at", name)
        with op.batch_alter_table(name) as table:
            table.drop_constraint(f"fk_{name}_owner_id", type_="foreignkey")
            table.drop_column("owner_id")
    op.execute(sa.delete(USERS).where(USERS.c.id == HOME))


def _owned(name: str) -> None:
    with op.batch_alter_table(name) as table:
        table.add_column(sa.Column("owner_id", sa.Uuid(), nullable=True))
    rows = sa.table(name, sa.column("owner_id", sa.Uuid()))
    op.execute(sa.update(rows).values(owner_id=HOME))
    with op.batch_alter_table(name) as table:
        table.alter_column("owner_id", existing_type=sa.Uuid(), nullable=False)
        table.create_foreign_key(f"fk_{name}_owner_id", "users", ["owner_id"], ["id"])
    op.create_index(f"ix_{name}_owner_id_created_at", name, ["owner_id", "created_at", "id"])
