"""Connections that wait for their next request: few of them, and not for long."""

import asyncio
import time
from collections.abc import Hashable

from rekindle.infra.wire import Connection

KEPT = 64
"""Idle connections that are kept."""

KEPT_SECONDS = 5.0
"""How long each is kept; servers close theirs after about as long."""


class Idle:
    """Those of one event loop, each for the place that it was opened for."""

    def __init__(self) -> None:
        self._kept: list[tuple[Hashable, Connection]] = []
        self._closed = False
        self._sweeping: asyncio.TimerHandle | None = None

    def take(self, place: Hashable) -> Connection | None:
        """The one to this place that was used last, if there is any: those that are not needed grow old."""
        for number in range(len(self._kept) - 1, -1, -1):
            if self._kept[number][0] == place:
                _, connection = self._kept.pop(number)
                if not _old(connection):
                    return connection
                connection.close()
        return None

    def keep(self, place: Hashable, connection: Connection) -> None:
        """Keep a connection for the next request, if it is good for one."""
        if not connection.ready or self._closed:
            connection.abort()
            return
        connection.rest()
        connection.idle_since = time.monotonic()
        self._kept.append((place, connection))
        while len(self._kept) > KEPT:
            self._kept.pop(0)[1].close()
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(KEPT_SECONDS, self._sweep)

    def close(self) -> None:
        """Close all, and keep no more."""
        self._closed = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        for _, connection in self._kept:
            connection.close()
        self._kept.clear()

    def _sweep(self) -> None:
        """Say goodbye to those that nobody needed."""
        self._sweeping = None
        while self._kept and _old(self._kept[0][1]):
            self._kept.pop(0)[1].close()
        if self._kept:
            self._sweeping = asyncio.get_running_loop().call_later(KEPT_SECONDS / 5, self._sweep)


def _old(connection: Connection) -> bool:
    return connection.gone or time.monotonic() - connection.idle_since > KEPT_SECONDS
