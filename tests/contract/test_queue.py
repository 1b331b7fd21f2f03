"""What every queue does."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from rekindle.infra.db.database import Database
from rekindle.infra.queue.embedded import TableQueue
from rekindle.infra.queue.port import Queue, Task
from tests.factories import HeldClock, database
from tests.postgres import postgres_database

LEASE = 60.0


def table_queue(db: Database, clock: HeldClock) -> Queue:
    return TableQueue(db, clock=clock, lease_seconds=LEASE)


IMPLEMENTATIONS: list[Callable[[Database, HeldClock], Queue]] = [table_queue]


@dataclass
class House:
    """A queue, and what one needs to use it."""

    queue: Queue
    db: Database
    clock: HeldClock

    async def enqueue(self, key: str, priority: int = 0, **payload: str) -> None:
        async with self.db.transaction() as tx:
            await self.queue.enqueue(tx, "work", payload, key=key, priority=priority)

    async def take(self) -> Task | None:
        return await self.queue.take(self.clock.now())

    async def surely(self) -> Task:
        task = await self.take()
        assert task is not None
        return task


@pytest.fixture(
    params=itertools.product(IMPLEMENTATIONS, (database, postgres_database)), ids=lambda parts: parts[1].__name__
)
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[House]:
    clock, (make, opening) = HeldClock(), request.param
    async with opening(tmp_path) as db:
        yield House(make(db, clock), db, clock)


async def test_an_empty_queue_gives_nothing(house: House) -> None:
    assert await house.take() is None


async def test_a_task_comes_with_its_name_and_payload(house: House) -> None:
    await house.enqueue("one", job="17")
    task = await house.surely()
    assert (task.name, task.payload, task.delivery) == ("work", {"job": "17"}, 1)


async def test_a_task_of_a_transaction_that_fails_was_never_there(house: House) -> None:
    async def fail() -> None:
        async with house.db.transaction() as tx:
            await house.queue.enqueue(tx, "work", {}, key="one")
            raise RuntimeError("the job could not be written")

    with pytest.raises(RuntimeError):
        await fail()
    assert await house.take() is None


async def test_a_key_that_is_there_already_makes_no_second_task(house: House) -> None:
    await house.enqueue("one", n="first")
    await house.enqueue("one", n="second")
    task = await house.surely()
    assert task.payload == {"n": "first"}
    assert await house.take() is None
    await house.enqueue("one", n="third")
    await house.queue.finish(task)
    assert await house.take() is None


async def test_a_key_is_free_again_when_its_task_is_done(house: House) -> None:
    await house.enqueue("one", n="first")
    await house.queue.finish(await house.surely())
    await house.enqueue("one", n="second")
    assert (await house.surely()).payload == {"n": "second"}


async def test_higher_priority_comes_first_and_then_the_older_one(house: House) -> None:
    for key, priority in (("low", -1), ("first", 0), ("second", 0), ("high", 5), ("third", 0)):
        await house.enqueue(key, priority, n=key)
        house.clock.advance(seconds=1)
    order = [(await house.surely()).payload["n"] for _ in range(5)]
    assert order == ["high", "first", "second", "third", "low"]


async def test_a_task_that_was_handed_out_is_not_handed_out_again(house: House) -> None:
    await house.enqueue("one")
    await house.surely()
    house.clock.advance(seconds=LEASE - 1)
    assert await house.take() is None


async def test_a_task_whose_lease_ran_out_goes_to_the_next_and_is_counted(house: House) -> None:
    await house.enqueue("one", n="1")
    first = await house.surely()
    house.clock.advance(seconds=LEASE)
    second = await house.surely()
    assert (second.id, second.payload, second.delivery) == (first.id, {"n": "1"}, 2)
    assert second.lease != first.lease


async def test_a_lease_that_is_extended_lasts(house: House) -> None:
    await house.enqueue("one")
    task = await house.surely()
    for _ in range(5):
        house.clock.advance(seconds=LEASE - 1)
        assert await house.queue.extend(task, house.clock.now())
        assert await house.take() is None


async def test_who_lost_a_task_can_neither_extend_nor_finish_nor_give_it_back(house: House) -> None:
    await house.enqueue("one")
    stale = await house.surely()
    house.clock.advance(seconds=LEASE)
    mine = await house.surely()
    assert not await house.queue.extend(stale, house.clock.now() + timedelta(days=1))
    await house.queue.finish(stale)
    await house.queue.give_back(stale, not_before=house.clock.now())
    assert await house.take() is None
    assert await house.queue.extend(mine, house.clock.now())
    house.clock.advance(seconds=LEASE)
    assert (await house.surely()).delivery == 3


async def test_a_finished_task_is_gone(house: House) -> None:
    await house.enqueue("one")
    await house.queue.finish(await house.surely())
    house.clock.advance(days=1)
    assert await house.take() is None


async def test_a_task_that_is_given_back_waits_as_long_as_was_said(house: House) -> None:
    await house.enqueue("one")
    task = await house.surely()
    await house.queue.give_back(task, not_before=house.clock.now() + timedelta(seconds=10))
    assert await house.take() is None
    house.clock.advance(seconds=10)
    assert (await house.surely()).delivery == 2


async def test_after_a_restart_every_task_is_handed_out_again(house: House) -> None:
    for key in ("one", "two"):
        await house.enqueue(key)
    before = await house.surely()
    await house.queue.release_all()
    deliveries = sorted([(await house.surely()).delivery, (await house.surely()).delivery])
    assert deliveries == [1, 2]
    assert not await house.queue.extend(before, house.clock.now())


async def test_a_restart_does_not_hurry_a_task_that_was_put_off(house: House) -> None:
    await house.enqueue("one")
    await house.queue.give_back(await house.surely(), not_before=house.clock.now() + timedelta(hours=1))
    await house.queue.release_all()
    assert await house.take() is None


async def test_fifty_at_once_never_get_the_same_task(house: House) -> None:
    for number in range(30):
        await house.enqueue(str(number))
    taken = await asyncio.gather(*(house.take() for _ in range(50)))
    got = [task.id for task in taken if task is not None]
    assert len(got) == len(set(got)) == 30


async def test_two_who_enqueue_the_same_key_at_once_make_one_task(house: House) -> None:
    await asyncio.gather(*(house.enqueue("one") for _ in range(20)))
    assert await house.take() is not None
    assert await house.take() is None


async def test_waiting_ends_as_soon_as_there_is_a_task(house: House) -> None:
    assert await house.take() is None
    async with asyncio.timeout(5):
        waiting = asyncio.create_task(house.queue.wait(60.0))
        await asyncio.sleep(0)
        assert not waiting.done()
        await house.enqueue("one")
        await waiting
    assert await house.take() is not None


async def test_waiting_ends_by_itself(house: House) -> None:
    assert await house.take() is None
    async with asyncio.timeout(5):
        await house.queue.wait(0.05)
