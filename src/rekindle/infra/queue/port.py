"""What every queue can do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Transaction


@dataclass(frozen=True, slots=True)
class Task:
    """One message: the name of what to run and its arguments.

    `delivery` counts from 1 how often it was handed out; `lease` is new each time, so a stale holder is fenced off.
    """

    id: UUID
    name: str
    payload: Json
    delivery: int
    lease: UUID


Handler = Callable[[Json, int], Awaitable[None]]
"""Does what a task asks: from its payload and the number of its delivery."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Something to do every so many seconds."""

    name: str
    seconds: float
    action: Callable[[], Awaitable[object]]


class Queue(Protocol):
    """Tasks, handed out to one worker at a time under a lease."""

    async def enqueue(self, tx: Transaction, name: str, payload: Json, *, key: str, priority: int = 0) -> None:
        """Add a task in the caller's transaction. A task with the same `key` that is still there makes this a no-op.

        Higher `priority` first; among equals, first come first served.
        """
        ...

    async def take(self, now: datetime) -> Task | None:
        """The next task, leased to the caller, or None."""
        ...

    async def extend(self, task: Task, now: datetime) -> bool:
        """Renew the lease; False when the task is no longer the caller's."""
        ...

    async def finish(self, task: Task) -> None:
        """The task is done and goes. No error when it is no longer the caller's."""
        ...

    async def give_back(self, task: Task, *, not_before: datetime) -> None:
        """Hand the task out again, at `not_before` or later."""
        ...

    async def release_all(self) -> None:
        """Hand every leased task out again: for the start of the only process, when no other worker can be alive."""
        ...

    async def wait(self, seconds: float) -> None:
        """Return when there may be a task, after `seconds` at the latest."""
        ...
