"""On Postgres, the database itself looks to it that nobody sees or changes what is somebody else's.

Transactions run as a role that owns nothing (infra/db/owner.py) and say for whom they are made: for an owner, `door`
(accounts only), `everything`, or nothing, which then is what they see. A policy for each command, as one for all would
let whoever may write also read. Entries of the ledger can be read and added, nothing else. Nothing happens on SQLite.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROLE = "rekindle_app"
EVERYTHING = "(SELECT rekindle_sees_everything())"
OWNER = "(SELECT rekindle_owner())"
DOOR = "(SELECT rekindle_at_the_door())"

OWNED = {
    "photos": "owner_id",
    "jobs": "owner_id",
    "job_days": "owner_id",
    "credit_balances": "account_id",
    "credit_grants": "account_id",
    "credit_holds": "account_id",
    "billing_customers": "user_id",
    "billing_subscriptions": "user_id",
    "billing_grants": "user_id",
}
OF_ACCOUNTS = {"users": "id", "identities": "user_id", "sessions": "user_id", "api_keys": "user_id",
               "mail_links": "user_id"}  # fmt: skip
WITHIN = {
    "renditions": ("photo_id", "photos"),
    "attempts": ("job_id", "jobs"),
    "job_stages": ("job_id", "jobs"),
}
ALSO_WRITTEN = {"jobs": "EXISTS (SELECT 1 FROM photos AS photo WHERE photo.id = photo_id)"}
"""What must hold of a row that is written, beside that it can be seen: a job is for a photo of one's own."""

LEDGER = {
    "credit_entries": f"account_id = {OWNER} OR {EVERYTHING}",
    "credit_moves": "EXISTS (SELECT 1 FROM credit_entries AS entry WHERE entry.id = entry_id)",
}

FUNCTIONS = {
    "rekindle_owner": (
        "uuid",
        "CASE WHEN current_setting('rekindle.owner', true) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' "
        "THEN current_setting('rekindle.owner', true)::uuid END",
    ),
    "rekindle_sees_everything": ("boolean", "coalesce(current_setting('rekindle.owner', true), '') = 'everything'"),
    "rekindle_at_the_door": ("boolean", "coalesce(current_setting('rekindle.owner', true), '') IN ('door', 'everything')"),
}


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    _make_role()
    for name, (kind, body) in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS {kind} LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {body} $$"
        )
    for table, condition in _conditions().items():
        commands = ("SELECT", "INSERT") if table in LEDGER else ("SELECT", "INSERT", "UPDATE", "DELETE")
        for command in commands:
            _policy(table, command, condition)
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for table in _conditions():
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        for command in ("select", "insert", "update", "delete"):
            op.execute(f"DROP POLICY IF EXISTS {table}_{command} ON {table}")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")
    # The role stays, since other databases of the server may use it; what it may do here goes.
    op.execute(f"ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM {ROLE}")
    op.execute(_in_schema(f"REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM {ROLE}"))
    op.execute(_in_schema(f"REVOKE USAGE ON SCHEMA %I FROM {ROLE}"))


def _conditions() -> dict[str, str]:
    """What makes a row visible, by its table. What is within something is seen by who sees that."""
    conditions = {table: f"{column} = {OWNER} OR {EVERYTHING}" for table, column in OWNED.items()}
    conditions |= {table: f"{column} = {OWNER} OR {DOOR}" for table, column in OF_ACCOUNTS.items()}
    for table, (column, whole) in WITHIN.items():
        conditions[table] = f"EXISTS (SELECT 1 FROM {whole} AS whole WHERE whole.id = {column})"
    return conditions | LEDGER


def _policy(table: str, command: str, condition: str) -> None:
    using = "" if command == "INSERT" else f" USING ({condition})"
    written = f"({condition}) AND {ALSO_WRITTEN[table]}" if table in ALSO_WRITTEN else condition
    check = f" WITH CHECK ({written})" if command in ("INSERT", "UPDATE") else ""
    op.execute(f"CREATE POLICY {table}_{command.lower()} ON {table} FOR {command}{using}{check}")


def _make_role() -> None:
    """The role, unless another database of this server or its operator has made it; and what it may do."""
    op.execute(
        f"DO $$ BEGIN CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    op.execute(
        f"DO $$ BEGIN IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN GRANT {ROLE} TO CURRENT_USER; "
        "END IF; END $$"
    )
    op.execute(_in_schema(f"GRANT USAGE ON SCHEMA %I TO {ROLE}"))
    op.execute(_in_schema(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO {ROLE}"))
    op.execute(f"ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {ROLE}")


def _in_schema(statement: str) -> str:
    return f"DO $$ BEGIN EXECUTE format('{statement}', current_schema()); END $$"
