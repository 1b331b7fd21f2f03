"""Postgres gets a function that writes what follows from entries of the ledger: one way there and back for all of it.

It works as whoever calls it, so that row security sees it like any other statement. The columns are those that the
tables have when it is called.

Revision ID: 0019
Revises: 0018
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ROLE = "rekindle_app"
# Moves belong to whom their entries belong to, so that these have to be there before them.
WRITING = """
    CREATE FUNCTION credit_write(rows jsonb) RETURNS void LANGUAGE plpgsql SECURITY INVOKER AS $$
    BEGIN
        UPDATE credit_balances old
            SET available = new.available, held = new.held, debt = new.debt, seq = new.seq, digest = new.digest
            FROM jsonb_populate_recordset(NULL::credit_balances, rows -> 'balance') new
            WHERE old.account_id = new.account_id;
        INSERT INTO credit_entries SELECT * FROM jsonb_populate_recordset(NULL::credit_entries, rows -> 'entries');
        INSERT INTO credit_moves SELECT * FROM jsonb_populate_recordset(NULL::credit_moves, rows -> 'moves');
        INSERT INTO credit_grants SELECT * FROM jsonb_populate_recordset(NULL::credit_grants, rows -> 'given');
        UPDATE credit_grants old
            SET available = new.available, held = new.held, expired = new.expired, reclaimed = new.reclaimed,
                closed = new.closed
            FROM jsonb_populate_recordset(NULL::credit_grants, rows -> 'changed') new
            WHERE old.id = new.id;
        INSERT INTO credit_holds SELECT * FROM jsonb_populate_recordset(NULL::credit_holds, rows -> 'holds');
        UPDATE credit_holds old SET ended_at = new.ended_at, captured = new.captured
            FROM jsonb_populate_recordset(NULL::credit_holds, rows -> 'ended') new
            WHERE old.id = new.id;
    END
    $$
"""


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(WRITING)
        op.execute(f"GRANT EXECUTE ON FUNCTION credit_write(jsonb) TO {ROLE}")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION credit_write(jsonb)")
