"""Which task is next: a rank that a task gets once, when it is enqueued, and keeps.

Start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996) with the wall clock as virtual time. The lowest rank is next.
A task ranks by the second in which it came, earlier by its priority, and no earlier than one share after the last of
its owner that still waits. So nothing has to be renewed while tasks wait; no task waits for ever, since those that come
much later rank behind it; and of somebody's thousand tasks most rank behind the one of somebody else.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""Ranks are whole seconds since then, which fit into 32 bits until 2094."""

HIGHEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Order:
    """`share`: seconds between two waiting tasks of one owner. `ageing`: seconds that a point of priority is worth."""

    share: int = 60
    ageing: int = 30

    def rank(self, now: datetime, priority: int, last: int | None) -> int:
        """The rank of a task that comes at `now`. `last` is the highest of its owner's waiting ones, if there are any.

        Within -2**31 + 1 to 2**31 - 1, so that its negative fits into 32 bits, too.
        """
        start = int((now - EPOCH).total_seconds()) - priority * self.ageing
        if last is not None:
            start = max(start, last + self.share)
        return max(-HIGHEST, min(start, HIGHEST))
