"""A worker that was frozen, and comes back when its jobs were done by another, asks nobody and settles nothing."""

import signal
import time
from pathlib import Path

import pytest

from tests.chaos.aftermath import look
from tests.chaos.fleet import LEASE, TAKES, Fleet, fleet, handed_in, shuffled, wait_until

JOBS = 6
AWAKE = 3.0
"""Seconds that it has for doing harm once it has come back."""


def under_way(at: Fleet) -> bool:
    """Whether the providers were handed something."""
    return bool(at.polled.orders) and bool(at.at_once.orders)


@pytest.mark.exhaustive
@pytest.mark.parametrize("moment", [0.0, 0.4, 1.5])
def test_a_frozen_worker_that_wakes_up_does_no_harm(tmp_path: Path, moment: float) -> None:
    # Postgres ends transactions in which nothing happens: what it holds while it is frozen must keep nobody waiting.
    with fleet(tmp_path, workers=1, seed=1, DATABASE__IDLE_SECONDS="3") as at:
        at.clients.upload()
        at.at_once.delay = max(TAKES, 2 * moment)
        asked = [at.clients.submit(n, name) for n, name in enumerate(shuffled(names(at), JOBS, at.chance))]
        at.clients.watch()
        assert wait_until(lambda: under_way(at), seconds=60.0)
        time.sleep(moment)
        sleeper = at.workers[0]
        sleeper.process.send_signal(signal.SIGSTOP)
        cut_short = at.calls_under_way()
        try:
            at.workers.append(at.place.worker())
            at.workers[1].start()
            at.at_once.delay = TAKES
            assert at.clients.all_ended(asked, seconds=60.0 + 4 * LEASE) == []
            before = handed_in(at.polled), handed_in(at.at_once)
        finally:
            sleeper.process.send_signal(signal.SIGCONT)
        time.sleep(AWAKE)
        assert (handed_in(at.polled), handed_in(at.at_once)) == before
        after = look(at, asked)
        assert after.wrong == []
        assert after.again_polled == 0
        # Of those that were under way when it froze, or whose picture only the sleeper had.
        assert after.again_at_once <= cut_short


def names(at: Fleet) -> list[str]:
    """Those who can be asked."""
    return [at.polled.name, at.at_once.name]
