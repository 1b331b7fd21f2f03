"""Users, sessions, API keys, logins elsewhere and links in mails.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
OWNED = ("identities", "sessions", "api_keys", "mail_links")


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("verified_at", MOMENT, nullable=True),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.CheckConstraint("role IN ('guest', 'user', 'operator')", name=op.f("ck_users_role")),
    )
    _owned(
        "identities",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("issuer", "subject", name="uq_identities_issuer_subject"),
    )
    _owned(
        "sessions",
        _digest(),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.UniqueConstraint("digest", name="uq_sessions_digest"),
    )
    _owned(
        "api_keys",
        _digest(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.UniqueConstraint("digest", name="uq_api_keys_digest"),
    )
    _owned(
        "mail_links",
        _digest(),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.UniqueConstraint("digest", name="uq_mail_links_digest"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_mail_links_expires_at", "mail_links", ["expires_at"])


def downgrade() -> None:
    for table in reversed(OWNED):
        op.drop_table(table)
    op.drop_table("users")


def _digest() -> sa.Column[bytes]:
    return sa.Column("digest", sa.LargeBinary(32), nullable=False)


def _owned(name: str, *parts: sa.Column[object] | sa.Column[bytes] | sa.UniqueConstraint) -> None:
    """A table of what belongs to a user and goes with them."""
    user = sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=f"fk_{name}_user_id", ondelete="CASCADE")
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        user,
    )
    op.create_index(f"ix_{name}_user_id", name, ["user_id"])
