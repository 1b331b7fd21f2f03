"""The limiter of several processes: Redis or Valkey counts for all of them, and each goes on alone while it is gone."""

import logging
import time
from collections.abc import Callable

from rekindle.infra.limits.asking import Asking
from rekindle.infra.limits.port import Limiter
from rekindle.infra.limits.rules import SECOND, Bucket, Limit, Verdict, short
from rekindle.infra.limits.script import TAKE
from rekindle.infra.redis import RedisError, open_redis

log = logging.getLogger(__name__)

CONNECTIONS = 2
PREFIX = "rekindle:limit:"


class RedisLimiter(Limiter):
    """Counts on the server at `url`, and always in `near`, a limiter of this process, too.

    Whatever the server says, no process lets more pass than `near` allows. So its refusal is final and costs no round
    trip, and neither a server that is gone, nor one that comes back empty, opens anything: for that time the limit
    holds for each process.

    The server has `seconds` to answer. If it does not, or answers with an error, it is left alone for `pause` seconds;
    then one request tries it again.
    """

    def __init__(
        self,
        url: str,
        *,
        near: Limiter,
        seconds: float = 0.25,
        pause: float = 1.0,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = open_redis(url, connections=CONNECTIONS, seconds=seconds)
        self._asking = Asking(self._client, TAKE, seconds=seconds)
        self._near = near
        self._pause = pause
        self._ticks = ticks
        self._gone = False
        self._try_at = 0.0

    async def take(self, limit: Limit, key: str, *, cost: int = 1) -> Verdict:
        here = await self._near.look(limit, key, cost=cost)
        if not here.allowed:
            return here
        there = await self._ask(limit, key, cost, take=True)
        if there is not None and not there.allowed:
            return there
        here = await self._near.take(limit, key, cost=cost)
        return _stricter(here, there)

    async def look(self, limit: Limit, key: str, *, cost: int = 1) -> Verdict:
        here = await self._near.look(limit, key, cost=cost)
        return _stricter(here, await self._ask(limit, key, cost, take=False))

    async def aclose(self) -> None:
        await self._asking.aclose()
        await self._client.aclose()
        await self._near.aclose()

    async def _ask(self, limit: Limit, key: str, cost: int, *, take: bool) -> Verdict | None:
        """What the server says; None while it is gone."""
        if self._gone:
            now = self._ticks()
            if now < self._try_at:
                return None
            self._try_at = now + self._pause  # This request tries; the others do not wait for what becomes of it.
        kind = "bucket" if isinstance(limit, Bucket) else "window"
        name = f"{PREFIX}{limit.name}:{short(key)}"
        try:
            allowed, remaining, reset, wait = await self._asking.ask(
                name, kind, limit.quota, limit.step, cost, int(take)
            )
        except (RedisError, OSError, TimeoutError) as error:
            self._lost(error)
            return None
        self._found()
        return Verdict(limit, allowed == 1, remaining, reset / SECOND, wait / SECOND)

    def _lost(self, error: Exception) -> None:
        self._try_at = self._ticks() + self._pause
        if not self._gone:
            log.warning("the server that counts for limits is gone, each process counts alone now: %r", error)
        self._gone = True

    def _found(self) -> None:
        if self._gone:
            log.info("the server that counts for limits is back")
        self._gone = False


def _stricter(here: Verdict, there: Verdict | None) -> Verdict:
    if there is None or (there.allowed and not here.allowed):
        return here
    if here.allowed and not there.allowed:
        return there
    return min(here, there, key=lambda verdict: (verdict.remaining, -verdict.retry_after))
