"""Functions that tests run in the child processes of a workbench: some do their work, some do harm."""

import ctypes
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from rekindle.errors import Conflict


class OutOfTurn(Conflict):
    code: ClassVar[str] = "out_of_turn"
    title: ClassVar[str] = "Not yet"


def repeat(word: str, times: int) -> str:
    return word * times


def process(_: object = None) -> int:
    return os.getpid()


def environment(name: str) -> str | None:
    return os.environ.get(name)


def count(upto: int, *, progress: Callable[[str, float], None]) -> int:
    for step in range(upto):
        progress(f"step {step}", (step + 1) / upto)
    return upto


def refuse() -> None:
    raise OutOfTurn("It is not your turn. Wait for the others.")


def divide(one: int, other: int) -> float:
    return one / other


def say(text: str) -> str:
    print(text, flush=True)
    os.write(1, text.encode())
    return text


def sleep(seconds: float, mark: Path | None = None) -> None:
    if mark is not None:
        mark.write_text(str(os.getpid()))
    time.sleep(seconds)


def hold_the_lock(mark: Path) -> int:
    """Stay in C for minutes without letting any other thread of the process run."""
    mark.write_text(str(os.getpid()))
    return ctypes.PyDLL(None).sleep(300)


def die(by: int = signal.SIGSEGV) -> None:
    os.kill(os.getpid(), by)
    time.sleep(10)


def leave(status: int) -> None:
    os._exit(status)


def hoard(megabytes: int) -> int:
    """Fill memory, a megabyte at a time."""
    held = [os.urandom(1 << 20) for _ in range(megabytes)]
    return len(held)


def give_what_cannot_be_sent() -> object:
    return lambda: None


def leave_a_file() -> Path:
    path = Path(os.environ["TMPDIR"]) / "left"
    path.write_text("left behind")
    return path


def warn(text: str) -> None:
    """Write to the log, from the thread that works and from another one."""
    log = logging.getLogger("rekindle.tests.child")
    log.info("nobody reads this: %s", text)
    log.warning("heard in a child: %s", text)
    thread = threading.Thread(target=log.error, args=("nobody knows whose this is",))
    thread.start()
    thread.join()
