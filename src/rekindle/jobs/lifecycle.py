"""What may follow what in the life of a job: the only code that knows.

    queued ──start──▶ running ──succeed──▶ succeeded
      │                 │ ├─────fail─────▶ failed
      └─────cancel──────┴─┴────cancel────▶ canceled

A queued job may also fail: when it was taken up too often without ever getting anywhere.
"""

from enum import StrEnum
from typing import ClassVar

from rekindle.errors import Conflict


class Status(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def ended(self) -> bool:
        """Whether nothing can follow."""
        return self in ENDED


class Event(StrEnum):
    START = "start"
    SUCCEED = "succeed"
    FAIL = "fail"
    CANCEL = "cancel"


class Stage(StrEnum):
    """What a job is doing, in the order in which it happens."""

    WAITING = "waiting"
    PREPARING = "preparing"
    DIAGNOSING = "diagnosing"
    RESTORING = "restoring"
    FINISHING = "finishing"
    DONE = "done"


class JobAlreadyEnded(Conflict):
    code: ClassVar[str] = "job_already_ended"
    title: ClassVar[str] = "This job has ended"


class JobNotRetryable(Conflict):
    code: ClassVar[str] = "job_not_retryable"
    title: ClassVar[str] = "This job cannot be run again"


ENDED = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELED})

TRANSITIONS: dict[tuple[Status, Event], Status] = {
    (Status.QUEUED, Event.START): Status.RUNNING,
    (Status.QUEUED, Event.FAIL): Status.FAILED,
    (Status.QUEUED, Event.CANCEL): Status.CANCELED,
    # A worker that takes over from one that died starts the job again.
    (Status.RUNNING, Event.START): Status.RUNNING,
    (Status.RUNNING, Event.SUCCEED): Status.SUCCEEDED,
    (Status.RUNNING, Event.FAIL): Status.FAILED,
    (Status.RUNNING, Event.CANCEL): Status.CANCELED,
}

STAGE_SHARES: dict[Stage, tuple[float, float]] = {
    Stage.WAITING: (0.0, 0.0),
    Stage.PREPARING: (0.0, 0.15),
    Stage.DIAGNOSING: (0.15, 0.2),
    Stage.RESTORING: (0.2, 0.85),
    Stage.FINISHING: (0.85, 1.0),
    Stage.DONE: (1.0, 1.0),
}
"""The part of a job's progress, 0..1, that each stage covers; from the measured time of a 12-megapixel photo."""

LEAST_PROGRESS = 0.001
"""Progress, 0..1, from which on it says something about the pace."""


def advance(status: Status, event: Event) -> Status:
    """The status after `event`. Raises JobAlreadyEnded when nothing can follow, ValueError when the two never meet."""
    if status.ended:
        raise JobAlreadyEnded(f"This job has already {status}. Start a new one to restore the photo again.")
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        raise ValueError(f"A {status} job cannot {event}") from None


def may_become(event: Event) -> tuple[Status, ...]:
    """The statuses in which `event` may happen: the condition of the update that writes it down."""
    return tuple(status for status, happening in TRANSITIONS if happening is event)


def overall(stage: Stage, fraction: float) -> float:
    """The progress of a whole job, 0..1, when `fraction` of `stage` is done."""
    begin, end = STAGE_SHARES[stage]
    return begin + (end - begin) * min(max(fraction, 0.0), 1.0)


def seconds_left(progress: float, elapsed: float, expected: float) -> float | None:
    """An estimate of the seconds that remain: what was expected at first, more and more what the progress so far says.

    `expected` is the whole time in seconds that jobs of this size took, 0 when nothing is known.
    """
    if progress < LEAST_PROGRESS:
        return expected or None
    by_pace = elapsed / progress
    total = by_pace if expected <= 0.0 else expected * (1.0 - progress) + by_pace * progress
    return max(total * (1.0 - progress), 0.0)
