"""Twenty thousand tasks in one worker: memory does not grow with them, and nothing stays open."""

import asyncio
import gc
import os
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest

from rekindle.clock import Clock
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database
from rekindle.infra.db.embedded import open_database
from rekindle.infra.db.migrate import upgrade
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.queue.embedded import TableQueue
from rekindle.infra.queue.port import Queue
from rekindle.infra.queue.procrastinate import ProcrastinateQueue
from rekindle.worker import Places, Worker
from tests.postgres import postgres_database

TASKS = int(os.environ.get("REKINDLE_CHAOS_TASKS", "2000"))
"""`make chaos` asks for 20,000."""
BATCH = 200
MOST_SLOPE = 1000.0
"""Bytes of memory that a task may leave behind."""


class Counted:
    """Does nothing but count, and takes memory and open files down as it goes."""

    def __init__(self) -> None:
        self.done = 0
        self.memory: list[tuple[int, int]] = []
        self.files: list[int] = []
        self.all = asyncio.Event()

    async def __call__(self, _payload: Json, _delivery: int) -> None:
        self.done += 1
        if self.done % BATCH == 0:
            gc.collect()
            process = psutil.Process()
            self.memory.append((self.done, process.memory_info().rss))
            self.files.append(process.num_fds())
        if self.done == TASKS:
            self.all.set()

    def slope(self) -> float:
        """Bytes a task in the second half, when what is made once has been made: least squares."""
        later = self.memory[len(self.memory) // 2 :]
        across = sum(done for done, _ in later) / len(later)
        up = sum(memory for _, memory in later) / len(later)
        over = sum((done - across) * (memory - up) for done, memory in later)
        return over / max(1.0, sum((done - across) ** 2 for done, _ in later))


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", ["table", "procrastinate"])
async def test_memory_and_open_files_do_not_grow_with_the_work(tmp_path: Path, kind: str) -> None:
    counted = Counted()
    async with _database(tmp_path, kind) as db:
        with seeing_everything():
            queue = _queue(db, kind)
            await _fill(db, queue)
            worker = Worker(
                queue, {"count": counted}, clock=Clock(), schedules=[], places=Places(4, 16), lease_seconds=60.0
            )  # fmt: skip
            working = asyncio.create_task(worker.run())
            async with asyncio.timeout(60.0 + TASKS / 20):
                await counted.all.wait()
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
            await queue.aclose()
    print(f"{counted.slope():.0f} bytes a task; files open: {min(counted.files)} to {max(counted.files)}")
    assert counted.slope() < MOST_SLOPE
    later = counted.files[len(counted.files) // 2 :]
    assert max(later) - min(later) <= 2


@asynccontextmanager
async def _embedded(folder: Path) -> AsyncGenerator[Database]:
    url = f"sqlite+aiosqlite:///{folder / 'rekindle.db'}"
    await asyncio.to_thread(upgrade, url)
    db = open_database(url)
    try:
        yield db
    finally:
        await db.aclose()


def _database(folder: Path, kind: str) -> AbstractAsyncContextManager[Database]:
    return postgres_database(folder) if kind == "procrastinate" else _embedded(folder)


def _queue(db: Database, kind: str) -> Queue:
    if kind == "procrastinate":
        return ProcrastinateQueue(db, clock=Clock(), lease_seconds=60.0)
    return TableQueue(db, clock=Clock(), lease_seconds=60.0)


async def _fill(db: Database, queue: Queue) -> None:
    for start in range(0, TASKS, BATCH):
        async with db.transaction() as tx:
            for number in range(start, start + BATCH):
                await queue.enqueue(tx, "count", {"number": number}, key=f"task {number}")
