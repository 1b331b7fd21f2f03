"""What left this machine, who wants nothing to leave it, and why a job was done by whom.

`egress` says which photo went where, and goes with the photo; `egress_days` has the sums of each day, which name nobody.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
VISIBLE = "owner_id = (SELECT rekindle_owner()) OR (SELECT rekindle_sees_everything())"


def upgrade() -> None:
    for table in ("photos", "users"):
        op.add_column(table, sa.Column("local_only", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("jobs", sa.Column("ranking", JSON, nullable=True))
    op.add_column("attempts", sa.Column("estimate", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "egress",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_egress_owner_id"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_egress_photo_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_egress"),
    )
    op.create_index("ix_egress_photo_id", "egress", ["photo_id"])
    op.create_index("ix_egress_owner_id", "egress", ["owner_id"])
    op.create_table(
        "egress_days",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "day", name="pk_egress_days"),
    )
    if op.get_context().dialect.name == "postgresql":
        _guard()


def downgrade() -> None:
    op.drop_table("egress_days")
    op.drop_index("ix_egress_owner_id", "egress")
    op.drop_index("ix_egress_photo_id", "egress")
    op.drop_table("egress")
    for table, column in (
        ("attempts", "estimate"), ("jobs", "ranking"), ("users", "local_only"), ("photos", "local_only"),
    ):  # fmt: skip
        # Without making the table anew, which would take what points at it along.
        op.drop_column(table, column)


def _guard() -> None:
    for command in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        using = "" if command == "INSERT" else f" USING ({VISIBLE})"
        check = f" WITH CHECK ({VISIBLE})" if command in ("INSERT", "UPDATE") else ""
        op.execute(f"CREATE POLICY egress_{command.lower()} ON egress FOR {command}{using}{check}")
    op.execute("ALTER TABLE egress ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE egress FORCE ROW LEVEL SECURITY")
