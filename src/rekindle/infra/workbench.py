"""Runs pixel work in child processes that can be killed: time, memory and size limits.

A file made to hurt can crash a decoder, eat all memory or never end, and no thread can be stopped in the middle of C
code. So such work runs in a few persistent child processes, one piece at a time each. A child that takes too long,
grows too large, dies, or whose caller goes away is killed and replaced; a child whose parent dies, by whatever means,
dies with it.
"""

import asyncio
import logging
import os
import pickle
import shutil
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar, cast

from rekindle.errors import Invalid, RekindleError
from rekindle.infra.workbench_child import (
    HEAD,
    MEMORY_EXIT,
    Answer,
    Call,
    Failed,
    Logged,
    Progress,
    Refused,
    Returned,
    Setup,
)

T = TypeVar("T")

ProgressListener = Callable[[str, float], None]

_START_SECONDS = 30.0
_MOST_RUNS = 500
"""A child is replaced after so many pieces of work, however well it looks: decoders leak."""

_LARGEST_IDLE = 0.5
"""The share of its memory that a child may still hold after its work; one that holds more is replaced."""

_PROGRAM = "from rekindle.infra.workbench_child import main; main()"

_ENVIRONMENT = {
    "VIPS_CONCURRENCY": "1",
    "VIPS_BLOCK_UNTRUSTED": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "OPENCV_LOG_LEVEL": "SILENT",
}
_LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Asks for large pages where the system has them: a tenth of the time of a large photo. The system may stop everybody
for a moment to make room for one, so that is nothing for a machine where a server answers people.
"""


class WorkTimedOut(Invalid):
    code = "too_slow_to_read"
    title = "The picture takes too long"


class WorkCrashed(Invalid):
    code = "could_not_be_read"
    title = "The picture could not be read"


class WorkOutgrew(WorkCrashed):
    code = "too_much_memory"
    title = "The picture needs too much memory"


class WorkError(RekindleError):
    """A mistake of ours in a child; the notes of the error have the child's traceback."""


class _Child:
    """A child process and the folder for its temporary files."""

    def __init__(self, process: Process, folder: Path) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process, self.folder = process, folder
        self.runs = 0
        self._calls, self._answers = process.stdin, process.stdout

    async def send(self, message: Setup | Call) -> None:
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        self._calls.write(HEAD.pack(len(data)) + data)
        await self._calls.drain()

    async def answer(self, progress: ProgressListener | None) -> Returned | Refused | Failed:
        """The answer to a call; what comes before it goes to `progress`."""
        while True:
            (length,) = HEAD.unpack(await self._answers.readexactly(HEAD.size))
            answer = cast("Answer", pickle.loads(await self._answers.readexactly(length)))  # noqa: S301 - from our child
            if isinstance(answer, Logged):
                logging.getLogger(answer.name).log(answer.level, "%s", answer.text)
            elif not isinstance(answer, Progress):
                return answer
            elif progress is not None:
                progress(answer.stage, answer.share)

    async def end(self) -> int:
        """Kill it, wait for its end, and remove what it left. Gives its exit status."""
        # Not `process.kill()`: it looks whether the child is gone, which takes the exit status from who waits for it.
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)
        self._calls.close()
        status = await self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        return status


class Workbench:
    """A few child processes that run one function each at a time.

    `memory_bytes` is the most that one child may hold; `folder` is for their temporary files; `preload` names modules
    that a child imports when it starts, so that the first piece of work need not wait for them. `large_pages`: quicker
    work at the cost of who else is on the machine. Children start when first needed. All calls must come from one event
    loop.
    """

    def __init__(
        self, *, workers: int, memory_bytes: int, folder: Path, preload: Sequence[str] = (), large_pages: bool = False
    ) -> None:
        self._memory_bytes = memory_bytes
        self._environment = {**_ENVIRONMENT, **(_LARGE_PAGES if large_pages else {})}
        self._folder = folder
        self._preload = tuple(preload)
        self._places = asyncio.Semaphore(workers)
        self._idle: list[_Child] = []
        self._ending: set[asyncio.Task[int]] = set()
        self._closed = False

    async def run(
        self,
        function: Callable[..., T],
        /,
        *arguments: object,
        seconds: float,
        work_seconds: float | None = None,
        progress: ProgressListener | None = None,
    ) -> T:
        """What `function` (of a module, with arguments that can be pickled) returns for `arguments` in a child.

        With `progress`, the function gets it as the keyword argument `progress`, and calls of it arrive here.
        `seconds` counts from the moment when a child takes the work; waiting for a free one does not count.
        `work_seconds` is processor time, so that a busy machine does not make honest work look endless. A
        RekindleError of the child comes out as itself. Raises WorkTimedOut, WorkOutgrew or WorkCrashed when the child
        had to be stopped or died, WorkError for any other error in it. Cancelling kills the child.
        """
        call = Call(function, arguments, with_progress=progress is not None, work_seconds=work_seconds)
        async with self._places:
            child = await self._take()
            answer = await self._ask(child, call, seconds, progress)
            await self._put_back(child, answer)
        if isinstance(answer, Returned):
            return cast("T", answer.value)
        raise _error(answer, function)

    async def aclose(self) -> None:
        """End all children. Work that is under way fails with WorkCrashed."""
        self._closed = True
        while self._idle:
            self._end(self._idle.pop())
        if self._ending:
            await asyncio.gather(*self._ending, return_exceptions=True)

    async def _ask(
        self, child: _Child, call: Call, seconds: float, progress: ProgressListener | None
    ) -> Returned | Refused | Failed:
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                await child.send(call)
                return await child.answer(progress)
        except BaseException as error:
            ending = self._end(child)
            if isinstance(error, TimeoutError) and limit.expired():
                await asyncio.shield(ending)
                raise _endless() from None
            if isinstance(error, (EOFError, ConnectionError)):
                raise _death(await asyncio.shield(ending)) from None
            raise

    async def _take(self) -> _Child:
        """A child that waits for work; a new one when there is none, or when the one that waited has died meanwhile."""
        while self._idle:
            child = self._idle.pop()
            if child.process.returncode is None:
                return child
            self._end(child)
        return await self._start()

    async def _put_back(self, child: _Child, answer: Returned | Refused | Failed) -> None:
        child.runs += 1
        fit = not isinstance(answer, Failed) and answer.resident <= self._memory_bytes * _LARGEST_IDLE
        if fit and child.runs < _MOST_RUNS and not self._closed:
            self._idle.append(child)
        else:
            await asyncio.shield(self._end(child))

    async def _start(self) -> _Child:
        if self._closed:
            raise WorkError("The workbench is closed.")
        self._folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="bench-", dir=self._folder))
        environment = {**os.environ, **self._environment, "TMPDIR": str(folder)}
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-c", _PROGRAM,
                stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment, start_new_session=True,
            )  # fmt: skip
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        child = _Child(process, folder)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await child.send(Setup(os.getpid(), tuple(sys.path), self._preload, self._memory_bytes))
                ready = await child.answer(None)
        except (EOFError, ConnectionError, TimeoutError) as error:
            self._end(child)
            raise WorkError("A child process did not start.") from error
        except BaseException:
            self._end(child)
            raise
        if isinstance(ready, Failed):
            self._end(child)
            raise _unforeseen(ready, "Starting a child process")
        return child

    def _end(self, child: _Child) -> "asyncio.Task[int]":
        """Kill a child now; the task waits until it is gone."""
        task = asyncio.create_task(child.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task


def _death(status: int) -> WorkCrashed | WorkTimedOut:
    """What to say of a child that died on its own."""
    if status == MEMORY_EXIT:
        return _outgrew()
    if status == -signal.SIGPROF:
        return _endless()
    return WorkCrashed(
        "This picture could not be read: the program that reads it broke off. The file is probably damaged. Export or "
        "copy it again from where it came, and use that."
    )


def _endless() -> WorkTimedOut:
    return WorkTimedOut(
        "This picture was given up: it is made in a way that takes too long to read. Open it in a photo program, save "
        "it again as a JPEG, and use that."
    )


def _outgrew() -> WorkOutgrew:
    return WorkOutgrew(
        "This picture needs more memory than is set aside for one. Save it smaller, or as a plain JPEG, and use that."
    )


def _error(answer: Refused | Failed, function: Callable[..., object]) -> RekindleError:
    if isinstance(answer, Refused):
        return answer.error
    return _unforeseen(answer, function.__qualname__)


def _unforeseen(answer: Failed, what: str) -> RekindleError:
    error = _outgrew() if answer.out_of_memory else WorkError(f"{what} failed in a child process.")
    error.add_note(answer.trace)
    return error
