"""Workers that are told to stop amid many jobs hand them over at once, and nothing is done or paid twice."""

from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.chaos.aftermath import look
from tests.chaos.fleet import fleet, handed_in, shuffled, wait_until
from tests.e2e.workers import WorkerProcess

JOBS = 50
HEAVY_BYTES = 250_000_000
"""More than a child holds that works on the small photos of this suite."""


@pytest.mark.exhaustive
@pytest.mark.parametrize("heavy", [False, True], ids=["", "while it unpacks a picture that takes long"])
def test_a_worker_that_is_stopped_amid_fifty_jobs_hands_them_over(tmp_path: Path, *, heavy: bool) -> None:
    # Long before a lease would run out.
    with fleet(tmp_path, workers=1, seed=7, JOBS__LEASE_SECONDS="600") as at:
        at.clients.upload()
        at.at_once.delay, at.polled.always = 3.0, "heavy" if heavy else ""
        names = shuffled([at.polled.name, at.at_once.name], JOBS, at.chance)
        asked = [at.clients.submit(number, name) for number, name in enumerate(names)]
        at.clients.watch()
        assert wait_until(lambda: len(at.at_once.orders) > 5 and len(at.polled.orders) > 5, seconds=90.0)
        first = at.workers[0]
        assert not heavy or wait_until(lambda: unpacks(first), seconds=60.0)
        second = at.place.worker()
        second.start()
        in_hand = at.calls_under_way()
        status, seconds = first.stop()
        assert (status, seconds < 10.0) == (0, True), first.said()[-3000:]
        assert "Traceback" not in first.said()
        at.workers[:] = [second]
        at.at_once.delay, at.polled.always = 0.05, ""
        assert at.clients.all_ended(asked, seconds=300.0) == []
        after = look(at, asked)
        assert after.wrong == []
        assert after.again_polled == 0
        # Calls that were cut short, or whose picture only the stopped one had, are made once more.
        assert after.again_at_once <= in_hand
        assert handed_in(at.polled)


def unpacks(worker: WorkerProcess) -> bool:
    """Whether one of its child processes holds a picture of the heavy kind."""
    children = worker.tree()[1:]
    with suppress(psutil.Error):
        return any(child.memory_info().rss > HEAVY_BYTES for child in children)
    return False
