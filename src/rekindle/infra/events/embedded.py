"""The embedded event channel: in this process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from rekindle.infra.events.port import Events

BACKLOG = 64
"""Words kept for a slow listener; beyond that the oldest go, since each only says *look again*."""


class LocalEvents(Events):
    """Listeners in this process, one bounded queue each."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[asyncio.Queue[str]]] = defaultdict(set)

    async def publish(self, topic: str, word: str) -> None:
        for queue in tuple(self._listeners.get(topic, ())):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(word)

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncGenerator[AsyncIterator[str]]:
        queue: asyncio.Queue[str] = asyncio.Queue(BACKLOG)
        self._listeners[topic].add(queue)
        try:
            yield _Words(queue)
        finally:
            self._listeners[topic].discard(queue)
            if not self._listeners[topic]:
                del self._listeners[topic]

    async def aclose(self) -> None:
        return


class _Words:
    """The words in a queue, for ever. Not a generator: waiting for one with a time limit must not end it."""

    def __init__(self, queue: asyncio.Queue[str]) -> None:
        self._queue = queue

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        return await self._queue.get()
