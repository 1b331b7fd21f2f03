"""Stopping in good time: what was begun is given back, and whatever does not end by itself is left behind."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine

SIGNALS = (signal.SIGTERM, signal.SIGINT)
LONGEST_STOP = 9.0
"""Seconds from a signal to the end, whatever hangs: whoever asked kills after ten."""


def leave_in_time(status: int = 0) -> None:
    """End the process after `LONGEST_STOP` seconds. What it still had then goes to others when leases run out."""
    timer = threading.Timer(LONGEST_STOP, os._exit, [status])
    timer.daemon = True
    timer.start()


def run_until_signal(main: Callable[[], Coroutine[object, object, None]]) -> None:
    """Run a coroutine until it ends or a signal to stop cancels it, which is no error."""
    asyncio.run(_until_signal(main))


async def _until_signal(main: Callable[[], Coroutine[object, object, None]]) -> None:
    running = asyncio.create_task(main())
    stopped = False

    def stop() -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            leave_in_time()
            running.cancel()

    loop = asyncio.get_running_loop()
    for sign in SIGNALS:
        try:
            loop.add_signal_handler(sign, stop)
        except NotImplementedError:  # Windows, where Ctrl+C ends it
            continue
    try:
        await running
    except asyncio.CancelledError:
        if not stopped:
            raise
