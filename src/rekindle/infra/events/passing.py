"""What channels between processes have in common: a server passes on what each tells, and each hears itself anyway."""

import asyncio
import json
import logging
import time
import uuid
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from dataclasses import dataclass
from typing import ClassVar

from rekindle.infra.events.port import LOOK_AGAIN, Events

log = logging.getLogger(__name__)

CHANNEL = "rekindle:events"
"""One for everything: a word is some hundred bytes, and what a process does not listen to it drops at once. That costs
less than a round trip for each job that begins to listen and for each that ends."""

KEPT = 1024
"""Words kept for when the server is back; beyond that the oldest go."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many `seconds` the server has to answer, for how long it is left alone when it does not (`pause`), and after
    how many seconds of silence (`beat`) a connection is tried.
    """

    seconds: float
    pause: float = 1.0
    beat: float = 5.0


class PassingEvents(Events, ABC):
    """Passes words on through a server, and always through `near`, the channel of this process, too.

    Nobody waits for a server that is gone: it has its time to answer, and is then left alone for a pause. Meanwhile
    this process goes on hearing itself. What it could not pass on is passed on when the server is back, and whoever
    listens is told then to look again, since words of others may have been lost. A connection on which nothing is heard
    for a beat is tried, so that one which died without a sign is noticed.
    """

    gone: ClassVar[tuple[type[Exception], ...]] = (OSError, TimeoutError)
    """What says that the server cannot be reached."""

    def __init__(self, *, near: Events, patience: Patience) -> None:
        self._near = near
        self._patience = patience
        self._name = uuid.uuid4().hex
        self._topics: Counter[str] = Counter()
        self._unsent: dict[tuple[str, str], None] = {}
        self._sending = asyncio.Lock()
        self._reader: asyncio.Task[None] | None = None
        self._hearing = asyncio.Event()
        self._deaf = self._gone = False
        self._try_at = 0.0

    async def publish(self, topic: str, word: str) -> None:
        await self._near.publish(topic, word)
        self._keep([(topic, word)])
        await self._pass_on()

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncGenerator[AsyncIterator[str]]:
        self._topics[topic] += 1
        try:
            async with self._near.listen(topic) as words:
                await self._begin_to_hear()
                yield words
        finally:
            self._topics[topic] -= 1
            if not self._topics[topic]:
                del self._topics[topic]

    async def aclose(self) -> None:
        while self._reader is not None and not self._reader.done():
            # Again and again: a client that is just giving up a connection may take the first for the end of that.
            self._reader.cancel()
            await asyncio.wait([self._reader], timeout=0.1)
        await self._near.aclose()

    # ── for those who know the server ──

    @abstractmethod
    async def _send(self, messages: Sequence[str]) -> None:
        """Put messages on the channel. Raises what says that the server is gone."""

    @abstractmethod
    async def _hear(self) -> None:
        """Hear the channel: say so by `_heard_again`, and `_tell` each message, until that ends with an error."""

    async def _heard_again(self) -> None:
        self._hearing.set()
        if self._deaf:
            self._deaf = False
            for topic in tuple(self._topics):
                await self._near.publish(topic, LOOK_AGAIN)
        await self._pass_on()

    async def _tell(self, message: bytes | str) -> None:
        # Whatever else is on this channel is not ours, and must not end the listening.
        with suppress(ValueError, TypeError):
            name, topic, word = json.loads(message)
            if name != self._name and topic in self._topics:
                await self._near.publish(str(topic), str(word))

    # ── what goes out ──

    def _keep(self, words: Iterable[tuple[str, str]]) -> None:
        """Put these last. What is said twice is said once, at its later place."""
        for each in words:
            self._unsent.pop(each, None)
            self._unsent[each] = None
        while len(self._unsent) > KEPT:
            del self._unsent[next(iter(self._unsent))]

    async def _pass_on(self) -> None:
        """Everything that was not passed on yet, by whoever comes first: a thousand at once take one connection."""
        async with self._sending:
            if not self._unsent or (self._gone and time.monotonic() < self._try_at):
                return
            words, self._unsent = self._unsent, {}
            sent = False
            try:
                async with asyncio.timeout(self._patience.seconds):
                    await self._send([json.dumps([self._name, topic, word]) for topic, word in words])
                sent = True
            except self.gone as error:
                self._lost(error)
            finally:
                if not sent:  # also when whoever publishes is canceled
                    newer, self._unsent = self._unsent, words
                    self._keep(newer)
            if sent and self._gone:
                log.info("the server that passes events on is back")
                self._gone = False

    def _lost(self, error: Exception) -> None:
        self._try_at = time.monotonic() + self._patience.pause
        if not self._gone:
            log.warning("the server that passes events on is gone, each process hears only itself now: %r", error)
        self._gone = True

    # ── what comes in ──

    async def _begin_to_hear(self) -> None:
        """Until this process hears the others; when that takes too long, listeners are told to look again later."""
        if self._reader is None or self._reader.done():
            # It outlives whoever happens to be the first to listen, and must not carry on what that one may see.
            self._reader = asyncio.get_running_loop().create_task(self._hear_on(), context=Context())
        if self._hearing.is_set() or self._deaf:
            return
        try:
            async with asyncio.timeout(self._patience.seconds):
                await self._hearing.wait()
        except TimeoutError:
            self._deaf = True

    async def _hear_on(self) -> None:
        while True:
            try:
                await self._hear()
            except self.gone as error:
                self._lost(error)
            self._hearing.clear()
            self._deaf = True
            await asyncio.sleep(self._patience.pause)
