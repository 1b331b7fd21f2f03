"""How much of a provider may be used: so many edits at once, so many calls a minute and a day."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select

from rekindle.clock import Clock
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.limits.port import Limiter
from rekindle.infra.limits.rules import MOST_IN_A_WINDOW, Bucket, Limit, Verdict, Window
from rekindle.providers.tables import UseRow

MINUTE, DAY = 60.0, 86_400.0

STALE_SECONDS = 30.0
"""After which what another process told of itself no longer counts: it is gone."""

LOOK_AGAIN = 1.0
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

    Places are exact in this process: whoever takes one has it until it is left, and whoever waits is let in by turns.
    Other processes tell every few seconds how many they have (`share`), so together they may exceed `concurrency` for
    as long; whoever was killed is forgotten after half a minute. Edits that a restarted process goes on with from their
    receipts take no place. Calls are counted by `limiter`: for all processes where it counts on a server, else for
    each by itself, and anew after a restart: then it is the provider that says that it is too much.
    """

    def __init__(self, gates: Mapping[str, Gate], limiter: Limiter) -> None:
        self._gates = gates
        self._limiter = limiter
        self._rooms = {name: asyncio.Semaphore(gate.concurrency) for name, gate in gates.items()}
        self._busy: Counter[str] = Counter()
        self._elsewhere: Mapping[str, int] = {}
        self._told = False

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
        while self.load(provider) >= 1 and self._elsewhere.get(provider, 0):
            if (rest := deadline - time.monotonic()) <= 0:
                return False
            await asyncio.sleep(min(LOOK_AGAIN, rest))
        if room.locked() and patience <= 0:
            return False
        try:
            async with asyncio.timeout(None if not room.locked() else max(0.0, deadline - time.monotonic())):
                await room.acquire()
        except TimeoutError:
            return False
        self._busy[provider] += 1
        return True

    def leave(self, provider: str) -> None:
        """Give a place back."""
        if (room := self._rooms.get(provider)) is not None:
            self._busy[provider] -= 1
            room.release()

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

    async def share(self, db: Database, process: str, *, clock: Clock) -> None:
        """Tell the other processes how many edits are under way here, and hear how many are with them."""
        now = clock.now()
        old = now - timedelta(seconds=STALE_SECONDS)
        here = {name: count for name, count in self._busy.items() if count}
        if here or self._told:
            async with db.transaction() as tx:
                await tx.execute(delete(UseRow).where((UseRow.process == process) | (UseRow.told_at < old)))
                tx.add_all(UseRow(provider=name, process=process, busy=n, told_at=now) for name, n in here.items())
                self._elsewhere = await _others(tx, process)
            self._told = bool(here)
        else:
            async with db.reading() as tx:
                self._elsewhere = await _others(tx, process, since=old)

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


async def _others(tx: Transaction, process: str, *, since: object = None) -> Mapping[str, int]:
    query = select(UseRow.provider, func.sum(UseRow.busy)).where(UseRow.process != process).group_by(UseRow.provider)
    if since is not None:
        query = query.where(UseRow.told_at >= since)
    return {provider: int(busy) for provider, busy in (await tx.execute(query)).all()}
