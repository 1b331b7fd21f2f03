"""The worker: takes tasks, survives what goes wrong, and gives back what it cannot finish."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from rekindle import worker
from rekindle.clock import Clock
from rekindle.errors import Away
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Transaction
from rekindle.infra.lanes import Lane, aside
from rekindle.infra.queue.lease import Lease, certain, seconds_now, under
from rekindle.infra.queue.port import ANY_TURN, Handler, Queue, Schedule, Task, Turn
from rekindle.worker import Places, Worker


class ListQueue(Queue):
    """A queue in a list, which notes what becomes of its tasks and fails when it is told to."""

    def __init__(self, *names: str) -> None:
        self.waiting = [Task(uuid4(), name, {"n": number}, 1, uuid4()) for number, name in enumerate(names)]
        self.finished: list[str] = []
        self.given_back: list[tuple[str, timedelta]] = []
        self.extended = 0
        self.lost = False
        self.away = 0
        self.fails: set[str] = set()
        self.news = asyncio.Event()

    def _fail(self, verb: str) -> None:
        if verb in self.fails:
            self.fails.remove(verb)
            raise OSError(f"the disk is full: {verb}")

    async def enqueue(self, tx: Transaction, name: str, payload: Json, *, key: str, turn: Turn = ANY_TURN) -> None:
        raise NotImplementedError

    async def take(self, now: datetime) -> Task | None:
        self._fail("take")
        return self.waiting.pop(0) if self.waiting else None

    async def extend(self, task: Task, now: datetime) -> bool:
        self._fail("extend")
        self.extended += 1
        return not self.lost

    async def finish(self, task: Task) -> None:
        self._fail("finish")
        self.finished.append(task.name)
        self.news.set()

    async def give_back(self, task: Task, *, not_before: datetime) -> None:
        self._fail("give_back")
        if self.away:
            self.away -= 1
            raise Away("The database cannot be reached right now.")
        self.given_back.append((task.name, not_before - Clock().now()))
        self.news.set()

    async def release_all(self) -> None:
        raise NotImplementedError

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(0.01)


@asynccontextmanager
async def working(
    queue: Queue, *schedules: Schedule, lease_seconds: float = 60.0, at_once: int = 0, **handlers: Handler
) -> AsyncGenerator[asyncio.Task[None]]:
    worker = Worker(
        queue, handlers, clock=Clock(), schedules=schedules, places=Places(1, at_once), lease_seconds=lease_seconds
    )  # fmt: skip
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(10):
            yield running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def does(action: Callable[[], Awaitable[object]]) -> Handler:
    async def handler(payload: Json, delivery: int) -> None:
        await action()

    return handler


async def nothing() -> None:
    return


async def fail() -> None:
    raise RuntimeError("nobody foresaw this")


async def test_tasks_are_done_in_their_order_and_finished() -> None:
    queue, seen = ListQueue("a", "b", "a"), list[str]()

    async def note(payload: Json, delivery: int) -> None:
        seen.append(f"{payload['n']}/{delivery}")

    async with working(queue, a=note, b=note):
        while len(queue.finished) < 3:
            await queue.news.wait()
            queue.news.clear()
    assert seen == ["0/1", "1/1", "2/1"]
    assert queue.finished == ["a", "b", "a"]


async def test_a_task_that_fails_is_put_off_and_the_next_one_is_done() -> None:
    queue = ListQueue("bad", "good")
    async with working(queue, bad=does(fail), good=does(nothing)):
        while not queue.finished:
            await queue.news.wait()
            queue.news.clear()
    assert queue.finished == ["good"]
    ((name, pause),) = queue.given_back
    assert name == "bad"
    assert timedelta(seconds=1) < pause <= timedelta(seconds=2)


async def test_a_task_that_nobody_knows_is_put_off_and_does_no_harm() -> None:
    queue = ListQueue("unknown", "good")
    async with working(queue, good=does(nothing)):
        while not queue.finished:
            await queue.news.wait()
            queue.news.clear()
    assert [name for name, _ in queue.given_back] == ["unknown"]


async def test_a_worker_that_is_stopped_gives_its_task_back_at_once() -> None:
    queue, begun = ListQueue("long"), asyncio.Event()

    async def long() -> None:
        begun.set()
        await asyncio.sleep(60)

    async with working(queue, long=does(long)) as running:
        await begun.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    ((name, pause),) = queue.given_back
    assert name == "long"
    assert pause <= timedelta(0)
    assert queue.finished == []


async def test_no_failure_of_the_queue_ends_the_worker_for_good() -> None:
    for verb in ("take", "finish", "give_back"):
        queue = ListQueue("bad", "good")
        queue.fails = {verb}
        async with working(queue, bad=does(fail), good=does(nothing)) as running:
            while "good" not in queue.finished and "good" not in [name for name, _ in queue.given_back]:
                await queue.news.wait()
                queue.news.clear()
            assert not running.done()


async def test_the_lease_is_renewed_while_the_work_goes_on_also_after_one_failure() -> None:
    queue, renewed = ListQueue("long"), asyncio.Event()
    queue.fails = {"extend"}

    async def long() -> None:
        for _ in range(500):
            await asyncio.sleep(0.01)
            if queue.extended >= 2:
                renewed.set()
                return

    async with working(queue, lease_seconds=0.06, long=does(long)):
        await renewed.wait()
        await queue.news.wait()
    assert queue.finished == ["long"]
    assert queue.extended >= 2


async def test_a_schedule_goes_on_after_it_failed_once() -> None:
    runs, twice = list[int](), asyncio.Event()

    async def sweep() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise RuntimeError("the first time it fails")
        twice.set()

    async with working(ListQueue(), Schedule("the sweeper", 0.01, sweep)):
        await twice.wait()
    assert len(runs) >= 2


async def test_who_waits_elsewhere_makes_room_and_pixel_work_never_overlaps() -> None:
    queue, working_now, most, waiting = ListQueue(*["job"] * 20), 0, 0, 0
    all_wait = asyncio.Event()

    async def job() -> None:
        nonlocal working_now, most, waiting
        async with aside():
            waiting += 1
            if waiting == 20:
                all_wait.set()
            await all_wait.wait()
        working_now += 1
        most = max(most, working_now)
        await asyncio.sleep(0.001)
        working_now -= 1

    async with working(queue, at_once=20, job=does(job)):
        while len(queue.finished) < 20:
            await queue.news.wait()
            queue.news.clear()
    assert (waiting, most) == (20, 1)


async def test_no_more_tasks_are_begun_than_may_be_under_way() -> None:
    queue, begun = ListQueue(*["job"] * 5), asyncio.Event()

    async def job() -> None:
        async with aside():
            begun.set()
            await asyncio.sleep(60)

    async with working(queue, at_once=3, job=does(job)):
        await begun.wait()
        await asyncio.sleep(0.1)
        assert len(queue.waiting) == 2


async def test_who_is_stopped_while_waiting_elsewhere_waits_for_no_lane() -> None:
    queue, begun = ListQueue("waits", "works"), asyncio.Event()

    async def waits() -> None:
        async with aside():
            await asyncio.sleep(60)

    async def works() -> None:
        begun.set()
        await asyncio.sleep(60)

    async with working(queue, at_once=2, waits=does(waits), works=does(works)) as running:
        await begun.wait()
        running.cancel()
        async with asyncio.timeout(10):
            await asyncio.gather(running, return_exceptions=True)
    assert {name for name, _ in queue.given_back} == {"waits", "works"}


async def test_an_error_of_what_was_waited_for_comes_back_into_the_lane() -> None:
    places = asyncio.Semaphore(1)
    lane = Lane(places)
    await lane.enter()
    lane.keep()

    async def fail_aside() -> None:
        async with aside():
            assert not places.locked()
            async with aside():
                raise OSError("no answer")

    with pytest.raises(OSError, match="no answer"):
        await fail_aside()
    assert lane.held
    assert places.locked()


# ── leases ──


async def test_who_lost_its_task_stops_at_once_and_neither_finishes_nor_gives_it_back() -> None:
    queue, begun, stopped = ListQueue("long", "next"), asyncio.Event(), asyncio.Event()
    queue.lost = True

    async def long() -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()

    async with working(queue, lease_seconds=0.06, long=does(long), next=does(nothing)) as running:
        await stopped.wait()
        await queue.news.wait()
        assert not running.done()
    assert begun.is_set()
    assert (queue.finished, queue.given_back) == (["next"], [])


async def test_who_is_stopped_in_the_moment_in_which_its_task_is_lost_stops() -> None:
    queue, begun = ListQueue("long"), asyncio.Event()
    queue.lost = True

    async def long() -> None:
        begun.set()
        await asyncio.sleep(60)

    async with working(queue, lease_seconds=0.06, long=does(long)) as running:
        await begun.wait()
        await asyncio.sleep(0.02)
        running.cancel()
        async with asyncio.timeout(10):
            await asyncio.gather(running, return_exceptions=True)
        assert running.cancelled()


async def test_who_is_stopped_while_the_queue_is_away_stops_all_the_same() -> None:
    queue, begun = ListQueue("long"), asyncio.Event()
    queue.away = 1

    async def long() -> None:
        begun.set()
        await asyncio.sleep(60)

    async with working(queue, long=does(long)) as running:
        await begun.wait()
        running.cancel()
        async with asyncio.timeout(10):
            await asyncio.gather(running, return_exceptions=True)
        assert running.cancelled()


async def test_a_task_is_put_off_also_where_the_queue_is_away_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LONGEST_WAIT", 0.01)
    queue = ListQueue("bad")
    queue.away = 3
    async with working(queue, bad=does(fail)):
        await queue.news.wait()
    assert [name for name, _ in queue.given_back] == ["bad"]


async def test_whoever_is_not_certain_of_its_lease_waits_until_it_was_renewed() -> None:
    await certain()
    lease = Lease(10.0, asked_at=seconds_now())
    with under(lease):
        await certain()
    frozen = Lease(10.0, asked_at=seconds_now() - 11.0)
    with under(frozen):
        waiting = asyncio.create_task(certain())
    await asyncio.sleep(0.02)
    assert not waiting.done()
    frozen.renewed(seconds_now() - 12.0)
    await asyncio.sleep(0.02)
    assert not waiting.done()
    frozen.renewed(seconds_now())
    async with asyncio.timeout(10):
        await waiting
