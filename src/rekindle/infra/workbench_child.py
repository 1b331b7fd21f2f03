"""The child's side of the workbench: takes one call after another from its parent, and dies when the parent does.

Messages are pickles with their length before them. The parent writes to standard input; answers go to what was
standard output, which is then pointed at nothing, so that a library that prints cannot spoil them.
"""

import contextlib
import ctypes
import importlib
import logging
import os
import pickle
import queue
import resource
import signal
import struct
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from rekindle.errors import RekindleError
from rekindle.infra.room import no_room

HEAD = struct.Struct(">Q")
MEMORY_EXIT = 86
"""The exit status of a child that grew beyond its memory."""

_LOOK_SECONDS = 0.02
_NICENESS = 10
"""How far children stand back for the parent, which answers people, where the processor is short."""
_PR_SET_PDEATHSIG = 1
_LONGEST_LINE = 16_000


@dataclass(frozen=True, slots=True)
class Setup:
    """The first message: where modules are found, which to import ahead, and how much memory may be used."""

    parent: int
    path: tuple[str, ...]
    preload: tuple[str, ...]
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Call:
    function: Callable[..., object]
    arguments: tuple[object, ...]
    with_progress: bool
    work_seconds: float | None
    """The processor time after which the system ends the child, or None."""


@dataclass(frozen=True, slots=True)
class Progress:
    stage: str
    share: float


@dataclass(frozen=True, slots=True)
class Returned:
    """`resident` is the memory in bytes that the child still holds."""

    value: object
    resident: int


@dataclass(frozen=True, slots=True)
class Refused:
    """An error made for people; it is raised in the parent as it is."""

    error: RekindleError
    resident: int


@dataclass(frozen=True, slots=True)
class Failed:
    """An error that nobody foresaw."""

    trace: str
    out_of_memory: bool


@dataclass(frozen=True, slots=True)
class Logged:
    """A log line, for the parent to write: it knows the request and the job that the call belongs to."""

    name: str
    level: int
    text: str


Answer: TypeAlias = Progress | Logged | Returned | Refused | Failed


def main() -> None:
    """Serve the parent until it closes the pipe."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    calls = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    setup = pickle.loads(_read(calls))  # noqa: S301 - our own parent wrote it
    _die_with(setup.parent)
    os.nice(_NICENESS)
    logging.getLogger().addHandler(_Telling(answers))
    _send(answers, _set_up(setup))
    _serve(calls, answers)


class _Telling(logging.Handler):
    """Hands warnings to the parent. Those of other threads may belong to no call, and are left out."""

    def __init__(self, answers: BinaryIO) -> None:
        super().__init__(logging.WARNING)
        self._answers = answers

    def emit(self, record: logging.LogRecord) -> None:
        if threading.current_thread() is threading.main_thread():
            with contextlib.suppress(Exception):
                _send(self._answers, Logged(record.name, record.levelno, self.format(record)[:_LONGEST_LINE]))


def _set_up(setup: Setup) -> Answer:
    """Import ahead, and put up the fences."""
    try:
        sys.path[:] = setup.path
        for name in setup.preload:
            importlib.import_module(name)
        _limit(setup.memory_bytes)
    except Exception:  # noqa: BLE001 - the parent tells it
        return Failed(traceback.format_exc(), out_of_memory=False)
    return Returned(None, resident_bytes())


def _serve(calls: BinaryIO, answers: BinaryIO) -> None:
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(calls, waiting), daemon=True).start()
    trim = _trimmer()
    while True:
        answer = _work(waiting.get(), answers)
        trim()
        try:
            _send(answers, answer)
        except (pickle.PicklingError, TypeError, AttributeError):
            _send(answers, Failed(traceback.format_exc(), out_of_memory=False))


def _listen(calls: BinaryIO, waiting: "queue.SimpleQueue[bytes]") -> None:
    """Reads ahead, so that the end of the parent is noticed in the middle of work."""
    try:
        while True:
            waiting.put(_read(calls))
    finally:
        os._exit(0)


def _read(pipe: BinaryIO) -> bytes:
    head = pipe.read(HEAD.size)
    if len(head) < HEAD.size:
        raise EOFError
    return pipe.read(HEAD.unpack(head)[0])


def _send(pipe: BinaryIO, message: Answer) -> None:
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    left = memoryview(HEAD.pack(len(data)) + data)
    while left:
        left = left[pipe.write(left) :]


def _work(message: bytes, answers: BinaryIO) -> Answer:
    """Run one call. Whatever is raised becomes an answer, and only that: nothing is remembered between calls."""

    def progress(stage: str, share: float) -> None:
        _send(answers, Progress(stage, float(share)))

    try:
        call: Call = pickle.loads(message)  # noqa: S301 - our own parent wrote it
        named = {"progress": progress} if call.with_progress else {}
        with _end_after(call.work_seconds):
            value = call.function(*call.arguments, **named)
        return Returned(value, resident_bytes())
    except BaseException as error:  # noqa: BLE001 - the parent decides what an unforeseen error means
        return _failure(error)


@contextlib.contextmanager
def _end_after(work_seconds: float | None) -> Generator[None]:
    """Let the system end this process when it computes longer: no code, in C or not, can hold that signal up."""
    if work_seconds is None:
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, work_seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _failure(error: BaseException) -> Refused | Failed:
    """What became of a call that raised. A full disk is told first: it looks like a damaged file to who reads one."""
    if (full := no_room(error)) is not None:
        return Refused(full, resident_bytes())
    if isinstance(error, RekindleError):
        return Refused(error.with_traceback(None), resident_bytes())
    return Failed("".join(traceback.format_exception(error)), out_of_memory=isinstance(error, MemoryError))


def resident_bytes() -> int:
    """The memory that this process holds now; where the system does not tell, the most that it ever held."""
    try:
        with Path("/proc/self/statm").open("rb") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _limit(memory_bytes: int) -> None:
    """Two fences: allocations beyond the limit fail (Linux), and a watch ends the process when it grew past it
    anyway.
    """
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    threading.stack_size(256 * 1024)
    threading.Thread(target=_watch, args=(memory_bytes,), daemon=True).start()


def _watch(memory_bytes: int) -> None:
    pause = threading.Event()
    while not pause.wait(_LOOK_SECONDS):
        if resident_bytes() > memory_bytes:
            os._exit(MEMORY_EXIT)


def _die_with(parent: int) -> None:
    """Ask Linux to kill this process when its parent ends, however it ends; elsewhere the closed pipe must do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _trimmer() -> Callable[[], object]:
    """A function that gives freed memory back to the system, where the C library has one."""
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        if hasattr(library, "malloc_trim"):
            return lambda: library.malloc_trim(0)
    return lambda: None


if __name__ == "__main__":
    main()
