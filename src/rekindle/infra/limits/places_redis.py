"""Places on Redis or Valkey: each is a member of a sorted set that says until when it is believed."""

import asyncio
import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rekindle.infra.limits.places import STALE_SECONDS, Places
from rekindle.infra.redis import RedisError, open_redis

log = logging.getLogger(__name__)

CONNECTIONS = 8
PREFIX = "rekindle:places:"

SCRIPT = """
-- KEYS[1]: places in use, by the moment in milliseconds until which each is believed.
-- ARGV: life in milliseconds, the most that may be in use ('' to keep those that are had), and names of places.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if ARGV[2] ~= '' and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return -1 end
for index = 3, #ARGV do redis.call('ZADD', KEYS[1], now + tonumber(ARGV[1]), ARGV[index]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('ZCARD', KEYS[1])
"""
"""Answers how many are in use then, or -1 where there was no place. By the clock of the server alone."""


class RedisPlaces(Places):
    """Counted on the server at `url`. While it is gone every place is given: the callers know how many they have."""

    def __init__(
        self,
        url: str,
        *,
        seconds: float = 0.25,
        pause: float = 1.0,
        stale: float = STALE_SECONDS,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = open_redis(url, connections=CONNECTIONS, seconds=seconds)
        self._script = self._client.register_script(SCRIPT)
        self._seconds, self._pause, self._life = seconds, pause, round(stale * 1000)
        self._ticks = ticks
        self._mine: defaultdict[str, list[str]] = defaultdict(list)
        self._try_at = 0.0

    async def take(self, name: str, most: int) -> bool:
        mine, place = self._mine[name], uuid.uuid4().hex
        if await self._run(name, most, [place]) == -1:
            return False
        mine.append(place)
        return True

    async def leave(self, name: str) -> None:
        if self._mine[name]:
            await self._ask(lambda: self._client.zrem(PREFIX + name, self._mine[name].pop()))

    async def keep(self) -> Mapping[str, int]:
        others: dict[str, int] = {}
        for name, places in tuple(self._mine.items()):
            count = await self._run(name, "", tuple(places))
            if count is not None:
                others[name] = max(0, count - len(places))
        return others

    async def aclose(self) -> None:
        for name, places in self._mine.items():
            if places:
                await self._ask(lambda name=name, places=places: self._client.zrem(PREFIX + name, *places))
        await self._client.aclose()

    async def _run(self, name: str, most: int | str, places: Sequence[str]) -> int | None:
        return await self._ask(lambda: self._script(keys=[PREFIX + name], args=[self._life, most, *places]))

    async def _ask(self, question: Callable[[], Any]) -> Any:
        """The answer; None while the server is gone."""
        if self._ticks() < self._try_at:
            return None
        try:
            async with asyncio.timeout(self._seconds):
                return await question()
        except (RedisError, OSError, TimeoutError) as error:
            self._try_at = self._ticks() + self._pause
            log.warning("the server that counts places is gone, each process counts alone now: %r", error)
            return None
