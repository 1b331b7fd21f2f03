"""Lanes for pixel work: as many pieces of work go on at once as there are lanes, and who waits elsewhere leaves one.

A lane belongs to the piece of work and to every task that it starts. Work without a lane, as in a test or a script, is
never kept waiting.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar


class Lane:
    """One place among `places`, held by a piece of work while it is in it."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self.held = False

    async def enter(self) -> None:
        """Wait for a free place and take it."""
        await self._places.acquire()
        self.held = True

    def leave(self) -> None:
        """Let the place go; left already is no error."""
        if self.held:
            self.held = False
            self._places.release()

    def keep(self) -> None:
        """From here on, in this task and those that it starts, this is the lane."""
        _lane.set(self)


_lane: ContextVar[Lane | None] = ContextVar("rekindle_lane", default=None)


@asynccontextmanager
async def aside() -> AsyncGenerator[None]:
    """In this block others may have the lane: for waiting that costs no processor. At its end there is one again."""
    lane = _lane.get()
    if lane is None or not lane.held:
        yield
        return
    lane.leave()
    try:
        yield
    except asyncio.CancelledError:
        # Whoever is stopped does no more work, so it need not wait for a lane either.
        raise
    except BaseException:
        await lane.enter()
        raise
    await lane.enter()
