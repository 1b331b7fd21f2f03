"""How much of a provider may be used: so many edits at once, so many calls a minute and a day."""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from rekindle.infra.limits.places import Places
from rekindle.infra.limits.port import Limiter
from rekindle.infra.limits.rules import MOST_IN_A_WINDOW, Bucket, Limit, Verdict, Window

log = logging.getLogger(__name__)

MINUTE, DAY = 60.0, 86_400.0

LOOK_AGAIN = 0.25
"""Seconds between two looks at places that other processes have taken."""


@dataclass(frozen=True, slots=True)
class Gate:
    """`concurrency` edits at once; `rpm` and `rpd` calls in a minute and in a day, None without limit."""

    concurrency: int
    rpm: int | None = None
    rpd: int | None = None

    def limits(self) -> list[Limit]:
        """Those of calls, the longest first: it is the one that one cannot wait for."""
        limits: list[Limit] = []
        if self.rpd is not None:
            limits.append(_of_a_day(self.rpd))
        if self.rpm is not None:
            limits.append(Window("provider-minute", self.rpm, MINUTE))
        return limits


def _of_a_day(calls: int) -> Limit:
    """At most so many in any 24 hours: counted one by one, or a bucket that adds up to as many where they are a lot."""
    if calls <= MOST_IN_A_WINDOW:
        return Window("provider-day", calls, DAY)
    at_once = calls // 10
    return Bucket("provider-day", at_once, (calls - at_once) / DAY)


class Gates:
    """The places and the calls that providers give us.

    Who waits in this process is let in by turns. Where other processes work, too, `places` knows how many are in use
    in all; whoever was killed is forgotten after half a minute. Edits that a restarted process goes on with from their
    receipts take no place. Calls are counted by `limiter`.
    """

    def __init__(self, gates: Mapping[str, Gate], limiter: Limiter, *, places: Places | None = None) -> None:
        self._gates = gates
        self._limiter = limiter
        self._places = places
        self._rooms = {name: asyncio.Semaphore(gate.concurrency) for name, gate in gates.items()}
        self._busy: Counter[str] = Counter()
        self._elsewhere: Mapping[str, int] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    def busy(self, provider: str) -> int:
        """How many edits this process has under way there."""
        return self._busy[provider]

    def load(self, provider: str) -> float:
        """The share of the places that are taken, 0..1."""
        gate = self._gates.get(provider)
        if gate is None:
            return 0.0
        return min(1.0, (self._busy[provider] + self._elsewhere.get(provider, 0)) / gate.concurrency)

    async def enter(self, provider: str, patience: float) -> bool:
        """Take a place, waiting for up to `patience` seconds; False when there was none. `leave` gives it back."""
        room = self._rooms.get(provider)
        if room is None:
            return True
        deadline = time.monotonic() + patience
        waits = room.locked()
        if waits and patience <= 0:
            return False
        try:
            async with asyncio.timeout(patience if waits else None):
                await room.acquire()
        except TimeoutError:
            return False
        entered = False
        try:
            entered = await self._shared(provider, deadline, waited=waits)
        finally:
            if not entered:
                room.release()
        self._busy[provider] += entered
        return entered

    def leave(self, provider: str) -> None:
        """Give a place back."""
        if (room := self._rooms.get(provider)) is None:
            return
        self._busy[provider] -= 1
        if self._places is not None:
            # Without a loop nobody is left to tell: the place is forgotten, as that of a process which is gone.
            with suppress(RuntimeError):
                task = asyncio.get_running_loop().create_task(self._give_back(provider))
                self._leaving.add(task)
                task.add_done_callback(self._leaving.discard)
        room.release()

    async def share(self) -> None:
        """Tell the other processes that this one still has its places, and hear how many are with them."""
        if self._places is not None:
            self._elsewhere = await self._places.keep()

    async def aclose(self) -> None:
        """Give back what is left, and stop counting."""
        await asyncio.gather(*self._leaving, return_exceptions=True)
        if self._places is not None:
            await self._places.aclose()
        await self._limiter.aclose()

    async def _shared(self, provider: str, deadline: float, *, waited: bool) -> bool:
        """Take one of the places that all processes have together."""
        if self._places is None:
            return True
        if waited:
            # Who was next in this process would else always be before those of others, who look now and then.
            await asyncio.sleep(random.random() * LOOK_AGAIN)  # noqa: S311 - spreads load
        while not await self._places.take(provider, self._gates[provider].concurrency):
            rest = deadline - time.monotonic()
            if rest <= 0:
                return False
            await asyncio.sleep(min(rest, LOOK_AGAIN * (0.5 + random.random())))  # noqa: S311 - spreads load
        return True

    async def _give_back(self, provider: str) -> None:
        if self._places is not None:
            try:
                await self._places.leave(provider)
            except Exception:
                log.exception("a place at %s could not be given back; it is free in half a minute", provider)

    async def look(self, provider: str) -> Verdict | None:
        """The limit of calls that is reached; None when one more may be made."""
        for limit in self._limits(provider):
            if not (verdict := await self._limiter.look(limit, provider)).allowed:
                return verdict
        return None

    async def call(self, provider: str, patience: float) -> Verdict | None:
        """Count one call, waiting for up to `patience` seconds; else the limit that is reached."""
        deadline = time.monotonic() + patience
        while (reached := await self._take(provider)) is not None:
            if reached.retry_after > deadline - time.monotonic():
                return reached
            await asyncio.sleep(reached.retry_after)
        return None

    async def _take(self, provider: str) -> Verdict | None:
        if (reached := await self.look(provider)) is not None:
            return reached
        for limit in self._limits(provider):
            if not (verdict := await self._limiter.take(limit, provider)).allowed:
                return verdict
        return None

    def _limits(self, provider: str) -> list[Limit]:
        gate = self._gates.get(provider)
        return [] if gate is None else gate.limits()
