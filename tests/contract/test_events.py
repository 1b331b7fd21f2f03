"""What every event channel does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from rekindle.infra.events.embedded import LocalEvents
from rekindle.infra.events.port import Events

IMPLEMENTATIONS: list[Callable[[], Events]] = [LocalEvents]


@pytest.fixture(params=IMPLEMENTATIONS, ids=lambda make: make.__name__)
def events(request: pytest.FixtureRequest) -> Events:
    return request.param()


async def heard(words: AsyncIterator[str], count: int) -> list[str]:
    async with asyncio.timeout(5):
        return [await anext(words) for _ in range(count)]


async def silent(words: AsyncIterator[str]) -> bool:
    try:
        async with asyncio.timeout(0.05):
            await anext(words)
    except TimeoutError:
        return True
    return False


async def test_a_listener_hears_what_is_published_in_its_order(events: Events) -> None:
    async with events.listen("job:1") as words:
        for word in ("start", "progress", "status"):
            await events.publish("job:1", word)
        assert await heard(words, 3) == ["start", "progress", "status"]


async def test_every_listener_hears_everything(events: Events) -> None:
    async with events.listen("job:1") as one, events.listen("job:1") as other:
        await events.publish("job:1", "start")
        assert await heard(one, 1) == await heard(other, 1) == ["start"]


async def test_other_topics_are_not_heard(events: Events) -> None:
    async with events.listen("job:1") as words:
        await events.publish("job:2", "start")
        assert await silent(words)


async def test_what_was_published_before_is_not_heard(events: Events) -> None:
    await events.publish("job:1", "start")
    async with events.listen("job:1") as words:
        assert await silent(words)


async def test_nobody_needs_to_listen(events: Events) -> None:
    await events.publish("job:1", "start")


async def test_who_gave_up_waiting_can_go_on_listening(events: Events) -> None:
    async with events.listen("job:1") as words:
        assert await silent(words)
        await events.publish("job:1", "late")
        assert await heard(words, 1) == ["late"]


async def test_a_slow_listener_does_not_hold_up_others_and_hears_the_last_word(events: Events) -> None:
    async with events.listen("job:1") as slow:
        async with asyncio.timeout(5):
            for number in range(10_000):
                await events.publish("job:1", str(number))
        last = ""
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(0.05):
                    last = await anext(slow)
        assert last == "9999"
