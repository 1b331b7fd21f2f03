"""When something may be done once more: a bucket that refills, and a window that slides.

Both remember moments in whole microseconds, so that every implementation comes to the same answer to the last digit. A
bucket remembers one: when it will be full again. A window remembers when each unit was taken.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

SECOND = 1_000_000
"""Microseconds in a second."""

MOST_IN_A_WINDOW = 10_000
LONGEST_KEY = 100

NAME = re.compile(r"[a-z][a-z0-9_-]{0,49}")


@dataclass(frozen=True, slots=True)
class Bucket:
    """`capacity` units at once, and `per_second` more as time goes by, up to `capacity` again.

    Over any t seconds it lets at most `capacity + per_second * t` units pass. Kept as the generic cell rate algorithm
    (ITU-T I.371), which is the same as a bucket of tokens and needs one number for each key.
    """

    name: str
    capacity: int
    per_second: float

    def __post_init__(self) -> None:
        _check(self.name, self.capacity, self.per_second)
        if self.per_second > SECOND:
            raise ValueError("A bucket refills a million times a second at most")

    @property
    def quota(self) -> int:
        """The most that can be taken at once."""
        return self.capacity

    @property
    def seconds(self) -> float:
        """In how many seconds an empty bucket is full again."""
        return self.capacity * self.step / SECOND

    @property
    def step(self) -> int:
        """Microseconds in which one unit comes back."""
        return round(SECOND / self.per_second)


@dataclass(frozen=True, slots=True)
class Window:
    """At most `quota` units in any `seconds` on end, wherever they begin.

    A log of when each unit was taken: exact, where a counter that starts anew lets twice as much pass around its turn.
    """

    name: str
    quota: int
    seconds: float

    def __post_init__(self) -> None:
        _check(self.name, self.quota, self.seconds)
        if self.quota > MOST_IN_A_WINDOW:
            raise ValueError(f"A window keeps every unit, {MOST_IN_A_WINDOW} at most; use a bucket")

    @property
    def step(self) -> int:
        """Microseconds after which what was taken no longer counts."""
        return round(self.seconds * SECOND)


Limit: TypeAlias = Bucket | Window


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one request under one limit.

    `remaining` units can still be taken now; in `reset` seconds all of the quota is there again if nobody takes more;
    a refused request fits in `retry_after` seconds, which are 0 for one that passed.
    """

    limit: Limit
    allowed: bool
    remaining: int
    reset: float
    retry_after: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and the moments to remember when the units are indeed taken."""

    verdict: Verdict
    taken: tuple[int, ...]
    whole_at: int
    """When nothing of `taken` counts any more, so that it can be forgotten."""


def judge(limit: Limit, taken: Sequence[int], now: int, *, cost: int, take: bool) -> Judged:
    """Whether `cost` units may be taken at `now` (microseconds) after those `taken`; without `take`, only a look.

    Raises ValueError for a cost that never fits. A clock that was set back locks nobody out: what was taken later than
    now counts as taken now.
    """
    if not 1 <= cost <= limit.quota:
        raise ValueError(f"Between 1 and {limit.quota} units of {limit.name} can be taken at once, not {cost}")
    if isinstance(limit, Bucket):
        return _bucket(limit, taken, now, cost, take=take)
    return _window(limit, taken, now, cost, take=take)


def short(key: str) -> str:
    """The key, or a digest of it where somebody made it long to fill the memory."""
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _bucket(limit: Bucket, taken: Sequence[int], now: int, cost: int, *, take: bool) -> Judged:
    full = limit.capacity * limit.step
    missing = min(max(taken[0] - now, 0), full) if taken else 0
    after = missing + cost * limit.step
    allowed = after <= full
    if allowed and take:
        missing = after
    wait = 0 if allowed else after - full
    verdict = Verdict(limit, allowed, (full - missing) // limit.step, missing / SECOND, wait / SECOND)
    return Judged(verdict, (now + missing,), now + missing)


def _window(limit: Window, taken: Sequence[int], now: int, cost: int, *, take: bool) -> Judged:
    counting = list(taken[bisect_right(taken, now - limit.step) :])
    if counting and counting[-1] > now:
        counting = [min(moment, now) for moment in counting]
    missing = len(counting) + cost - limit.quota
    wait = counting[missing - 1] + limit.step - now if missing > 0 else 0
    if missing <= 0 and take:
        counting += [now] * cost
    whole_at = counting[-1] + limit.step if counting else now
    remaining = max(limit.quota - len(counting), 0)
    verdict = Verdict(limit, missing <= 0, remaining, (whole_at - now) / SECOND, wait / SECOND)
    return Judged(verdict, tuple(counting), whole_at)


def _check(name: str, quota: int, pace: float) -> None:
    if NAME.fullmatch(name) is None:
        raise ValueError("The name of a limit is short, of small letters, digits, - and _, as it goes into headers")
    if quota < 1 or not 0 < pace < float("inf"):
        raise ValueError(f"The limit {name} would let nothing pass, or everything")
