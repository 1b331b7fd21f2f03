"""What can go wrong at a provider. Flags say what to do next, and whoever runs an attempt looks at nothing else.

ProviderError
├── Unavailable     no connection, a time-out or a 5xx before the edit was accepted
├── RateLimited     too many requests
├── Misconfigured   the key is missing or wrong, or the account is out of funds
├── Unsupported     this edit is not for this model
├── Refused         the safety policy of the provider said no
├── BadResult       not an image, blank, of the wrong size, or the input again
└── Lost            accepted, then failed or never ended; may have been charged
    └── Unfinished  the provider itself says that it failed, and charges nothing
"""

from typing import ClassVar

from rekindle.errors import RekindleError


class ProviderError(RekindleError):
    """An edit that did not work out."""

    status = 502
    code = "provider_failed"
    title = "The photo could not be restored"
    retry: ClassVar[bool] = False
    """Whether the same provider may be asked again."""
    next_provider: ClassVar[bool] = True
    """Whether another provider may be asked."""
    unhealthy: ClassVar[bool] = True
    """Whether it counts against the health of the provider."""
    alert: ClassVar[bool] = False
    """Whether an operator must be told."""

    def __init__(self, message: str, *, detail: str = "") -> None:
        """`detail` is for operators: what the provider said, without secrets, at most 300 characters."""
        super().__init__(message)
        self.detail = detail[:300]


class Unavailable(ProviderError):
    code = "provider_unavailable"
    retry = True


class RateLimited(ProviderError):
    code = "provider_rate_limited"
    retry = True
    unhealthy = False

    def __init__(self, message: str, *, after: float, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.after = after
        """Seconds to wait before the next call."""


class Misconfigured(ProviderError):
    code = "provider_misconfigured"
    alert = True


class Unsupported(ProviderError):
    code = "provider_unsupported"
    unhealthy = False


class Refused(ProviderError):
    code = "provider_refused"
    next_provider = False
    unhealthy = False


class BadResult(ProviderError):
    code = "provider_bad_result"


class Lost(ProviderError):
    code = "provider_lost"


class Unfinished(Lost):
    """What the provider says itself that it could not do, and so does not charge."""
