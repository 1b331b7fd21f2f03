"""Turns at what takes memory while it lasts: few at once, and nobody is kept away for ever by those who are slow."""

import asyncio
from contextlib import suppress


class Turns:
    """`places` at once. Who has waited for `seconds` goes anyway: some more memory is better than work that is lost."""

    def __init__(self, places: int, *, seconds: float = 10.0) -> None:
        self.places = asyncio.Semaphore(places)
        self.seconds = seconds


class Turn:
    """One turn: entered at most once, and left as often as one likes."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._held = False
        self.came = False
        """Whether it was waited for already."""

    async def enter(self) -> None:
        """Wait until it comes."""
        if self.came:
            return
        self.came = True
        if not self._turns.places.locked():
            await self._turns.places.acquire()
            self._held = True
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._turns.seconds):
                await self._turns.places.acquire()
                self._held = True

    def leave(self) -> None:
        """Let the next one in."""
        if self._held:
            self._held = False
            self._turns.places.release()
