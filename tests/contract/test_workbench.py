"""The workbench: what runs in a child cannot hurt its parent, and no child outlives it."""

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from rekindle.errors import RekindleError
from rekindle.infra.observing.context import bound, current
from rekindle.infra.workbench import Workbench, WorkCrashed, WorkError, WorkOutgrew, WorkTimedOut
from tests import bench_jobs

MEGABYTE = 1 << 20


def new_bench(folder: Path, **options: object) -> Workbench:
    settings = {"workers": 2, "memory_bytes": 300 * MEGABYTE, "folder": folder / "bench", **options}
    return Workbench(**settings)  # type: ignore[arg-type]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Workbench]:
    made = new_bench(tmp_path)
    yield made
    await made.aclose()


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Whether a process has ended and was taken note of: a zombie is not gone."""
    return not psutil.pid_exists(pid)


async def test_the_result_of_a_function_comes_back(bench: Workbench) -> None:
    assert await bench.run(bench_jobs.repeat, "ab", 3, seconds=10) == "ababab"


async def test_a_large_result_comes_back_whole(bench: Workbench) -> None:
    assert await bench.run(bench_jobs.repeat, "x", 20 * MEGABYTE, seconds=20) == "x" * 20 * MEGABYTE


async def test_a_child_works_on_after_its_first_piece(bench: Workbench) -> None:
    first, second = [await bench.run(bench_jobs.process, seconds=10) for _ in range(2)]
    assert first == second != os.getpid()


async def test_children_work_side_by_side(bench: Workbench) -> None:
    await asyncio.gather(*(bench.run(bench_jobs.process, seconds=10) for _ in range(2)))
    began = time.monotonic()
    await asyncio.gather(*(bench.run(bench_jobs.sleep, 2.0, seconds=30) for _ in range(2)))
    assert time.monotonic() - began < 3.9


async def test_work_beyond_the_workers_waits_and_is_done(bench: Workbench) -> None:
    pids = await asyncio.gather(*(bench.run(bench_jobs.process, number, seconds=10) for number in range(9)))
    assert len(pids) == 9
    assert len(set(pids)) <= 2


async def test_progress_arrives_in_order(bench: Workbench) -> None:
    heard: list[tuple[str, float]] = []
    assert await bench.run(bench_jobs.count, 4, seconds=10, progress=lambda *said: heard.append(said)) == 4
    assert heard == [("step 0", 0.25), ("step 1", 0.5), ("step 2", 0.75), ("step 3", 1.0)]


async def test_an_error_for_people_comes_out_as_itself(bench: Workbench) -> None:
    with pytest.raises(bench_jobs.OutOfTurn, match="It is not your turn") as caught:
        await bench.run(bench_jobs.refuse, seconds=10)
    assert (caught.value.status, caught.value.code) == (409, "out_of_turn")
    assert caught.value.message == "It is not your turn. Wait for the others."


async def test_a_mistake_of_ours_is_told_with_its_traceback(bench: Workbench) -> None:
    with pytest.raises(WorkError) as caught:
        await bench.run(bench_jobs.divide, 1, 0, seconds=10)
    assert caught.value.status == 500
    assert "ZeroDivisionError" in "".join(caught.value.__notes__)


async def test_what_cannot_be_sent_is_told_and_hurts_nobody(bench: Workbench) -> None:
    with pytest.raises(Exception, match=r"pickle|local object"):
        await bench.run(lambda: 1, seconds=10)
    assert await bench.run(bench_jobs.repeat, "a", 1, seconds=10) == "a"


async def test_a_result_that_cannot_be_sent_is_our_mistake(bench: Workbench) -> None:
    with pytest.raises(WorkError) as caught:
        await bench.run(bench_jobs.give_what_cannot_be_sent, seconds=10)
    assert "pickle" in "".join(caught.value.__notes__)


async def test_what_a_function_prints_does_not_disturb_its_answer(bench: Workbench) -> None:
    assert await bench.run(bench_jobs.say, "hello", seconds=10) == "hello"


async def test_too_slow_work_is_stopped_and_its_child_killed(bench: Workbench) -> None:
    pid = await bench.run(bench_jobs.process, seconds=10)
    began = time.monotonic()
    with pytest.raises(WorkTimedOut) as caught:
        await bench.run(bench_jobs.sleep, 60, seconds=0.3)
    assert time.monotonic() - began < 10
    assert (caught.value.status, caught.value.code) == (422, "too_slow_to_read")
    assert is_gone(pid)


async def test_waiting_for_a_free_child_does_not_count_as_slowness(tmp_path: Path) -> None:
    bench = new_bench(tmp_path, workers=1)
    slow, quick = bench.run(bench_jobs.sleep, 1.0, seconds=5), bench.run(bench_jobs.repeat, "a", 1, seconds=0.8)
    assert (await asyncio.gather(slow, quick))[1] == "a"
    await bench.aclose()


@pytest.mark.parametrize("by", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
async def test_a_crash_is_told_and_the_next_piece_of_work_is_done(bench: Workbench, by: int) -> None:
    with pytest.raises(WorkCrashed) as caught:
        await bench.run(bench_jobs.die, by, seconds=10)
    assert (caught.value.status, caught.value.code) == (422, "could_not_be_read")
    assert await bench.run(bench_jobs.repeat, "a", 1, seconds=10) == "a"


async def test_a_child_that_leaves_in_silence_counts_as_a_crash(bench: Workbench) -> None:
    with pytest.raises(WorkCrashed):
        await bench.run(bench_jobs.leave, 0, seconds=10)


async def test_a_child_that_dies_while_it_waits_is_replaced(bench: Workbench) -> None:
    pid = await bench.run(bench_jobs.process, seconds=10)
    os.kill(pid, signal.SIGKILL)
    await asyncio.sleep(0.2)
    assert await bench.run(bench_jobs.process, seconds=10) != pid


async def test_a_hoarder_is_stopped_before_it_hurts(bench: Workbench) -> None:
    pid = await bench.run(bench_jobs.process, seconds=10)
    with pytest.raises(WorkOutgrew) as caught:
        await bench.run(bench_jobs.hoard, 2000, seconds=20)
    assert (caught.value.status, caught.value.code) == (422, "too_much_memory")
    assert is_gone(pid)
    assert await bench.run(bench_jobs.hoard, 50, seconds=10) == 50


async def test_a_cancelled_piece_of_work_takes_its_child_along(bench: Workbench, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    work = asyncio.create_task(bench.run(bench_jobs.sleep, 60, mark, seconds=90))
    await until(lambda: mark.exists() and bool(mark.read_text()))
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await until(lambda: is_gone(int(mark.read_text())), seconds=2)
    assert await bench.run(bench_jobs.repeat, "a", 1, seconds=10) == "a"


async def test_a_listener_that_fails_stops_the_work(bench: Workbench) -> None:
    def fail(*_: object) -> None:
        raise LookupError("nobody listens")

    with pytest.raises(LookupError, match="nobody listens"):
        await bench.run(bench_jobs.count, 3, seconds=10, progress=fail)
    assert await bench.run(bench_jobs.repeat, "a", 1, seconds=10) == "a"


async def test_a_child_is_replaced_after_many_pieces_of_work(tmp_path: Path) -> None:
    bench = new_bench(tmp_path, workers=1)
    pids = [await bench.run(bench_jobs.process, seconds=10) for _ in range(501)]
    assert len(set(pids[:500])) == 1
    assert pids[500] != pids[0]
    await bench.aclose()


async def test_a_module_that_cannot_be_imported_is_our_mistake_and_not_the_photos(tmp_path: Path) -> None:
    bench = new_bench(tmp_path, preload=("rekindle.no_such_module",))
    with pytest.raises(WorkError) as caught:
        await bench.run(bench_jobs.repeat, "a", 1, seconds=10)
    assert "no_such_module" in "".join(caught.value.__notes__)
    await bench.aclose()


async def test_closing_leaves_no_process_no_file_and_no_descriptor(tmp_path: Path) -> None:
    me = psutil.Process()
    before, open_before = {child.pid for child in me.children(recursive=True)}, me.num_fds()
    bench = new_bench(tmp_path)
    left = [await bench.run(bench_jobs.leave_a_file, seconds=10) for _ in range(2)]
    for seconds in (0.1, 0.1, 0.1):
        with pytest.raises(WorkTimedOut):
            await bench.run(bench_jobs.sleep, 30, seconds=seconds)
    await bench.aclose()
    await asyncio.sleep(0.1)
    assert {child.pid for child in me.children(recursive=True)} <= before
    assert not any(path.exists() for path in left)
    assert not list((tmp_path / "bench").iterdir())
    assert me.num_fds() <= open_before


async def test_nothing_runs_after_closing(bench: Workbench) -> None:
    await bench.aclose()
    with pytest.raises(RekindleError):
        await bench.run(bench_jobs.repeat, "a", 1, seconds=10)


async def test_decoders_are_told_to_be_modest(bench: Workbench) -> None:
    assert await bench.run(bench_jobs.environment, "VIPS_BLOCK_UNTRUSTED", seconds=10) == "1"
    assert await bench.run(bench_jobs.environment, "VIPS_CONCURRENCY", seconds=10) == "1"


PARENT = """
import asyncio, sys
from pathlib import Path
from rekindle.infra.workbench import Workbench
from tests import bench_jobs

async def main(folder):
    bench = Workbench(workers=2, memory_bytes=300 << 20, folder=folder / "bench")
    await asyncio.gather(
        bench.run(bench_jobs.sleep, 300, folder / "asleep", seconds=600),
        bench.run(bench_jobs.hold_the_lock, folder / "locked", seconds=600),
    )

asyncio.run(main(Path(sys.argv[1])))
"""


async def test_children_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    paths = os.pathsep.join(path for path in sys.path if path)
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), env={**os.environ, "PYTHONPATH": paths}
    )
    marks = [tmp_path / "asleep", tmp_path / "locked"]
    await until(lambda: all(mark.exists() and mark.read_text() for mark in marks), seconds=20)
    children = [int(mark.read_text()) for mark in marks]
    assert all(psutil.pid_exists(pid) for pid in children)
    parent.kill()
    await parent.wait()
    await until(lambda: all(not psutil.pid_exists(pid) or _is_zombie(pid) for pid in children), seconds=3)


def _is_zombie(pid: int) -> bool:
    """Orphans are for init to take note of; a container without one leaves them."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_a_line_in_the_log_of_a_child_is_written_by_its_parent_with_whose_it_is(
    bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    class Whose(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            record.whose = current().get("job_id")
            return True

    caplog.handler.addFilter(whose := Whose())
    with bound(job_id="j-1"):
        await bench.run(bench_jobs.warn, "oh", seconds=10)
    caplog.handler.removeFilter(whose)
    told = [(record.name, record.levelname, record.getMessage(), vars(record)["whose"]) for record in caplog.records]
    assert told == [("rekindle.tests.child", "WARNING", "heard in a child: oh", "j-1")]
