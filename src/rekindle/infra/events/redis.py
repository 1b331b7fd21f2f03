"""The event channel of several processes on Redis or Valkey."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from rekindle.infra.events.passing import CHANNEL, PassingEvents, Patience
from rekindle.infra.events.port import Events
from rekindle.infra.redis import PubSub, RedisError, open_redis

CONNECTIONS = 4
QUICK = Patience(0.25)


class RedisEvents(PassingEvents):
    """Passes words on through the server at `url`."""

    gone = (RedisError, OSError, TimeoutError)

    def __init__(self, url: str, *, near: Events, patience: Patience = QUICK) -> None:
        super().__init__(near=near, patience=patience)
        self._client = open_redis(url, connections=CONNECTIONS, seconds=patience.seconds)

    async def aclose(self) -> None:
        await super().aclose()
        await self._client.aclose()

    async def _send(self, messages: Sequence[str]) -> None:
        async with self._client.pipeline(transaction=False) as pipe:
            for message in messages:
                pipe.publish(CHANNEL, message)  # pyright: ignore[reportUnknownMemberType]
            await pipe.execute()

    async def _hear(self) -> None:
        async with PubSub(self._client.connection_pool) as channel:
            async with asyncio.timeout(self._patience.seconds):
                await channel.subscribe(CHANNEL)
            asked = True  # The answer to the subscription is awaited as that to a sign of life.
            while True:
                message = cast("dict[str, Any] | None", await channel.get_message(timeout=self._patience.beat))
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
