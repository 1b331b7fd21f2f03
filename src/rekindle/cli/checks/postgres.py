"""A look at a Postgres and the queue in it: version, tables, rights, and whether it tells of new tasks by itself."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import psycopg
from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from rekindle.cli.checks.finding import Finding, broken, note, ok
from rekindle.cli.settings import read_settings
from rekindle.config import Settings
from rekindle.infra.db.migrate import Version, migrations, version_of
from rekindle.infra.db.owner import ROLE

OLDEST = 15
_SLOW = 0.05
_SECONDS = 5
_CAUSES = (
    (("authentication failed", "no password supplied", "pg_hba.conf", 'role "', "not permitted to log in"),
     "does not let this user in",
     "Correct the user and the password in REKINDLE_DATABASE__URL, or let Postgres accept them."),
    (('database "',),
     "has no such database", "Make it with `createdb`, or correct its name in REKINDLE_DATABASE__URL."),
    (("too many", "remaining connection slots"),
     "has no connection left", "Raise its max_connections, or lower REKINDLE_DATABASE__CONNECTIONS of every process."),
    (("starting up", "shutting down", "recovery mode"), "is just starting or stopping", "Look again in a minute."),
    (("resolve", "host name", "Name or service not known", "getaddrinfo"),
     "cannot be found by its name", "Correct the host in REKINDLE_DATABASE__URL."),
    (("permission denied",),
     "lets this user in and read nothing", "Name the user that owns the tables in REKINDLE_DATABASE__URL."),
)  # fmt: skip
"""What Postgres says, what that means, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the database told: its release, whether our role may be used, and how long an answer takes."""

    release: int
    member: bool
    seconds: float


def database() -> Finding:
    """Whether the database answers, is new enough, and has its tables."""
    name, url = "Database", read_settings().database_url
    try:
        version, seen = version_of(url), _look(url)
    except SQLAlchemyError as error:
        return _away(name, url, error)
    return _unusable(name, version, seen) or _usable(name, version, seen)


def _away(name: str, url: str, error: SQLAlchemyError) -> Finding:
    where, said = make_url(url).render_as_string(), str(getattr(error, "orig", error))
    for words, seen, cure in _CAUSES:
        if any(word in said for word in words):
            return broken(name, f"{where} {seen}", cure)
    if isinstance(error, OperationalError):
        return broken(name, f"{where} does not answer", "Start the server, or correct REKINDLE_DATABASE__URL.")
    return broken(name, f"{where} answers, and is not what it should be", "Correct REKINDLE_DATABASE__URL.")


def _look(url: str) -> Seen:
    with _connected(url) as connection:
        release = cast("int", connection.scalar(text("SELECT current_setting('server_version_num')::int"))) // 10_000
        begun = time.monotonic()
        connection.execute(text("SELECT 1"))
        seconds = time.monotonic() - begun
        member = "SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = :role"
        return Seen(release, bool(connection.scalar(text(member), {"role": ROLE})), seconds)


def _unusable(name: str, version: Version, seen: Seen) -> Finding | None:
    if seen.release < OLDEST:
        return broken(name, f"Postgres {seen.release}", f"Use Postgres {OLDEST} or newer.")
    if version.behind:
        tables = "no tables yet" if version.found is None else f"tables at version {version.found}"
        cure = f"Run `rekindle migrate`: it brings them to version {version.newest}."
        return broken(name, f"Postgres {seen.release}, {tables}", cure)
    if not seen.member:
        return broken(name, f"its user may not act as {ROLE}", f"Run as its administrator: GRANT {ROLE} TO the user.")
    return None


def _usable(name: str, version: Version, seen: Seen) -> Finding:
    how = f"Postgres {seen.release}, tables at version {version.found}, answers within {seen.seconds * 1000:.0f} ms"
    if version.found != version.newest:
        return note(name, f"{how}, newer than this program", "Install the newer version of Rekindle here, too.")
    if seen.seconds > _SLOW:
        return note(name, how, "Bring it nearer: each request asks it several times.")
    return ok(name, how)


def queue() -> Finding:
    """Whether several processes can share the queue, and hear of new tasks at once."""
    try:
        return _shared_queue("Queue", read_settings())
    except (SQLAlchemyError, psycopg.Error):
        return broken("Queue", "it is in the database, which cannot be looked at", "Mend the database first.")


def _shared_queue(name: str, settings: Settings) -> Finding:
    if version_of(settings.database_url).behind:
        return broken(name, "its tables are missing", "Run `rekindle migrate`.")
    if not _hears(settings.database_url):
        cure = "Connect to Postgres itself, or let the pooler (such as PgBouncer) pool sessions, not transactions."
        return note(name, "notices of new tasks do not come through, so that workers look every two seconds", cure)
    with _connected(settings.database_url) as connection:
        counted = "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status"
        counts = {str(row[0]): int(row[1]) for row in connection.execute(text(counted))}
    return ok(name, f"Procrastinate, {counts.get('todo', 0)} tasks wait, {counts.get('doing', 0)} are under way")


@contextmanager
def _connected(url: str) -> Generator[Connection]:
    engine = create_engine(_address(url), poolclass=pool.NullPool, connect_args={"connect_timeout": _SECONDS})
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _hears(url: str) -> bool:
    """Whether a notice of one connection reaches another."""
    address = _address(url).replace("postgresql+psycopg", "postgresql", 1)
    with (
        psycopg.connect(address, autocommit=True, connect_timeout=_SECONDS) as listener,
        psycopg.connect(address, autocommit=True, connect_timeout=_SECONDS) as teller,
    ):
        listener.execute("LISTEN rekindle_doctor")
        teller.execute("NOTIFY rekindle_doctor")
        return any(True for _ in listener.notifies(timeout=2.0, stop_after=1))


def _address(url: str) -> str:
    return migrations(url).get_main_option("sqlalchemy.url") or ""
