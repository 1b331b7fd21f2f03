"""How often and how long: when the same model is asked again, when the next one, and when nobody."""

from dataclasses import dataclass
from enum import StrEnum

from rekindle.providers.errors import ProviderError, RateLimited


class Step(StrEnum):
    """What follows an attempt that came to nothing."""

    AGAIN = "again"
    NEXT = "next"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Patience:
    """All times are in seconds.

    `retries` is how often the same model is asked again, and `checks` how often one that accepted an edit is asked
    again for news when it cannot be reached. Pauses begin at `first_pause`, double, and end at `longest_pause`; a
    provider that asks for a longer one than `longest_told` is left for the next. `busy` is how long a job waits for a
    place at a provider before this machine does what it can. `deadline` counts from the first attempt. A job has at
    most `attempts`. `after_refusal`: whether another provider is asked when one refused.
    """

    retries: int = 2
    checks: int = 5
    first_pause: float = 1.0
    longest_pause: float = 30.0
    longest_told: float = 60.0
    busy: float = 300.0
    deadline: float = 1800.0
    attempts: int = 8
    after_refusal: bool = False

    def after(self, error: ProviderError, *, tries: int, number: int, left: float) -> Step:
        """What to do after an error of the try number `tries` (from 1) at a model, the attempt `number` of the job,
        with `left` seconds to the deadline.
        """
        again = error.retry and tries <= self.retries and number < self.attempts
        told = error.after if isinstance(error, RateLimited) else 0.0
        if again and told <= self.longest_told and told < left:
            return Step.AGAIN
        if not error.next_provider and not self.after_refusal:
            return Step.STOP
        return Step.NEXT

    def pause(self, tries: int, chance: float, error: ProviderError | None = None) -> float:
        """How long to wait before a model is asked the next time, after `tries` (from 1) in vain.

        Between half of the growing pause and all of it, by `chance` (0..1), so that jobs that failed together do not
        come again together; and not before the provider said.
        """
        grown = min(self.first_pause * 2.0 ** min(tries - 1, 30), self.longest_pause)
        told = error.after if isinstance(error, RateLimited) else 0.0
        return grown * (0.5 + 0.5 * chance) + min(told, self.longest_told)

    def until_news(self, told: float, waited: float) -> float:
        """How long to wait before looking for news, when the provider says `told` and `waited` has been until now.

        Pauses grow with the time: news are late by a fifth of what was waited for, or by what the provider told.
        """
        return min(max(told, waited / 5), self.longest_pause)
