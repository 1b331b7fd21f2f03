"""Places at providers that processes share: never more are in use than there are, and the dead have none."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from rekindle.infra.limits.embedded import LocalLimiter
from rekindle.infra.limits.places import Places
from rekindle.providers.gates import Gate, Gates
from rekindle.providers.places import DatabasePlaces
from tests.factories import HeldClock, database
from tests.postgres import postgres_database
from tests.valkey import Valkey, valkey

if TYPE_CHECKING:
    from rekindle.infra.limits.places_redis import RedisPlaces


@dataclass
class House:
    """Where processes have their places, and how one that is dead comes to be forgotten."""

    process: Callable[[], Places]
    long_after: Callable[[], object]
    open: list[Places] = field(default_factory=list[Places])

    def __call__(self) -> Places:
        self.open.append(self.process())
        return self.open[-1]


def on_redis(server: Valkey, *, stale: float = 1.0, seconds: float = 10.0, pause: float = 0.1) -> "RedisPlaces":
    from rekindle.infra.limits.places_redis import RedisPlaces  # noqa: PLC0415 - only where its client is installed

    return RedisPlaces(server.url, seconds=seconds, stale=stale, pause=pause)


@pytest.fixture(scope="module")
def lasting() -> Generator[Valkey]:
    with valkey() as server:
        yield server


@pytest.fixture(params=["redis", "sqlite", "postgres"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[House]:
    if request.param == "redis":
        server: Valkey = request.getfixturevalue("lasting")
        probe = on_redis(server)
        await probe._client.flushall()
        await probe.aclose()
        made = House(lambda: on_redis(server), lambda: time.sleep(1.05))
        yield made
        for places in made.open:
            await places.aclose()
        return
    clock = HeldClock()
    opening = database if request.param == "sqlite" else postgres_database
    async with opening(tmp_path) as db:
        yield House(lambda: DatabasePlaces(db, uuid4().hex, clock=clock), lambda: clock.advance(seconds=31))


async def test_of_many_at_once_in_four_processes_as_many_pass_as_there_are_places(house: House) -> None:
    processes = [house() for _ in range(4)]
    taken = await asyncio.gather(*(each.take("one", 5) for each in processes for _ in range(10)))
    assert taken.count(True) == 5
    assert not await processes[0].take("one", 5)
    assert await processes[0].take("two", 5)


async def test_a_place_that_is_given_back_is_free_for_any_process(house: House) -> None:
    one, other = house(), house()
    assert await one.take("one", 1)
    assert not await other.take("one", 1)
    await one.leave("one")
    assert await other.take("one", 1)
    assert not await one.take("one", 1)


async def test_processes_hear_how_many_places_others_have(house: House) -> None:
    one, other = house(), house()
    for _ in range(3):
        await one.take("one", 9)
    await other.take("one", 9)
    assert (await one.keep())["one"] == 1
    assert (await other.keep())["one"] == 3
    for _ in range(3):
        await one.leave("one")
    assert (await other.keep()).get("one", 0) == 0


async def test_a_process_of_which_nothing_is_heard_has_no_places(house: House) -> None:
    killed, alive, waiting = house(), house(), house()
    assert await killed.take("one", 2)
    assert await alive.take("one", 2)
    house.long_after()
    await alive.keep()
    assert await waiting.take("one", 2)
    assert not await waiting.take("one", 2)


async def test_who_was_taken_for_dead_and_is_not_has_its_places_again(house: House) -> None:
    frozen, other = house(), house()
    assert await frozen.take("one", 1)
    house.long_after()
    assert await other.take("one", 1)
    await frozen.keep()
    assert not await house().take("one", 2)


async def test_who_ends_gives_everything_back(house: House) -> None:
    ending, other = house(), house()
    for _ in range(3):
        await ending.take("one", 3)
    await ending.keep()
    await ending.aclose()
    house.open.remove(ending)
    assert await other.take("one", 3)


async def test_gates_of_four_processes_never_let_more_in_than_there_are_places(house: House) -> None:
    gates = [Gates({"one": Gate(3)}, LocalLimiter(), places=house()) for _ in range(4)]
    now = most = done = 0

    async def work(each: Gates) -> None:
        nonlocal now, most, done
        while not await each.enter("one", 30):
            pass
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        each.leave("one")
        done += 1

    await asyncio.gather(*(work(each) for each in gates for _ in range(5)))
    assert (done, most <= 3) == (20, True)
    await asyncio.gather(*(task for each in gates for task in each._leaving))
    assert not any(each.load("one") for each in gates)
    assert await gates[0].enter("one", 0)


async def test_who_is_stopped_while_waiting_for_others_takes_no_place(house: House) -> None:
    one, other = (Gates({"one": Gate(1)}, LocalLimiter(), places=house()) for _ in range(2))
    assert await one.enter("one", 0)
    waiting = asyncio.create_task(other.enter("one", 60))
    await asyncio.sleep(0.3)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    one.leave("one")
    await asyncio.gather(*one._leaving)
    assert other.busy("one") == 0
    assert await one.enter("one", 0)


async def test_without_patience_a_gate_whose_places_others_have_refuses_at_once(house: House) -> None:
    one, other = (Gates({"one": Gate(1)}, LocalLimiter(), places=house()) for _ in range(2))
    assert await one.enter("one", 0)
    begun = time.monotonic()
    assert not await other.enter("one", 0)
    assert time.monotonic() - begun < 3.0
    await one.share()
    await other.share()
    assert other.load("one") == 1.0


# ── the server is gone ──


async def test_without_the_server_each_process_has_the_places_for_itself_and_waits_for_nobody() -> None:
    with valkey() as server:
        async with AsyncExitStack() as stack:
            gates = [
                Gates({"one": Gate(2)}, LocalLimiter(), places=on_redis(server, seconds=0.2, pause=60.0))
                for _ in range(2)
            ]
            for each in gates:
                stack.push_async_callback(each.aclose)
            server.freeze()
            begun = time.monotonic()
            entered = [await each.enter("one", 0) for each in gates for _ in range(3)]
            assert entered == [True, True, False] * 2
            assert time.monotonic() - begun < 5.0
            await asyncio.gather(*(each.share() for each in gates))
            for each in gates:
                each.leave("one")
            server.thaw()


async def test_a_server_that_comes_back_empty_hears_of_the_places_that_are_in_use() -> None:
    with valkey() as server:
        one, other = on_redis(server, stale=30.0, seconds=1.0), on_redis(server, stale=30.0, seconds=1.0)
        assert await one.take("one", 1)
        server.kill()
        await other.keep()
        server.start()
        await asyncio.sleep(0.2)
        await one.keep()
        assert not await other.take("one", 1)
        await one.aclose()
        await other.aclose()
