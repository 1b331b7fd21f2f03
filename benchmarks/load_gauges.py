"""What a server takes while it is under load: processor time, memory, and how fast it says that it is well."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.watching import Probe, quantile

SAMPLE_SECONDS = 0.25


@dataclass(slots=True)
class Gauges:
    """Measures processes and all below them as long as its block lasts. `peak` is the most memory in bytes that they
    held together, where what several of them share counts once; `health` has the seconds of each answer to `/health`,
    which a process of its own asks for, so that the users in this one are not in its way.
    """

    port: int
    pids: list[int]
    peak: int = 0
    health: list[float] = field(default_factory=list[float])
    processor: float = 0.0
    """Seconds of processor time."""

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """Measure."""
        before = processor_seconds(self.pids)
        sampling = asyncio.create_task(self._memory())
        try:
            with Probe(self.port) as probe:
                yield
                self.processor = processor_seconds(self.pids) - before
            self.health = [seconds for seconds, _ in probe.answers]
        finally:
            sampling.cancel()
            with suppress(asyncio.CancelledError):
                await sampling

    def health_at(self, share: float) -> float:
        """Seconds within which this share (0..1) of the answers to /health came."""
        return quantile(self.health, share)

    async def _memory(self) -> None:
        while True:
            self.peak = max(self.peak, await asyncio.to_thread(_memory, self.pids))
            await asyncio.sleep(SAMPLE_SECONDS)


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
