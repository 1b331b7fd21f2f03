"""When something is to be done: rules, without input or output. All times are UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_FARTHEST = 366 * 28
"""Days in which every date comes round, 29 February on each day of the week among them."""


class Times(Protocol):
    """The moments at which a period begins."""

    @property
    def words(self) -> str:
        """How people write it."""
        ...

    @property
    def look(self) -> float:
        """Seconds between two looks whether a period has begun."""
        ...

    def last(self, now: datetime) -> datetime:
        """The beginning of the period that `now` is in."""
        ...

    def next(self, now: datetime) -> datetime:
        """The beginning of the next period, later than `now`."""
        ...


@dataclass(frozen=True, slots=True)
class Every(Times):
    """Periods of so many seconds, counted from 1970: the same ones for all processes."""

    seconds: float

    def __post_init__(self) -> None:
        if not self.seconds >= 0.001:
            raise ValueError("A period has at least a millisecond")

    @property
    def words(self) -> str:
        for size, name in ((3600, "hour"), (60, "minute"), (1, "second")):
            if self.seconds >= size and self.seconds % size == 0:
                count = int(self.seconds // size)
                return f"every {name}" if count == 1 else f"every {count} {name}s"
        return f"every {self.seconds:g} seconds"

    @property
    def look(self) -> float:
        return self.seconds

    def last(self, now: datetime) -> datetime:
        period = timedelta(seconds=self.seconds)
        return _EPOCH + (now - _EPOCH) // period * period

    def next(self, now: datetime) -> datetime:
        return self.last(now) + timedelta(seconds=self.seconds)


class Cron(Times):
    """Five fields as in crontab(5): minute, hour, day of the month, month, day of the week (0 and 7: Sunday).

    Each is `*`, numbers, ranges `1-5` and steps `*/15` or `8-18/2`, with commas between. Where both days are given, one
    of them is enough. Raises ValueError, which says which field is wrong.
    """

    def __init__(self, text: str) -> None:
        parts = text.split()
        if len(parts) != len(_FIELDS):
            raise ValueError("has to have five fields: minute, hour, day, month and day of the week")
        self._words = " ".join(parts)
        fields = [_numbers(part, *field) for part, field in zip(parts, _FIELDS, strict=True)]
        self._minutes, self._hours, self._days, self._months, weekdays = fields
        self._weekdays = frozenset(day % 7 for day in weekdays)
        self._either_day = not parts[2].startswith("*") and not parts[4].startswith("*")
        if not any(self._on(_EPOCH + day * _DAY) for day in range(_FARTHEST)):
            raise ValueError("names a day that never comes")

    def __repr__(self) -> str:
        return f"Cron({self._words!r})"

    @property
    def words(self) -> str:
        return self._words

    @property
    def look(self) -> float:
        return 20.0

    def last(self, now: datetime) -> datetime:
        moment = now.astimezone(UTC).replace(second=0, microsecond=0)
        while not self._on(moment):
            moment = moment.replace(hour=23, minute=59) - _DAY
        while not self._at(moment):
            moment -= _MINUTE
            if moment.hour == 23 and moment.minute == 59:  # over midnight, to a day that may not be one
                return self.last(moment)
        return moment

    def next(self, now: datetime) -> datetime:
        moment = now.astimezone(UTC).replace(second=0, microsecond=0) + _MINUTE
        while not self._on(moment):
            moment = moment.replace(hour=0, minute=0) + _DAY
        while not self._at(moment):
            moment += _MINUTE
            if moment.hour == 0 and moment.minute == 0:
                return self.next(moment - _MINUTE)
        return moment

    def _on(self, day: datetime) -> bool:
        month_day, weekday = day.day in self._days, day.isoweekday() % 7 in self._weekdays
        fits = month_day or weekday if self._either_day else month_day and weekday
        return fits and day.month in self._months

    def _at(self, moment: datetime) -> bool:
        return moment.minute in self._minutes and moment.hour in self._hours


def _numbers(text: str, name: str, least: int, most: int) -> frozenset[int]:
    """The numbers of one field."""
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        begin, end = (least, most) if span == "*" else (_number(first, name), _number(last or first, name))
        if step and not last and span != "*":
            end = most
        if not least <= begin <= end <= most:
            raise ValueError(f"has {part} as its {name}, which has to be from {least} to {most}")
        found.update(range(begin, end + 1, max(1, _number(step, name)) if step else 1))
    return frozenset(found)


def _number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise ValueError(f"has {text or 'nothing'} as its {name}, which has to be a number")
    return int(text)


def times(text: str) -> Times:
    """A schedule as settings write it: five fields as in crontab(5), or a number of seconds. Raises ValueError."""
    try:
        return Every(float(text))
    except ValueError:
        return Cron(text)
