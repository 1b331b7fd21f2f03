"""Bake-offs, what was chosen in them, and who is asked first since then.

On Postgres a row is seen by its owner; a bake-off is for a photo of one's own, and its jobs are one's own.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

VISIBLE = "(owner_id = (SELECT rekindle_owner()) OR (SELECT rekindle_sees_everything()))"
OF_THE_PHOTO = f"{VISIBLE} AND EXISTS (SELECT 1 FROM photos AS photo WHERE photo.id = photo_id)"
WITHIN = "EXISTS (SELECT 1 FROM bakeoffs AS whole WHERE whole.id = bakeoff_id)"
OF_THE_JOB = f"{WITHIN} AND EXISTS (SELECT 1 FROM jobs AS job WHERE job.id = job_id)"
GUARDS = {"bakeoffs": (VISIBLE, OF_THE_PHOTO), "bakeoff_jobs": (WITHIN, OF_THE_JOB), "favourites": (VISIBLE, VISIBLE)}
"""What makes a row of a table visible, and what must hold of one that is written."""

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "bakeoffs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=True),
        sa.Column("chosen_job_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bakeoffs"),
        sa.UniqueConstraint("owner_id", "idempotency_key", name="uq_bakeoffs_owner_id_idempotency_key"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_bakeoffs_owner_id"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_bakeoffs_photo_id", ondelete="CASCADE"),
    )
    op.create_index("ix_bakeoffs_photo_id", "bakeoffs", ["photo_id"])
    op.create_table(
        "bakeoff_jobs",
        sa.Column("bakeoff_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("bakeoff_id", "position", name="pk_bakeoff_jobs"),
        sa.UniqueConstraint("job_id", name="uq_bakeoff_jobs_job_id"),
        sa.ForeignKeyConstraint(
            ["bakeoff_id"], ["bakeoffs.id"], name="fk_bakeoff_jobs_bakeoff_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_bakeoff_jobs_job_id", ondelete="CASCADE"),
    )
    op.create_table(
        "favourites",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "operation", name="pk_favourites"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_favourites_owner_id"),
    )
    op.add_column("photos", sa.Column("chosen_id", sa.Uuid(), nullable=True))
    if op.get_context().dialect.name == "postgresql":
        for table, (seen, written) in GUARDS.items():
            _guard(table, seen, written)


def downgrade() -> None:
    for table in ("favourites", "bakeoff_jobs", "bakeoffs"):
        op.drop_table(table)
    # Without making the table anew, which would take what points at it along.
    op.drop_column("photos", "chosen_id")


def _guard(table: str, seen: str, written: str) -> None:
    for command in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        using = "" if command == "INSERT" else f" USING ({seen})"
        check = f" WITH CHECK ({written})" if command in ("INSERT", "UPDATE") else ""
        op.execute(f"CREATE POLICY {table}_{command.lower()} ON {table} FOR {command}{using}{check}")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
