"""Whose rows a transaction may see: told to Postgres, which looks after it (row-level security) below our own queries.

Who asks is known once a request has been let in; until then, and on routes for everybody, one stands at the door, from
where only accounts can be seen. Workers and schedules see everything, and say so. Whoever says nothing sees nothing.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

ROLE = "rekindle_app"
"""The role that transactions run as, which owns no table; migration 0007 makes it."""

SETTING = "rekindle.owner"
NOTHING, DOOR, EVERYTHING = "", "door", "everything"

_seen: ContextVar[str] = ContextVar("rekindle_owner", default=NOTHING)

_EVERYTHING = text(f"SELECT set_config('{SETTING}', '{EVERYTHING}', true)")


def seen_now() -> str:
    """What this task may see, as transactions on Postgres begin by saying."""
    return _seen.get()


def act_for(owner: UUID) -> None:
    """From here on, to the end of this task, see what this owner owns."""
    _seen.set(str(owner))


def stand_at_the_door() -> None:
    """From here on, to the end of this task, see accounts and nothing of what people own."""
    _seen.set(DOOR)


def see_everything() -> None:
    """From here on, to the end of this task, see what anybody owns: for workers."""
    _seen.set(EVERYTHING)


@contextmanager
def seeing_everything() -> Generator[None]:
    """In this block, see what anybody owns: for the few places that look across owners, each with its own check."""
    before = _seen.set(EVERYTHING)
    try:
        yield
    finally:
        _seen.reset(before)


@contextmanager
def at_the_door() -> Generator[None]:
    """In this block, see accounts: to find out who asks."""
    before = _seen.set(DOOR)
    try:
        yield
    finally:
        _seen.reset(before)


async def look_across(tx: AsyncSession) -> None:
    """From here on, to the end of this transaction, see what anybody owns: for the few steps across owners."""
    if tx.get_bind().dialect.name == "postgresql":
        await tx.execute(_EVERYTHING)
