"""What every queue does."""

import asyncio
import functools
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from rekindle.infra.db.database import Database
from rekindle.infra.db.postgres import open_postgres
from rekindle.infra.observing.context import bound
from rekindle.infra.queue.embedded import TableQueue
from rekindle.infra.queue.order import Order
from rekindle.infra.queue.port import ANY_TURN, Queue, Task, Turn
from rekindle.infra.queue.procrastinate import ProcrastinateQueue
from tests.factories import HeldClock, database
from tests.postgres import shared_postgres

LEASE = 60.0

AGE = (
    "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - CAST(:by AS interval)",
    "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - CAST(:by AS interval) WHERE scheduled_at IS NOT NULL",
)
"""The same as waiting, where the time is that of the database."""


@dataclass
class House:
    """A queue, and what one needs to use it."""

    queue: Queue
    db: Database
    clock: HeldClock
    ages: Sequence[str] = ()

    async def enqueue(self, key: str, turn: Turn = ANY_TURN, **payload: str) -> None:
        async with self.db.transaction() as tx:
            await self.queue.enqueue(tx, "work", payload, key=key, turn=turn)

    async def take(self) -> Task | None:
        return await self.queue.take(self.clock.now())

    async def surely(self) -> Task:
        task = await self.take()
        assert task is not None
        return task

    async def order(self, count: int) -> list[str]:
        """The next tasks, by what their payloads call them."""
        return [(await self.surely()).payload["n"] for _ in range(count)]

    async def later(self, **duration: float) -> None:
        """Time passes."""
        self.clock.advance(**duration)
        if self.ages:
            async with self.db.apart() as tx:
                for statement in self.ages:
                    await tx.execute(text(statement), {"by": timedelta(**duration)})
        if isinstance(self.queue, ProcrastinateQueue):
            self.queue.look_again()


@asynccontextmanager
async def table_on_sqlite(folder: Path, **more: Any) -> AsyncGenerator[House]:
    async with database(folder) as db:
        clock = HeldClock()
        yield House(TableQueue(db, clock=clock, lease_seconds=LEASE, **more), db, clock)


@functools.cache
def address() -> str:
    """One database for all tests of this process; each begins with its queues empty."""
    return shared_postgres().new_database(tables=True)


@asynccontextmanager
async def on_postgres() -> AsyncGenerator[Database]:
    db = open_postgres(await asyncio.to_thread(address), connections=10)
    try:
        async with db.transaction() as tx:
            await tx.execute(text("RESET ROLE"))
            await tx.execute(text("TRUNCATE tasks, procrastinate_jobs, procrastinate_workers CASCADE"))
        yield db
    finally:
        await db.aclose()


@asynccontextmanager
async def table_on_postgres(_folder: Path, **more: Any) -> AsyncGenerator[House]:
    async with on_postgres() as db:
        clock = HeldClock()
        yield House(TableQueue(db, clock=clock, lease_seconds=LEASE, **more), db, clock)


@asynccontextmanager
async def procrastinate(_folder: Path, **more: Any) -> AsyncGenerator[House]:
    async with on_postgres() as db:
        clock = HeldClock()
        queue = ProcrastinateQueue(db, clock=clock, lease_seconds=LEASE, **more)
        yield House(queue, db, clock, AGE)
        await queue.aclose()


Opening = Callable[..., AbstractAsyncContextManager[House]]
IMPLEMENTATIONS: list[Opening] = [table_on_sqlite, table_on_postgres, procrastinate]


@pytest.fixture(params=IMPLEMENTATIONS, ids=lambda opening: opening.__name__)
def opening(request: pytest.FixtureRequest) -> Opening:
    return request.param


@pytest.fixture
async def house(opening: Opening, tmp_path: Path) -> AsyncGenerator[House]:
    async with opening(tmp_path) as opened:
        yield opened


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


async def test_it_tells_which_keys_have_no_task(house: House) -> None:
    for key in ("taken", "waiting", "done"):
        await house.enqueue(key)
    await house.surely()
    task = await house.surely()
    await house.queue.give_back(task, not_before=house.clock.now() + timedelta(hours=1))
    await house.queue.finish(await house.surely())
    async with house.db.reading() as tx:
        assert await house.queue.missing(tx, ["new", "waiting", "done", "taken"]) == ["new", "done"]


async def test_a_key_is_free_again_when_its_task_is_done(house: House) -> None:
    await house.enqueue("one", n="first")
    await house.queue.finish(await house.surely())
    await house.enqueue("one", n="second")
    assert (await house.surely()).payload == {"n": "second"}


async def test_higher_priority_comes_first_and_then_the_older_one(house: House) -> None:
    for key, priority in (("low", -1), ("first", 0), ("second", 0), ("high", 5), ("third", 0)):
        await house.enqueue(key, Turn(priority), n=key)
        await house.later(seconds=1)
    assert await house.order(5) == ["high", "first", "second", "third", "low"]


async def test_a_task_that_was_handed_out_is_not_handed_out_again(house: House) -> None:
    await house.enqueue("one")
    await house.surely()
    await house.later(seconds=LEASE - 1)
    assert await house.take() is None


async def test_a_task_whose_lease_ran_out_goes_to_the_next_and_is_counted(house: House) -> None:
    await house.enqueue("one", n="1")
    first = await house.surely()
    await house.later(seconds=LEASE)
    second = await house.surely()
    assert (second.id, second.payload, second.delivery) == (first.id, {"n": "1"}, 2)
    assert second.lease != first.lease


async def test_a_lease_that_is_extended_lasts(house: House) -> None:
    await house.enqueue("one")
    task = await house.surely()
    for _ in range(5):
        await house.later(seconds=LEASE - 1)
        assert await house.queue.extend(task, house.clock.now())
        assert await house.take() is None


async def test_who_lost_a_task_can_neither_extend_nor_finish_nor_give_it_back(house: House) -> None:
    await house.enqueue("one")
    stale = await house.surely()
    await house.later(seconds=LEASE)
    mine = await house.surely()
    assert not await house.queue.extend(stale, house.clock.now() + timedelta(days=1))
    await house.queue.finish(stale)
    await house.queue.give_back(stale, not_before=house.clock.now())
    assert await house.take() is None
    assert await house.queue.extend(mine, house.clock.now())
    await house.later(seconds=LEASE)
    assert (await house.surely()).delivery == 3


async def test_a_finished_task_is_gone(house: House) -> None:
    await house.enqueue("one")
    await house.queue.finish(await house.surely())
    await house.later(days=1)
    assert await house.take() is None


async def test_a_task_that_is_given_back_waits_as_long_as_was_said(house: House) -> None:
    await house.enqueue("one")
    task = await house.surely()
    await house.queue.give_back(task, not_before=house.clock.now() + timedelta(seconds=10))
    assert await house.take() is None
    await house.later(seconds=10)
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
    async with asyncio.timeout(30):
        waiting = asyncio.create_task(house.queue.wait(60.0))
        await asyncio.sleep(0)
        assert not waiting.done()
        await house.enqueue("one")
        await waiting
    assert await house.take() is not None


async def test_waiting_ends_by_itself(house: House) -> None:
    assert await house.take() is None
    async with asyncio.timeout(30):
        await house.queue.wait(0.05)


# ── turns ──

ADA, BOB = UUID(int=0xADA), UUID(int=0xB0B)


async def test_who_has_one_task_does_not_wait_for_all_of_somebody_who_has_many(house: House) -> None:
    for number in range(20):
        await house.enqueue(f"ada {number}", Turn(owner=ADA), n=f"ada {number}")
    await house.later(seconds=1)
    await house.enqueue("bob", Turn(owner=BOB), n="bob")
    assert await house.order(3) == ["ada 0", "bob", "ada 1"]


async def test_tasks_of_one_owner_keep_their_order(house: House) -> None:
    for number in range(6):
        await house.enqueue(str(number), Turn(owner=ADA), n=str(number))
        await house.later(seconds=number)
    assert await house.order(6) == ["0", "1", "2", "3", "4", "5"]


async def test_who_has_nothing_waiting_any_more_begins_anew(house: House) -> None:
    for number in range(5):
        await house.enqueue(f"ada {number}", Turn(owner=ADA), n=f"ada {number}")
    for _ in range(5):
        await house.queue.finish(await house.surely())
    await house.enqueue("ada again", Turn(owner=ADA), n="ada again")
    await house.later(seconds=1)
    await house.enqueue("bob", Turn(owner=BOB), n="bob")
    assert await house.order(2) == ["ada again", "bob"]


async def test_a_low_priority_comes_first_once_it_has_waited_long_enough(house: House) -> None:
    await house.enqueue("free", Turn(0), n="free")
    await house.later(seconds=299)
    await house.enqueue("paid", Turn(10), n="paid")
    await house.later(seconds=2)
    await house.enqueue("late", Turn(10), n="late")
    assert await house.order(3) == ["paid", "free", "late"]


async def test_a_worker_takes_the_kinds_alone_that_it_is_for(opening: Opening, tmp_path: Path) -> None:
    async with opening(tmp_path, kinds=["films"]) as house:
        await house.enqueue("photo", Turn(priority=9), n="photo")
        await house.enqueue("film", Turn(kind="films"), n="film")
        assert await house.order(1) == ["film"]
        assert await house.take() is None


async def test_how_much_a_turn_counts_can_be_set(opening: Opening, tmp_path: Path) -> None:
    async with opening(tmp_path, order=Order(share=0, ageing=0)) as house:
        for name, turn in (("1", Turn(0, ADA)), ("2", Turn(0, ADA)), ("3", Turn(50, BOB))):
            await house.enqueue(name, turn, n=name)
            await house.later(seconds=1)
        assert await house.order(3) == ["1", "2", "3"]


async def test_a_task_brings_along_who_asked_for_it(house: House) -> None:
    with bound(request_id="request-17"):
        await house.enqueue("one")
    await house.enqueue("two")
    assert [dict((await house.surely()).baggage) for _ in range(2)] == [{"request_id": "request-17"}, {}]


# ── more than one process ──


async def test_two_who_look_for_lost_tasks_at_once_hand_each_out_once(house: House) -> None:
    for number in range(10):
        await house.enqueue(str(number))
    for _ in range(10):
        await house.surely()
    await house.later(seconds=LEASE)
    taken = [task for task in await asyncio.gather(*(house.take() for _ in range(20))) if task is not None]
    assert sorted(task.delivery for task in taken) == [2] * 10
    assert len({task.id for task in taken}) == 10


async def test_a_task_that_was_handed_out_to_nobody_comes_back(tmp_path: Path) -> None:
    """As when the connection broke while the answer was on its way."""
    async with procrastinate(tmp_path) as house:
        await house.enqueue("one")
        async with house.db.apart() as tx:
            await tx.execute(text("SELECT procrastinate_fetch_job_v2(NULL, NULL)"))
        assert (await house.surely()).delivery == 2


async def test_another_process_hears_at_once_of_tasks_and_of_what_is_given_back(tmp_path: Path) -> None:
    async with procrastinate(tmp_path) as house:
        other = ProcrastinateQueue(house.db, clock=house.clock, lease_seconds=LEASE)
        for change in (lambda: house.enqueue("one"), functools.partial(give_back, house, "one")):
            assert await other.take(house.clock.now()) is None
            async with asyncio.timeout(30):
                waiting = asyncio.create_task(other.wait(60.0))
                await asyncio.sleep(0.1)
                assert not waiting.done()
                await change()
                await waiting
            task = await other.take(house.clock.now())
            assert task is not None
            await other.finish(task)
        await other.aclose()


async def give_back(house: House, key: str) -> None:
    await house.enqueue(key)
    await house.queue.give_back(await house.surely(), not_before=house.clock.now())


async def test_whoever_cannot_listen_any_more_looks_and_listens_anew(tmp_path: Path) -> None:
    async with procrastinate(tmp_path) as house:
        assert await house.take() is None
        async with asyncio.timeout(10):
            waiting = asyncio.create_task(house.queue.wait(60.0))
            await asyncio.sleep(0.1)
            async with house.db.apart() as tx:
                await tx.execute(text("RESET ROLE"))
                others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                await tx.execute(text(f"{others} AND pid <> pg_backend_pid()"))
            await waiting
        await house.enqueue("one")
        assert await house.take() is not None


async def test_taking_a_task_waits_for_nobody_who_writes(tmp_path: Path) -> None:
    async with procrastinate(tmp_path) as house:
        await house.enqueue("one")
        async with house.db.transaction(), asyncio.timeout(30):
            task = await house.surely()
            assert await house.queue.extend(task, house.clock.now())
            await house.queue.finish(task)


async def test_nothing_is_left_of_tasks_that_are_done(tmp_path: Path) -> None:
    async with procrastinate(tmp_path) as house:
        for number in range(5):
            await house.enqueue(str(number), Turn(owner=ADA))
            await house.queue.finish(await house.surely())
        assert await house.take() is None
        async with house.db.reading() as tx:
            for table in ("jobs", "events", "workers"):
                assert await tx.scalar(text(f"SELECT count(*) FROM procrastinate_{table}")) == 0
