"""Workers that are told to stop amid many jobs hand them over at once, and nothing is done or paid twice."""

from pathlib import Path

import pytest

from tests.chaos.aftermath import look
from tests.chaos.fleet import fleet, handed_in, shuffled, wait_until

JOBS = 50


@pytest.mark.exhaustive
def test_a_worker_that_is_stopped_amid_fifty_jobs_hands_them_over(tmp_path: Path) -> None:
    # Long before a lease would run out.
    with fleet(tmp_path, workers=1, seed=7, JOBS__LEASE_SECONDS="600") as at:
        at.clients.upload()
        at.at_once.delay = 3.0
        names = shuffled([at.polled.name, at.at_once.name], JOBS, at.chance)
        asked = [at.clients.submit(number, name) for number, name in enumerate(names)]
        at.clients.watch()
        assert wait_until(lambda: len(at.at_once.orders) > 5 and len(at.polled.orders) > 5, seconds=90.0)
        first = at.workers[0]
        second = at.place.worker()
        second.start()
        status, seconds = first.stop()
        assert (status, seconds < 10.0) == (0, True), first.said()[-3000:]
        assert "Traceback" not in first.said()
        at.workers[:] = [second]
        at.at_once.delay = 0.05
        assert at.clients.all_ended(asked, seconds=300.0) == []
        after = look(at, asked)
        assert after.wrong == []
        assert after.again_polled == 0
        # Calls that were cut short, of which nobody knows how they ended, are made once more.
        assert after.again_at_once <= after.books.unknown[at.at_once.name]
        assert handed_in(at.polled)
