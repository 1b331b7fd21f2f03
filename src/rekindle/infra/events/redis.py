"""The event channel of several processes: Redis or Valkey passes on what each tells, and each hears itself anyway."""

import asyncio
import json
import logging
import time
import uuid
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from typing import Any, cast

from rekindle.infra.events.port import LOOK_AGAIN, Events
from rekindle.infra.redis import PubSub, RedisError, open_redis

log = logging.getLogger(__name__)

CONNECTIONS = 4
CHANNEL = "rekindle:events"
"""One for everything: a word is some hundred bytes, and what a process does not listen to it drops at once. That costs
less than a round trip for each job that begins to listen and for each that ends."""

KEPT = 1024
"""Words kept for when the server is back; beyond that the oldest go."""


class RedisEvents(Events):
    """Passes words on through the server at `url`, and always through `near`, the channel of this process, too.

    Nobody waits for a server that is gone: it has `seconds` to answer, and is then left alone for `pause` seconds.
    Meanwhile this process goes on hearing itself. What it could not pass on is passed on when the server is back, and
    whoever listens is told then to look again, since words of others may have been lost. A connection on which nothing
    is heard for `beat` seconds is tried, so that one which died without a sign is noticed after twice that.
    """

    def __init__(
        self,
        url: str,
        *,
        near: Events,
        seconds: float = 0.25,
        pause: float = 1.0,
        beat: float = 5.0,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = open_redis(url, connections=CONNECTIONS, seconds=seconds)
        self._near = near
        self._seconds, self._pause, self._beat = seconds, pause, beat
        self._ticks = ticks
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
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        await self._client.aclose()
        await self._near.aclose()

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
            if not self._unsent or (self._gone and self._ticks() < self._try_at):
                return
            words, self._unsent = self._unsent, {}
            sent = False
            try:
                await self._send(words)
                sent = True
            except (RedisError, OSError, TimeoutError) as error:
                self._lost(error)
            finally:
                if not sent:  # also when whoever publishes is canceled
                    newer, self._unsent = self._unsent, words
                    self._keep(newer)
            if sent and self._gone:
                log.info("the server that passes events on is back")
                self._gone = False

    async def _send(self, words: Iterable[tuple[str, str]]) -> None:
        async with asyncio.timeout(self._seconds), self._client.pipeline(transaction=False) as pipe:
            for topic, word in words:
                pipe.publish(CHANNEL, json.dumps([self._name, topic, word]))  # pyright: ignore[reportUnknownMemberType]
            await pipe.execute()

    def _lost(self, error: Exception) -> None:
        self._try_at = self._ticks() + self._pause
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
            async with asyncio.timeout(self._seconds):
                await self._hearing.wait()
        except TimeoutError:
            self._deaf = True

    async def _hear_on(self) -> None:
        while True:
            try:
                async with PubSub(self._client.connection_pool) as channel:
                    await self._hear(channel)
            except (RedisError, OSError, TimeoutError) as error:
                self._lost(error)
            self._hearing.clear()
            self._deaf = True
            await asyncio.sleep(self._pause)

    async def _hear(self, channel: PubSub) -> None:
        """Pass on what others tell, until the connection ends with an error."""
        async with asyncio.timeout(self._seconds):
            await channel.subscribe(CHANNEL)
        asked = True  # The answer to the subscription is awaited as that to a sign of life.
        while True:
            message = cast("dict[str, Any] | None", await channel.get_message(timeout=self._beat))
            if message is None:
                if asked:
                    raise TimeoutError("the server says nothing")
                await channel.execute_command("PING")
                asked = True
                continue
            asked = False
            if message["type"] == "subscribe":
                await self._heard_again()
            elif message["type"] == "message":
                await self._tell(message["data"])

    async def _heard_again(self) -> None:
        self._hearing.set()
        if self._deaf:
            self._deaf = False
            for topic in tuple(self._topics):
                await self._near.publish(topic, LOOK_AGAIN)
        await self._pass_on()

    async def _tell(self, data: bytes) -> None:
        # Whatever else is on this channel is not ours, and must not end the listening.
        with suppress(ValueError, TypeError):
            name, topic, word = json.loads(data)
            if name != self._name and topic in self._topics:
                await self._near.publish(str(topic), str(word))


async def ping(url: str, *, seconds: float) -> None:
    """Return when the server answers. Raises OSError, with what is wrong, when it does not within `seconds`."""
    client = open_redis(url, connections=1, seconds=seconds)
    try:
        async with asyncio.timeout(seconds):
            await client.execute_command("PING")  # pyright: ignore[reportUnknownMemberType]
    except (RedisError, TimeoutError) as error:
        raise OSError(str(error) or "it says nothing") from error
    finally:
        await client.aclose()
