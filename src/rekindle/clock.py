"""Time and identifiers, behind one small class so that tests can hold them still."""

import os
import time
import uuid
from datetime import UTC, datetime


class Clock:
    """The real time and fresh identifiers."""

    def now(self) -> datetime:
        """The present moment in UTC, with its time zone."""
        return datetime.now(UTC)

    def new_id(self) -> uuid.UUID:
        """A UUIDv7 (RFC 9562): sorts by the moment it was made."""
        return uuid7(time.time_ns() // 1_000_000, os.urandom(10))


def uuid7(milliseconds: int, randomness: bytes) -> uuid.UUID:
    """A UUIDv7 from a Unix time in milliseconds and ten random bytes, of which 74 bits are used (RFC 9562, 5.7)."""
    number = int.from_bytes(milliseconds.to_bytes(6, "big") + randomness, "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=number)
