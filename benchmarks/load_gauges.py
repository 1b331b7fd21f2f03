"""What a server takes while it is under load: processor time, memory, and how fast it says that it is well."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.load_wire import Broken, Wire
from benchmarks.watching import quantile

SAMPLE_SECONDS = 0.25
HEALTH_SECONDS = 0.05
UNANSWERED = 30.0
"""Seconds that an answer counts as which never came."""


@dataclass(slots=True)
class Gauges:
    """Measures processes and all below them. `peak` is the most memory in bytes that they held together, where what
    several of them share counts once.
    """

    port: int
    pids: list[int]
    peak: int = 0
    health: list[float] = field(default_factory=list[float])
    _before: float = 0.0

    async def watch(self) -> None:
        """Sample until canceled."""
        self._before = processor_seconds(self.pids)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._memory())
            group.create_task(self._ask())

    @property
    def processor(self) -> float:
        """Seconds of processor time since watching began."""
        return processor_seconds(self.pids) - self._before

    def health_at(self, share: float) -> float:
        """Seconds within which this share (0..1) of the answers to /health came."""
        return quantile(self.health, share)

    async def _memory(self) -> None:
        while True:
            self.peak = max(self.peak, await asyncio.to_thread(_memory, self.pids))
            await asyncio.sleep(SAMPLE_SECONDS)

    async def _ask(self) -> None:
        wire = Wire(self.port)
        while True:
            began = time.perf_counter()
            try:
                async with asyncio.timeout(UNANSWERED):
                    await wire.ask("GET", "/health")
                self.health.append(time.perf_counter() - began)
            except (Broken, TimeoutError):
                self.health.append(UNANSWERED)
                await wire.aclose()
            await asyncio.sleep(HEALTH_SECONDS)


def processor_seconds(pids: list[int]) -> float:
    """What these processes, all below them, and those below them that have ended took so far."""
    seconds = 0.0
    for process in _tree(pids):
        with suppress(psutil.Error):
            spent = process.cpu_times()
            seconds += spent.user + spent.system + spent.children_user + spent.children_system
    return seconds


def _tree(pids: list[int]) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for pid in pids:
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            found += [process, *process.children(recursive=True)]
    return found


def _memory(pids: list[int]) -> int:
    return sum(_share(process.pid) for process in _tree(pids))


def _share(pid: int) -> int:
    """Bytes that a process holds, of what it shares its part; without that knowledge, all of it."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    with suppress(psutil.Error):
        return psutil.Process(pid).memory_info().rss
    return 0
