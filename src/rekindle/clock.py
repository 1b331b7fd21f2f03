"""Time and identifiers, behind one small class so that tests can hold them still."""

import os
import time
import uuid
from datetime import UTC, datetime
from threading import Lock


class Clock:
    """The real time and fresh identifiers."""

    def __init__(self) -> None:
        self._ticks = 0
        self._one_at_a_time = Lock()

    def now(self) -> datetime:
        """The present moment in UTC, with its time zone."""
        return datetime.now(UTC)

    def new_id(self) -> uuid.UUID:
        """A UUIDv7 (RFC 9562): sorts by the moment it was made, and those of one clock also within a millisecond."""
        with self._one_at_a_time:
            # The 12 bits behind the milliseconds are a finer time (6.2, method 3), which never stands still.
            self._ticks = max(self._ticks + 1, (time.time_ns() << 12) // 1_000_000)
            ticks = self._ticks
        return uuid7(ticks >> 12, (ticks & 0xFFF).to_bytes(2, "big") + os.urandom(8))


def uuid7(milliseconds: int, randomness: bytes) -> uuid.UUID:
    """A UUIDv7 from a Unix time in milliseconds and ten random bytes, of which 74 bits are used (RFC 9562, 5.7)."""
    number = int.from_bytes(milliseconds.to_bytes(6, "big") + randomness, "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=number)
