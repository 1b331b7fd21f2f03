"""The photos that a job takes beside its first one.

On Postgres a row is seen by whoever sees its job, and written only for a photo of one's own.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OF_THE_JOB = "EXISTS (SELECT 1 FROM jobs AS whole WHERE whole.id = job_id)"
OF_THE_PHOTO = "EXISTS (SELECT 1 FROM photos AS photo WHERE photo.id = photo_id)"


def upgrade() -> None:
    op.create_table(
        "job_photos",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_photos_job_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_job_photos_photo_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "photo_id", name="pk_job_photos"),
    )
    op.create_index("ix_job_photos_photo_id", "job_photos", ["photo_id"])
    if op.get_context().dialect.name == "postgresql":
        _guard()


def downgrade() -> None:
    op.drop_index("ix_job_photos_photo_id", "job_photos")
    op.drop_table("job_photos")


def _guard() -> None:
    for command in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        using = "" if command == "INSERT" else f" USING ({OF_THE_JOB})"
        check = f" WITH CHECK ({OF_THE_JOB} AND {OF_THE_PHOTO})" if command in ("INSERT", "UPDATE") else ""
        op.execute(f"CREATE POLICY job_photos_{command.lower()} ON job_photos FOR {command}{using}{check}")
    op.execute("ALTER TABLE job_photos ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE job_photos FORCE ROW LEVEL SECURITY")
