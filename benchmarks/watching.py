"""Watches a running server from outside: how fast it says that it is well, and how much memory its processes take."""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil

PROBE = """
import http.client, json, sys, time
port, pause = int(sys.argv[1]), float(sys.argv[2])
taken = []
connection = None
print("ready", flush=True)
import threading
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
while not stop.wait(pause):
    began = time.perf_counter()
    try:
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/health")
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - began, answer.status))
    except (OSError, http.client.HTTPException):
        taken.append((time.perf_counter() - began, 0))
        connection = None
print(json.dumps(taken), flush=True)
"""
"""Asks on a connection that stays open, in a process of its own so that nothing here can hold it up."""


class Probe:
    """Asks the server at `port` again and again, with so many seconds between, as long as its block lasts.

    Afterwards `answers` has the seconds and the status of each, 0 where none came.
    """

    def __init__(self, port: int, *, pause: float = 0.05) -> None:
        self.answers: list[tuple[float, int]] = []
        self._command = [sys.executable, "-c", PROBE, str(port), str(pause)]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *ending: object) -> None:
        assert self._process is not None
        told = self._process.communicate(timeout=60)[0]
        self.answers = [(seconds, status) for seconds, status in json.loads(told.splitlines()[-1])]


@dataclass(slots=True)
class Watched:
    """`health`: seconds of each answer to `/health`. `peaks`: the most bytes that each process ever held."""

    health: list[float] = field(default_factory=list[float])
    unwell: int = 0
    server_peak: int = 0
    child_peak: int = 0
    children: int = 0
    loads: list[float] = field(default_factory=list[float])

    def health_at(self, share: float) -> float:
        """The seconds within which this share (0..1) of the answers came."""
        return quantile(self.health, share)

    @property
    def load(self) -> float:
        """The mean of the machine's load while it was watched."""
        return sum(self.loads) / max(len(self.loads), 1)


class Watch:
    """Watches the server with this process id and port as long as its block lasts."""

    def __init__(self, pid: int, port: int, *, pause: float = 0.05) -> None:
        self.found = Watched()
        self._pid = pid
        self._stop = threading.Event()
        self._peaks: dict[int, int] = {}
        self._memory = threading.Thread(target=self._sample, daemon=True)
        self._probe = Probe(port, pause=pause)

    def __enter__(self) -> Watched:
        self._probe.__enter__()
        self._memory.start()
        return self.found

    def __exit__(self, *ending: object) -> None:
        self._stop.set()
        self._memory.join()
        self._probe.__exit__()
        self.found.health = [seconds for seconds, _ in self._probe.answers]
        self.found.unwell = sum(status != 200 for _, status in self._probe.answers)
        self.found.server_peak = self._peaks.pop(self._pid, 0)
        self.found.child_peak = max(self._peaks.values(), default=0)
        self.found.children = len(self._peaks)

    def _sample(self) -> None:
        while not self._stop.wait(0.1):
            self.found.loads.append(psutil.getloadavg()[0])
            for pid in (self._pid, *_children(self._pid)):
                self._peaks[pid] = max(self._peaks.get(pid, 0), _peak(pid))


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share (0..1) of the values lies; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def _peak(pid: int) -> int:
    """The most memory in bytes that a process ever held, which the system keeps count of."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)
