"""Checks of the machine: Python, cores, memory, and child processes."""

import asyncio
import math
import platform
import sys
import tempfile
import time
from pathlib import Path

from rekindle.cli.checks.finding import Finding, broken, note, ok
from rekindle.errors import RekindleError
from rekindle.infra.machine import available_memory, usable_cores
from rekindle.wiring.local import bench

_OLDEST = (3, 11)
_ENOUGH_MEMORY = 1_000_000_000


def python() -> Finding:
    """The version of Python."""
    version = platform.python_version()
    if sys.version_info < _OLDEST:
        return broken("Python", f"{version}", "Install Python 3.11 or newer, and install Rekindle with that.")
    return ok("Python", f"{version} at {sys.executable}")


def resources() -> Finding:
    """Cores and memory."""
    memory, cores = available_memory(), usable_cores()
    if memory is None:
        return ok("Cores and memory", f"{cores} cores; how much memory is free is not known here")
    seen = f"{cores} cores, {memory / 1e9:.1f} GB of memory free"
    if memory < _ENOUGH_MEMORY:
        return note("Cores and memory", seen, "Close other programs: large photos may be refused.")
    return ok("Cores and memory", seen)


def children() -> Finding:
    """Whether child processes can be started and answer."""
    started = time.monotonic()
    try:
        answer = asyncio.run(_ask_a_child())
    except (RekindleError, OSError) as error:
        cure = "Run `rekindle` outside of whatever forbids it to start processes. If nothing does, please report this."
        return broken("Child processes", f"do not work: {error}", cure)
    assert answer == math.sqrt(2.0)
    return ok("Child processes", f"start and answer in {time.monotonic() - started:.1f} s")


async def _ask_a_child() -> float:
    with tempfile.TemporaryDirectory(prefix="rekindle-") as folder:
        async with bench(Path(folder), 1) as children:
            return await children.run(math.sqrt, 2.0, seconds=20)
