"""What people report of their photos and results, and what operators are to look at.

On Postgres a row is seen by its owner and written only for a photo of one's own.

Revision ID: 0012
Revises: 0011
"""

from typing import cast

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = cast("sa.types.TypeEngine[float]", sa.Double())

VISIBLE = "(owner_id = (SELECT rekindle_owner()) OR (SELECT rekindle_sees_everything()))"
OF_THE_PHOTO = "EXISTS (SELECT 1 FROM photos AS photo WHERE photo.id = photo_id)"


def upgrade() -> None:
    op.create_table(
        "reports",
        *_of_a_photo("reports"),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
    )
    op.create_table(
        "flags",
        *_of_a_photo("flags"),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("score", NUMBER, nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_flags"),
    )
    for table in ("reports", "flags"):
        op.create_index(f"ix_{table}_owner_id", table, ["owner_id"])
        op.create_index(f"ix_{table}_rendition_id", table, ["rendition_id"])
    op.create_index("ix_reports_photo_id", "reports", ["photo_id"])
    op.create_index("ix_flags_photo_id_stage", "flags", ["photo_id", "stage"])
    op.create_index("ix_flags_status_created_at", "flags", ["status", "created_at", "id"])
    if op.get_context().dialect.name == "postgresql":
        for table in ("reports", "flags"):
            _guard(table)


def downgrade() -> None:
    op.drop_table("flags")
    op.drop_table("reports")


def _of_a_photo(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("rendition_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=f"fk_{table}_owner_id"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=f"fk_{table}_photo_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["rendition_id"], ["renditions.id"], name=f"fk_{table}_rendition_id", ondelete="CASCADE"
        ),
    ]


def _guard(table: str) -> None:
    for command in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        using = "" if command == "INSERT" else f" USING ({VISIBLE})"
        check = f" WITH CHECK ({VISIBLE} AND {OF_THE_PHOTO})" if command in ("INSERT", "UPDATE") else ""
        op.execute(f"CREATE POLICY {table}_{command.lower()} ON {table} FOR {command}{using}{check}")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
