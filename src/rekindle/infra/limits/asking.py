"""Questions for a script on Redis that come at the same time go together, in one round trip."""

import asyncio
from collections.abc import Sequence
from typing import cast

from rekindle.infra.redis import NoScriptError, Redis, RedisError

Words = tuple[str | int, ...]
MOST_TOGETHER = 200


class Asking:
    """One script with one key on the server behind `client`, which has `seconds` for each round trip.

    While one is under way the next questions gather. When it fails, so do those who wait behind it: what they would
    meet is known, and nobody waits longer than `seconds`.
    """

    def __init__(self, client: Redis, script: str, *, seconds: float) -> None:
        self._client, self._script, self._seconds = client, script, seconds
        self._digest = ""
        self._waiting: list[tuple[Words, asyncio.Future[list[int]]]] = []
        self._going: asyncio.Task[None] | None = None

    async def ask(self, key: str, *arguments: str | int) -> list[int]:
        """The numbers that the script answers. Raises RedisError, OSError or TimeoutError."""
        answer: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()
        self._waiting.append(((key, *arguments), answer))
        if self._going is None:
            self._going = asyncio.create_task(self._go())
        return await answer

    async def aclose(self) -> None:
        """Stop asking."""
        if self._going is not None:
            self._going.cancel()
            await asyncio.gather(self._going, return_exceptions=True)

    async def _go(self) -> None:
        asked: list[tuple[Words, asyncio.Future[list[int]]]] = []
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                async with asyncio.timeout(self._seconds):
                    told = await self._round_trip([words for words, _ in asked])
                for (_, answer), each in zip(asked, told, strict=True):
                    _settle(answer, each)
        except (RedisError, OSError, TimeoutError) as error:
            asked, self._waiting = asked + self._waiting, []
            for _, answer in asked:
                _settle(answer, error)
        finally:
            self._going = None
            for _, answer in asked + self._waiting:  # left by nothing but the end of it all
                _settle(answer, ConnectionError("Nobody asks the server any more"))

    async def _round_trip(self, asked: Sequence[Words]) -> list[list[int] | Exception]:
        self._digest = self._digest or str(await self._client.script_load(self._script))
        told = await self._send(asked)
        if any(isinstance(each, NoScriptError) for each in told):
            # The server began anew and knows the script no more. It did nothing for those whom it told so.
            await self._client.script_load(self._script)
            again = iter(await self._send([words for words, each in zip(asked, told, strict=True) if _unknown(each)]))
            told = [next(again) if _unknown(each) else each for each in told]
        return told

    async def _send(self, asked: Sequence[Words]) -> list[list[int] | Exception]:
        async with self._client.pipeline(transaction=False) as pipe:
            for words in asked:
                pipe.evalsha(self._digest, 1, *words)  # pyright: ignore[reportUnusedCoroutine]
            return cast("list[list[int] | Exception]", await pipe.execute(raise_on_error=False))


def _unknown(told: object) -> bool:
    return isinstance(told, NoScriptError)


def _settle(answer: asyncio.Future[list[int]], told: list[int] | Exception) -> None:
    if answer.done():  # whoever asked does not wait any more
        return
    if isinstance(told, Exception):
        answer.set_exception(told)
    else:
        answer.set_result(told)
