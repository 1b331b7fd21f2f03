"""Prompts that a model has put into better words, and which of them a job was done with.

On Postgres a row is seen, and written, by whoever sees its photo.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OF_THE_PHOTO = "EXISTS (SELECT 1 FROM photos AS photo WHERE photo.id = photo_id)"
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "rewordings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("seen", JSON, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rewordings"),
        sa.UniqueConstraint("photo_id", "digest", name="uq_rewordings_photo_id_digest"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_rewordings_photo_id", ondelete="CASCADE"),
    )
    op.add_column("jobs", sa.Column("words", JSON, nullable=True))
    if op.get_context().dialect.name == "postgresql":
        _guard()


def downgrade() -> None:
    op.drop_column("jobs", "words")
    op.drop_table("rewordings")


def _guard() -> None:
    for command in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        using = "" if command == "INSERT" else f" USING ({OF_THE_PHOTO})"
        check = f" WITH CHECK ({OF_THE_PHOTO})" if command in ("INSERT", "UPDATE") else ""
        op.execute(f"CREATE POLICY rewordings_{command.lower()} ON rewordings FOR {command}{using}{check}")
    op.execute("ALTER TABLE rewordings ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE rewordings FORCE ROW LEVEL SECURITY")
