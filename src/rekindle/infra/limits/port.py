"""What every limiter can do."""

from typing import Protocol

from rekindle.infra.limits.rules import Limit, Verdict


class Limiter(Protocol):
    """Counts under keys, such as an account or an address, each limit for itself by its name.

    Many callers at once never get more than the limit. Nothing here raises because a server is gone, and nothing passes
    for that reason either.
    """

    async def take(self, limit: Limit, key: str, *, cost: int = 1) -> Verdict:
        """Take `cost` units if all of them are there, else none. Raises ValueError unless 1 <= cost <= quota."""
        ...

    async def look(self, limit: Limit, key: str, *, cost: int = 1) -> Verdict:
        """What `take` would answer now, but with nothing taken: `remaining` is what is there."""
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...
