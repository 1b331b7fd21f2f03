"""The embedded limiter: in this process, exact because nothing waits between reading and writing."""

import time
from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Callable

from rekindle.infra.limits.port import Limiter
from rekindle.infra.limits.rules import SECOND, Judged, Limit, Verdict, judge, short

MOST_KEYS = 50_000
"""Keys remembered for each limit. Each takes some 300 bytes, and eight for every unit taken from a window."""

FORGET_AT_ONCE = 4
"""Keys that one call forgets at most: more than one call adds, and little work."""


class LocalLimiter(Limiter):
    """Limits of this process, for use in one event loop.

    A key is forgotten when its whole quota is there again. Where more keys than `most_keys` are in use at once, the one
    that has been silent for longest goes, and would begin anew. `ticks` gives seconds and never goes back.
    """

    def __init__(self, *, ticks: Callable[[], float] = time.monotonic, most_keys: int = MOST_KEYS) -> None:
        self._ticks = ticks
        self._most_keys = most_keys
        self._keys: defaultdict[str, _Keys] = defaultdict(OrderedDict)

    async def take(self, limit: Limit, key: str, *, cost: int = 1) -> Verdict:
        keys, name, now = self._keys[limit.name], short(key), self._now()
        judged = self._judge(limit, name, now, cost, take=True)
        keys[name] = (judged.whole_at, array("q", judged.taken))
        keys.move_to_end(name)
        self._forget(keys, now)
        return judged.verdict

    async def look(self, limit: Limit, key: str, *, cost: int = 1) -> Verdict:
        return self._judge(limit, short(key), self._now(), cost, take=False).verdict

    async def aclose(self) -> None:
        self._keys.clear()

    def __len__(self) -> int:
        """Keys that are remembered, of all limits together."""
        return sum(len(keys) for keys in self._keys.values())

    def _judge(self, limit: Limit, name: str, now: int, cost: int, *, take: bool) -> Judged:
        _, taken = self._keys[limit.name].get(name, (0, ()))
        return judge(limit, taken, now, cost=cost, take=take)

    def _now(self) -> int:
        return int(self._ticks() * SECOND)

    def _forget(self, keys: "_Keys", now: int) -> None:
        # The order is that of the last calls, so a key at the front that still counts holds those behind it up for no
        # longer than they count themselves.
        for _ in range(FORGET_AT_ONCE):
            name, (whole_at, _taken) = next(iter(keys.items()))
            if whole_at > now and len(keys) <= self._most_keys:
                return
            if len(keys) == 1:
                return
            del keys[name]


_Keys = OrderedDict[str, tuple[int, "array[int]"]]
