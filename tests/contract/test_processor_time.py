"""A child may compute for so long and no longer; waiting does not count."""

import time
from pathlib import Path

import pytest

from rekindle.infra.workbench import Workbench, WorkTimedOut
from tests import bench_jobs


def compute(seconds: float) -> str:
    """Keep the processor busy for so many seconds of its time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return "done"


async def test_work_that_computes_too_long_is_ended_and_work_that_waits_is_not(tmp_path: Path) -> None:
    bench = Workbench(workers=1, memory_bytes=500_000_000, folder=tmp_path)
    try:
        with pytest.raises(WorkTimedOut) as caught:
            await bench.run(compute, 60.0, seconds=60, work_seconds=0.3)
        assert caught.value.code == "too_slow_to_read"
        await bench.run(bench_jobs.sleep, 0.6, seconds=30, work_seconds=0.3)
        assert await bench.run(compute, 0.2, seconds=30, work_seconds=2) == "done"
        assert await bench.run(compute, 0.4, seconds=30) == "done"
    finally:
        await bench.aclose()
