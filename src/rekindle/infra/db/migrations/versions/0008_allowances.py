"""Who has had the allowance of a month, as a keyed hash that outlives their account.

It names nobody, and belongs to nobody, so that there is no policy for its rows.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit_allowances",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_credit_allowances"),
    )
    op.create_index("ix_credit_allowances_month", "credit_allowances", ["month"])


def downgrade() -> None:
    op.drop_index("ix_credit_allowances_month", "credit_allowances")
    op.drop_table("credit_allowances")
