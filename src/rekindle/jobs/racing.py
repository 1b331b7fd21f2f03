"""Do one thing while others watch over it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import TypeVar

from rekindle.errors import Away

Result = TypeVar("Result")


async def guarded(work: Coroutine[None, None, Result], *guards: Coroutine[None, None, None]) -> Result:
    """The result of `work`, unless a guard raises first: then the work is canceled and that error is raised.

    Guards run beside the work, end only by raising, and are canceled when the work is done.
    """
    main = asyncio.create_task(work)
    watching = [asyncio.create_task(guard) for guard in guards]
    try:
        done, _ = await asyncio.wait({main, *watching}, return_when=asyncio.FIRST_COMPLETED)
        for task in watching:
            if task in done and main not in done:
                task.result()
        return await main
    finally:
        for task in (main, *watching):
            task.cancel()
        await asyncio.gather(main, *watching, return_exceptions=True)


async def outlasting(action: Callable[[], Awaitable[Result]], *, seconds: float = 60.0, pause: float = 0.5) -> Result:
    """The result of an action that may be repeated: while something that it takes is away, for so many seconds.

    For what would be lost, and was paid for, if it were not written down.
    """
    give_up = time.monotonic() + seconds
    while True:
        try:
            return await action()
        except Away:
            if time.monotonic() >= give_up:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, 5.0)


async def next_within(items: AsyncIterator[object], seconds: float) -> None:
    """Wait for the next item, `seconds` at the most."""
    try:
        async with asyncio.timeout(seconds):
            await anext(items)
    except TimeoutError:
        return
