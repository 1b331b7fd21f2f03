"""Places that several processes share: how many may be in use at the same time, under one name."""

from collections.abc import Mapping
from typing import Protocol

STALE_SECONDS = 30.0
"""After which places of a process that says nothing any more are free: it is gone."""


class Places(Protocol):
    """Never more are in use than allowed, but for those of a process that was taken for dead and is not, and for the
    time in which what counts them is gone: then each process has as many for itself.
    """

    async def take(self, name: str, most: int) -> bool:
        """Take a place, unless `most` are in use."""
        ...

    async def leave(self, name: str) -> None:
        """Give one back."""
        ...

    async def keep(self) -> Mapping[str, int]:
        """Say that this process is alive and still has its places, as it must every few seconds; and hear how many
        others have, by name.
        """
        ...

    async def aclose(self) -> None:
        """Give all back and close every connection."""
        ...
