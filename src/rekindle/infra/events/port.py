"""What every event channel can do."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

LOOK_AGAIN = "look again"
"""What a channel says by itself, to everyone who listens, when it may have lost what others said."""


class Events(Protocol):
    """Notices by topic. A listener hears what is published after it began to listen.

    A slow one may miss notices in between, never the last, so a notice says *look again* and is no more than a word.
    """

    async def publish(self, topic: str, word: str) -> None:
        """Tell everyone who listens to `topic`."""
        ...

    def listen(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """The words published on `topic` from now on."""
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...
