"""Masks among the renditions.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("renditions") as table:
        table.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="result"))
        table.add_column(sa.Column("details", JSON, nullable=True))
        table.alter_column("job_id", existing_type=sa.Uuid(), nullable=True)
        table.drop_constraint("uq_renditions_job_id", type_="unique")
        table.drop_constraint("uq_renditions_photo_id_version", type_="unique")
        table.create_unique_constraint("uq_renditions_job_id_kind", ["job_id", "kind"])
        table.create_unique_constraint("uq_renditions_photo_id_kind_version", ["photo_id", "kind", "version"])


def downgrade() -> None:
    op.execute("DELETE FROM renditions WHERE kind <> 'result'")
    with op.batch_alter_table("renditions") as table:
        table.drop_constraint("uq_renditions_job_id_kind", type_="unique")
        table.drop_constraint("uq_renditions_photo_id_kind_version", type_="unique")
        table.create_unique_constraint("uq_renditions_job_id", ["job_id"])
        table.create_unique_constraint("uq_renditions_photo_id_version", ["photo_id", "version"])
        table.alter_column("job_id", existing_type=sa.Uuid(), nullable=False)
        table.drop_column("details")
        table.drop_column("kind")
