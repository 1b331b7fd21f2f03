"""What every queue can do."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal, Protocol
from uuid import UUID

from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Transaction

NO_BAGGAGE: Mapping[str, str] = MappingProxyType({})

Kind = Literal["photos", "films"]
"""What a worker can be kept for."""


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
    baggage: Mapping[str, str] = field(default_factory=lambda: NO_BAGGAGE)
    """What was carried along where it was enqueued."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What decides when a task comes, and to whom.

    Higher `priority` first, as far as waiting does not make up for it. Tasks of one `owner` that wait come one after
    the other, with room for those of others between them. Workers can be told to take some `kind`s alone.
    """

    priority: int = 0
    owner: UUID | None = None
    kind: Kind = "photos"


ANY_TURN = Turn()


def lane_of(turn: Turn) -> str | None:
    """How queues write down whose a task is."""
    return None if turn.owner is None else str(turn.owner)


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

    async def enqueue(self, tx: Transaction, name: str, payload: Json, *, key: str, turn: Turn = ANY_TURN) -> None:
        """Add a task in the caller's transaction. A task with the same `key` that is still there makes this a no-op.

        The rank of `infra/queue/order.py` decides who is next; among equals, first come first served.
        """
        ...

    async def missing(self, tx: Transaction, keys: Sequence[str]) -> Sequence[str]:
        """Those of some hundred keys for which there is no task, in their order."""
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

    async def aclose(self) -> None:
        """Let go of what is held besides the database."""
        ...
