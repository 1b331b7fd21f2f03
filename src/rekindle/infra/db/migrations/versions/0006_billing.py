"""Customers, subscriptions, paid grants, and events of the payment company.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "billing_customers",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=True),
        sa.Column("payment_failed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("look_at", MOMENT, nullable=True),
        sa.Column("expecting_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("user_id", name="pk_billing_customers"),
        sa.UniqueConstraint("customer", name="uq_billing_customers_customer"),
        _user("billing_customers"),
    )
    op.create_index("ix_billing_customers_look_at", "billing_customers", ["look_at"])
    op.create_table(
        "billing_subscriptions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("interval", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("period_end", MOMENT, nullable=False),
        sa.Column("cancel_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_billing_subscriptions"),
        _user("billing_subscriptions"),
    )
    op.create_index("ix_billing_subscriptions_user_id", "billing_subscriptions", ["user_id"])
    op.create_table(
        "billing_grants",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("due", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_billing_grants"),
        sa.UniqueConstraint("grant_id", name="uq_billing_grants_grant_id"),
        sa.CheckConstraint(
            "amount >= 0 AND wanted >= 0 AND wanted <= amount AND taken <= wanted",
            name=op.f("ck_billing_grants_amounts"),
        ),
        _user("billing_grants"),
    )
    op.create_index("ix_billing_grants_user_id", "billing_grants", ["user_id"])
    op.create_index("ix_billing_grants_due", "billing_grants", ["due"])
    op.create_table(
        "billing_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_billing_events"),
    )
    op.create_table(
        "billing_searches",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_billing_searches"),
    )


def downgrade() -> None:
    for table in ("searches", "events", "grants", "subscriptions", "customers"):
        op.drop_table(f"billing_{table}")


def _user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=f"fk_{table}_user_id", ondelete="CASCADE")
