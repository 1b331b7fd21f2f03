"""Being sure that a task is still ours, right before something that must not be done twice.

A process can be frozen anywhere, and others take its task over once its lease has run out. Woken up, it does not know.
So whoever is about to do such a thing looks at a clock that goes on while one sleeps, and where the lease may have run
out, waits until it was renewed; whoever has lost the task is canceled instead.
"""

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

CLOCK = getattr(time, "CLOCK_BOOTTIME", None)


def seconds_now() -> float:
    """Seconds since some time, also those that the machine slept through."""
    return time.monotonic() if CLOCK is None else time.clock_gettime(CLOCK)


class Lease:
    """What a worker knows of the lease of a task: it lasts `life` seconds from when it was asked for."""

    def __init__(self, life: float, *, asked_at: float) -> None:
        self._life = life
        self._until = asked_at + life
        self._news = asyncio.Event()
        self.lost = False

    def renewed(self, asked_at: float) -> None:
        """It was renewed by a call that was made at `asked_at`."""
        self._until = asked_at + self._life
        self._news.set()

    async def certain(self) -> None:
        """Return while it certainly lasts; else wait until it was renewed."""
        while seconds_now() >= self._until:
            self._news.clear()
            await self._news.wait()


_lease: ContextVar[Lease | None] = ContextVar("rekindle_lease", default=None)


@contextmanager
def under(lease: Lease) -> Generator[None]:
    """In this block, work is done under this lease."""
    before = _lease.set(lease)
    try:
        yield
    finally:
        _lease.reset(before)


async def certain() -> None:
    """Return once the task under way is certainly still ours; at once where there is none."""
    if (lease := _lease.get()) is not None:
        await lease.certain()
