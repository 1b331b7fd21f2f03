"""What every event channel does, and what becomes of notices when the server that passes them on is gone."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from rekindle.infra.events.embedded import LocalEvents
from rekindle.infra.events.port import LOOK_AGAIN, Events
from tests.valkey import Valkey, valkey

if TYPE_CHECKING:
    from rekindle.infra.events.redis import RedisEvents

PATIENCE = 10.0
"""Seconds that a server has to answer in tests that are not about a slow one."""


def on_redis(server: Valkey, *, seconds: float = PATIENCE, pause: float = 0.05, beat: float = 5.0) -> "RedisEvents":
    from rekindle.infra.events.redis import RedisEvents  # noqa: PLC0415 - only where its client is installed

    return RedisEvents(server.url, near=LocalEvents(), seconds=seconds, pause=pause, beat=beat)


@pytest.fixture(scope="module")
def lasting() -> Generator[Valkey]:
    """One server for every test that leaves it alone."""
    with valkey() as server:
        yield server


@pytest.fixture
def server() -> Generator[Valkey]:
    """A server of one test, to be killed."""
    with valkey() as server:
        yield server


@dataclass
class House:
    """Who publishes and who listens: the same channel, or those of two processes."""

    here: Events
    there: Events


@pytest.fixture(params=["in process", "redis, in one process", "redis, from another process"])
async def house(request: pytest.FixtureRequest) -> AsyncGenerator[House]:
    if request.param == "in process":
        events = LocalEvents()
        yield House(events, events)
        return
    lasting: Valkey = request.getfixturevalue("lasting")
    here = on_redis(lasting)
    there = on_redis(lasting) if "another" in request.param else here
    yield House(here, there)
    await here.aclose()
    await there.aclose()


@pytest.fixture
async def pair(server: Valkey) -> AsyncGenerator[House]:
    """Two processes that do not wait long for a server that may be killed."""
    here, there = on_redis(server, seconds=1.0), on_redis(server, seconds=1.0)
    yield House(here, there)
    await here.aclose()
    await there.aclose()


async def heard(words: AsyncIterator[str], count: int) -> list[str]:
    async with asyncio.timeout(30):
        return [await anext(words) for _ in range(count)]


async def silent(words: AsyncIterator[str]) -> bool:
    try:
        async with asyncio.timeout(0.05):
            await anext(words)
    except TimeoutError:
        return True
    return False


async def test_a_listener_hears_what_is_published_in_its_order(house: House) -> None:
    async with house.here.listen("job:1") as words:
        for word in ("start", "progress", "status"):
            await house.there.publish("job:1", word)
        assert await heard(words, 3) == ["start", "progress", "status"]


async def test_every_listener_hears_everything(house: House) -> None:
    async with house.here.listen("job:1") as one, house.here.listen("job:1") as other:
        await house.there.publish("job:1", "start")
        assert await heard(one, 1) == await heard(other, 1) == ["start"]


async def test_other_topics_are_not_heard(house: House) -> None:
    async with house.here.listen("job:1") as words:
        await house.there.publish("job:2", "start")
        assert await silent(words)


async def test_what_was_published_before_is_not_heard(house: House) -> None:
    await house.there.publish("job:1", "start")
    async with house.here.listen("job:1") as words:
        assert await silent(words)


async def test_nobody_needs_to_listen(house: House) -> None:
    await house.there.publish("job:1", "start")


async def test_who_gave_up_waiting_can_go_on_listening(house: House) -> None:
    async with house.here.listen("job:1") as words:
        assert await silent(words)
        await house.there.publish("job:1", "late")
        assert await heard(words, 1) == ["late"]


async def test_a_slow_listener_does_not_hold_up_others_and_hears_the_last_word(house: House) -> None:
    async with house.here.listen("job:1") as slow:
        async with asyncio.timeout(20):
            for number in range(2_000):
                await house.there.publish("job:1", str(number))
        last = ""
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(0.3):
                    last = await anext(slow)
        assert last == "1999"


async def heard_within(words: AsyncIterator[str], seconds: float) -> list[str]:
    """Everything that is said in so many seconds."""
    said: list[str] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                said.append(await anext(words))
    return said


async def until(words: AsyncIterator[str], word: str) -> list[str]:
    """What is said up to this word."""
    said: list[str] = []
    async with asyncio.timeout(10):
        while word not in said:
            said.append(await anext(words))
    return said


async def test_a_thousand_topics_at_once_each_hear_their_own_word(house: House) -> None:
    async with contextlib.AsyncExitStack() as stack:
        listening = [await stack.enter_async_context(house.here.listen(f"job:{number}")) for number in range(1000)]
        await asyncio.gather(*(house.there.publish(f"job:{number}", str(number)) for number in range(1000)))
        assert [(await heard(words, 1))[0] for words in listening] == [str(number) for number in range(1000)]


# ── several processes on one server ──


async def test_a_word_is_heard_once_also_by_who_said_it(lasting: Valkey) -> None:
    events = on_redis(lasting)
    async with events.listen("job:1") as words:
        await events.publish("job:1", "start")
        assert await heard_within(words, 0.2) == ["start"]
    await events.aclose()


async def test_what_others_say_on_the_channel_ends_nothing(lasting: Valkey) -> None:
    from rekindle.infra.events.redis import CHANNEL  # noqa: PLC0415

    here, there = on_redis(lasting), on_redis(lasting)
    async with here.listen("job:1") as words:
        for strange in (b"", b"{", b"\xff", b"[1]", b"[1, 2, 3, 4]", b"null", b'["x", {}, []]'):
            await there._client.publish(CHANNEL, strange)
        await there.publish("job:1", "start")
        assert await heard(words, 1) == ["start"]
    await here.aclose()
    await there.aclose()


# ── the server is gone ──


async def test_without_the_server_a_process_hears_itself_at_once(pair: House, server: Valkey) -> None:
    server.kill()
    async with pair.here.listen("job:1") as words:
        await pair.here.publish("job:1", "start")
        assert await heard(words, 1) == ["start"]


async def test_a_server_that_does_not_answer_holds_nobody_up(server: Valkey) -> None:
    events = on_redis(server, seconds=0.2, pause=60.0)
    server.freeze()
    try:
        begun = time.monotonic()
        async with events.listen("job:1") as words:
            for number in range(500):
                await events.publish("job:1", str(number))
            assert time.monotonic() - begun < 5.0
            assert await heard(words, 64) == [str(number) for number in range(436, 500)]
    finally:
        server.thaw()
        await events.aclose()


async def test_who_listened_before_the_server_died_hears_others_when_it_is_back(pair: House, server: Valkey) -> None:
    async with pair.here.listen("job:1") as words:
        await pair.there.publish("job:1", "before")
        assert await heard(words, 1) == ["before"]
        server.kill()
        await asyncio.sleep(0.2)
        server.start()
        assert (await until(words, LOOK_AGAIN))[-1] == LOOK_AGAIN
        await pair.there.publish("job:1", "after")
        assert (await until(words, "after"))[-1] == "after"


async def test_who_began_to_listen_without_the_server_is_told_to_look_again_when_it_is_there(server: Valkey) -> None:
    server.kill()
    events = on_redis(server, seconds=0.2)
    async with events.listen("job:1") as words:
        server.start()
        assert await heard(words, 1) == [LOOK_AGAIN]
    await events.aclose()


async def test_the_last_words_said_without_the_server_come_when_it_is_back(pair: House, server: Valkey) -> None:
    async with pair.here.listen("job:1") as words, pair.there.listen("job:1"):
        server.kill()
        for word in ("progress", "progress", "status"):
            await pair.there.publish("job:1", word)
        server.start()
        assert (await until(words, "status")).count("progress") <= 1


async def test_what_is_kept_for_later_has_a_limit_and_the_newest_stay(server: Valkey) -> None:
    server.kill()
    events = on_redis(server, seconds=0.2, pause=60.0)
    for number in range(5000):
        await events.publish(f"job:{number}", "status")
    assert len(events._unsent) == 1024
    assert ("job:4999", "status") in events._unsent
    await events.aclose()


async def test_a_connection_that_died_without_a_sign_is_noticed(server: Valkey) -> None:
    events = on_redis(server, seconds=0.3, beat=0.2)
    async with events.listen("job:1") as words:
        await asyncio.sleep(0.7)
        assert await silent(words)  # a quiet server that answers is not taken for a dead one
        server.freeze()
        await asyncio.sleep(1.0)
        server.thaw()
        assert await heard(words, 1) == [LOOK_AGAIN]
    await events.aclose()


async def test_publishing_that_is_canceled_half_way_loses_no_word(pair: House, server: Valkey) -> None:
    async with pair.here.listen("job:1") as words:
        server.freeze()
        publishing = asyncio.create_task(pair.there.publish("job:1", "cancel"))
        await asyncio.sleep(0.05)
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)
        server.thaw()
        await pair.there.publish("job:2", "status")
        assert (await until(words, "cancel"))[-1] == "cancel"


async def test_nothing_is_left_running_when_it_is_closed(pair: House) -> None:
    async with pair.here.listen("job:1"):
        await pair.there.publish("job:1", "start")
    await pair.here.aclose()
    await pair.there.aclose()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in others if "_hear_on" in repr(task)]
