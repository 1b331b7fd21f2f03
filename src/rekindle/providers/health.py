"""How well a provider has done lately, and whether it is asked at all: moving averages, and a circuit that opens.

After some failures in a row the circuit is open and nobody is asked. When a pause is over it is half-open: one probe at
a time may pass, its success closes the circuit, its failure doubles the pause (Nygard, Release It!, Circuit Breaker).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rekindle.providers.errors import Misconfigured, ProviderError

USUAL_SUCCESS, USUAL_SECONDS = 0.9, 15.0
"""What is believed of a provider that was never asked."""

KEPT_SUCCESS, KEPT_SECONDS = 0.9, 0.8
"""How much of an average stays when one more call is added."""

MOST_DOUBLINGS = 16


class Circuit(StrEnum):
    """Whether calls may pass."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Rules:
    """When a circuit opens, and for how long: `failures` in a row; pauses and `probe_seconds` in seconds.

    A probe of which nothing is heard for `probe_seconds`, as its process died, no longer keeps others away.
    """

    failures: int = 5
    first_pause: float = 30.0
    longest_pause: float = 900.0
    probe_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a provider, or of one of its models at one operation.

    `success` is the share of calls that went well, 0..1, `seconds` the time of those: moving averages over `calls`.
    `failures` are those in a row. `openings` counts how often the circuit opened since a call last went well: 0 is
    closed. Nothing passes before `open_until`; from then on one probe, which holds the place until `probe_until`.
    """

    success: float = USUAL_SUCCESS
    seconds: float = USUAL_SECONDS
    calls: int = 0
    failures: int = 0
    last_failure: datetime | None = None
    openings: int = 0
    open_until: datetime | None = None
    probe_until: datetime | None = None

    def circuit(self, now: datetime) -> Circuit:
        """Whether calls may pass now."""
        if self.open_until is None:
            return Circuit.CLOSED
        return Circuit.OPEN if now < self.open_until else Circuit.HALF_OPEN

    def is_probed(self, now: datetime) -> bool:
        """Whether a probe is under way."""
        return self.probe_until is not None and now < self.probe_until

    def succeeded(self, seconds: float) -> "Health":
        """After a call that went well and took `seconds`. It closes the circuit, whoever made it."""
        return Health(
            success=KEPT_SUCCESS * self.success + (1 - KEPT_SUCCESS),
            seconds=KEPT_SECONDS * self.seconds + (1 - KEPT_SECONDS) * max(0.0, seconds),
            calls=self.calls + 1,
            last_failure=self.last_failure,
        )

    def failed(self, error: ProviderError, now: datetime, rules: Rules) -> "Health":
        """After a call that ended with `error`; one that says nothing about health changes nothing."""
        if not error.unhealthy:
            return self
        failed = replace(
            self,
            success=KEPT_SUCCESS * self.success,
            calls=self.calls + 1,
            failures=self.failures + 1,
            last_failure=now,
        )
        if self.circuit(now) is Circuit.OPEN:
            return failed  # A call from before it opened: the pause has begun.
        if failed.failures >= rules.failures or isinstance(error, Misconfigured) or self.openings:
            return _opened(failed, now, rules)
        return failed

    def probing(self, now: datetime, rules: Rules) -> "Health | None":
        """With the one probe taken; None unless the circuit is half-open and nobody has it."""
        if self.circuit(now) is not Circuit.HALF_OPEN or self.is_probed(now):
            return None
        return replace(self, probe_until=now + timedelta(seconds=rules.probe_seconds))

    def released(self, probe: datetime) -> "Health":
        """Without the probe that holds until `probe`, where it is still that one: its call said nothing either way."""
        return replace(self, probe_until=None) if self.probe_until == probe else self


def _opened(health: Health, now: datetime, rules: Rules) -> Health:
    pause = rules.first_pause * 2 ** min(health.openings, MOST_DOUBLINGS)
    until = now + timedelta(seconds=min(pause, rules.longest_pause))
    return replace(health, openings=health.openings + 1, open_until=until, probe_until=None)
