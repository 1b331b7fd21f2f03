"""The ledger of credits.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
FOR_EVER = ("credit_entries", "credit_moves")
REFUSAL = "The ledger is append-only"


def upgrade() -> None:
    op.create_table(
        "credit_balances",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("debt", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_credit_balances"),
        sa.CheckConstraint(
            "available >= 0 AND held >= 0 AND debt >= 0", name=op.f("ck_credit_balances_never_negative")
        ),
        sa.CheckConstraint("debt = 0 OR available = 0", name=op.f("ck_credit_balances_debt_is_paid_first")),
    )
    op.create_table(
        "credit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("ends", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("debt", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["credit_balances.account_id"], name="fk_credit_entries_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_entries"),
        sa.UniqueConstraint("key", name="uq_credit_entries_key"),
        sa.UniqueConstraint("ends", name="uq_credit_entries_ends"),
        sa.UniqueConstraint("account_id", "seq", name="uq_credit_entries_account_id_seq"),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_credit_entries_amount")),
    )
    op.create_table(
        "credit_moves",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["credit_entries.id"], name="fk_credit_moves_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", "position", name="pk_credit_moves"),
        sa.CheckConstraint("amount > 0 AND source <> target", name=op.f("ck_credit_moves_amount")),
    )
    op.create_index("ix_credit_moves_grant_id", "credit_moves", ["grant_id"], unique=False)
    op.create_table(
        "credit_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("expired", sa.BigInteger(), nullable=False),
        sa.Column("reclaimed", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["credit_balances.account_id"], name="fk_credit_grants_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_grants"),
        sa.CheckConstraint(
            "available >= 0 AND held >= 0 AND expired >= 0", name=op.f("ck_credit_grants_never_negative")
        ),
    )
    op.create_index("ix_credit_grants_account_id", "credit_grants", ["account_id"], unique=False)
    op.create_index("ix_credit_grants_expires_at", "credit_grants", ["expires_at"], unique=False)
    op.create_table(
        "credit_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("captured", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("deadline_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["credit_balances.account_id"], name="fk_credit_holds_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_holds"),
        sa.CheckConstraint("captured >= 0 AND captured <= amount", name=op.f("ck_credit_holds_captured")),
    )
    op.create_index("ix_credit_holds_account_id", "credit_holds", ["account_id"], unique=False)
    op.create_index("ix_credit_holds_ended_at_deadline_at", "credit_holds", ["ended_at", "deadline_at"], unique=False)
    _refuse_changes()


def _refuse_changes() -> None:
    postgres = op.get_context().dialect.name == "postgresql"
    if postgres:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
    for table in FOR_EVER:
        for change in ("UPDATE", "DELETE"):
            name = f"no_{change.lower()}_of_{table}"
            action = "EXECUTE FUNCTION refuse_change()" if postgres else f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW {action}")


def downgrade() -> None:
    for table in ("credit_holds", "credit_grants", "credit_moves", "credit_entries", "credit_balances"):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
