"""Telling that a database cannot be reached, or does not answer in time, from everything else that goes wrong."""

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import ClassVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rekindle.errors import Away

STATES = frozenset({"57P01", "57P02", "57P03", "57014", "55P03", "25P03", "25P04", "53300"})
"""Codes of Postgres (manual, appendix A): it shuts down or starts, a time limit was reached, too many connections."""
CONNECTION = "08"
"""The class of codes of connections that broke."""
DRIVERS = ("asyncpg", "sqlalchemy", "aiosqlite")
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class DatabaseAway(Away):
    """Nothing is lost by it: what was not written was not answered for."""

    code: ClassVar[str] = "database_away"
    title: ClassVar[str] = "The database does not answer"


def away(error: BaseException) -> DatabaseAway | None:
    """What to tell whoever asked, when an error comes from a database that is away; None when it does not."""
    if isinstance(error, DatabaseAway):
        return error
    if any(_is_away(cause) for cause in _causes(error)):
        return no_answer()
    return None


def no_answer() -> DatabaseAway:
    """What to tell whoever asked."""
    return DatabaseAway("The database cannot be reached right now. Nothing was lost; try again in a moment.")


def _is_away(error: BaseException) -> bool:
    if isinstance(error, PoolTimeout):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in BUSY
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return state in STATES or state.startswith(CONNECTION)
    # A connection that is not made is an error of the system, which names no database: but who tried is known.
    return isinstance(error, OSError | EOFError) and _in_a_driver(error.__traceback__)


def _in_a_driver(trace: TracebackType | None) -> bool:
    while trace is not None:
        if str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0] in DRIVERS:
            return True
        trace = trace.tb_next
    return False


def _causes(error: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__cause__ or following.__context__
