"""What the command line needs to work on files of this machine: a bench of child processes, and no database."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from rekindle.batch.diagnosing import Diagnosing
from rekindle.batch.service import Batch
from rekindle.infra.machine import available_memory, usable_cores
from rekindle.infra.workbench import Workbench

CHILD_MODULES = ("rekindle.batch.pixels",)

_MEMORY_BYTES = 3 << 30
"""The most that one photo may take: nearly three times what a scratched JPEG of 100 megapixels was measured to need."""

_MEMORY_PER_JOB = 1 << 30
_SECONDS = 600.0


def default_jobs() -> int:
    """How many photos to work on at the same time: one per core, as far as there is memory for so many large ones."""
    memory = available_memory()
    fitting = usable_cores() if memory is None else memory // _MEMORY_PER_JOB
    return max(1, min(usable_cores(), fitting))


@asynccontextmanager
async def local_batch(scratch: Path, jobs: int) -> AsyncGenerator[Batch]:
    """What restores many photos; the children put their temporary files into `scratch`."""
    async with bench(scratch, jobs) as made:
        yield Batch(made, jobs=jobs, seconds=_SECONDS)


@asynccontextmanager
async def local_diagnosing(scratch: Path, jobs: int) -> AsyncGenerator[Diagnosing]:
    """What diagnoses many photos."""
    async with bench(scratch, jobs) as made:
        yield Diagnosing(made, jobs=jobs, seconds=_SECONDS)


@asynccontextmanager
async def bench(scratch: Path, jobs: int) -> AsyncGenerator[Workbench]:
    """Child processes for work on pixels, `jobs` at most."""
    made = Workbench(
        workers=jobs, memory_bytes=_MEMORY_BYTES, folder=scratch, preload=CHILD_MODULES, large_pages=True
    )  # fmt: skip
    try:
        yield made
    finally:
        await made.aclose()
