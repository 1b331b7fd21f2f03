"""How long jobs take on this machine, learned from those that ended, for an estimate before one has begun."""

FIRST_GUESS = 0.6
"""Seconds for each megapixel, until something was learned; from a 12-megapixel photo on two cores."""
OVERHEAD = 1.0
"""Seconds that a job takes however small the photo is."""
MEMORY = 0.8
"""Share of the old figure that a newly learned one leaves standing."""


class Pace:
    """A running mean of seconds for each megapixel."""

    def __init__(self) -> None:
        self._seconds = FIRST_GUESS

    def learn(self, pixels: int, seconds: float) -> None:
        """A photo of so many pixels took so many seconds."""
        sample = max(seconds - OVERHEAD, 0.0) / max(pixels / 1_000_000, 0.1)
        self._seconds = MEMORY * self._seconds + (1.0 - MEMORY) * sample

    def expected(self, pixels: int) -> float:
        """Seconds that a photo of so many pixels is likely to take."""
        return OVERHEAD + self._seconds * pixels / 1_000_000
