"""How well providers do, and how many edits are under way there, as all processes know it.

Neither belongs to anybody, so that there are no policies for their rows.

Revision ID: 0009
Revises: 0008
"""

from typing import cast

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = cast("sa.types.TypeEngine[float]", sa.Double())


def upgrade() -> None:
    op.create_table(
        "provider_health",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("success", NUMBER, nullable=False),
        sa.Column("seconds", NUMBER, nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure", sa.DateTime(timezone=True), nullable=True),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probe_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("provider", "model", "operation", name="pk_provider_health"),
    )
    op.create_table(
        "provider_use",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("busy", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "process", name="pk_provider_use"),
    )
    op.create_index("ix_provider_use_told_at", "provider_use", ["told_at"])


def downgrade() -> None:
    op.drop_index("ix_provider_use_told_at", "provider_use")
    op.drop_table("provider_use")
    op.drop_table("provider_health")
