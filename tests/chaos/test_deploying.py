"""A newer version comes while work goes on: each process is stopped and started anew, and nobody notices."""

import time
from pathlib import Path

import pytest

from tests.chaos.aftermath import look
from tests.chaos.fleet import BUSY, Fleet, fleet, shuffled, wait_until
from tests.pictures import encoded, photo

LONGEST_STOP = 10.0


def asked_for(at: Fleet, jobs: int) -> list[str]:
    """So many jobs, half at each provider."""
    at.clients.upload()
    names = shuffled([at.polled.name, at.at_once.name], jobs, at.chance)
    return [at.clients.submit(number, name) for number, name in enumerate(names)]


@pytest.mark.exhaustive
def test_workers_and_servers_are_replaced_under_load_and_nothing_is_lost(tmp_path: Path) -> None:
    with fleet(tmp_path, workers=2, seed=1) as at:
        asked = asked_for(at, 24)
        at.clients.watch()
        for each in (*at.workers, at.server):
            at.up(each)
            status, seconds = each.stop()
            assert status == 0, each.said()
            assert seconds < LONGEST_STOP + BUSY
            each.start()
        assert at.clients.all_ended(asked, seconds=180.0) == []
        after = look(at, asked)
        assert after.wrong == []
        assert (after.again_polled, after.books.ended["failed"]) == (0, after.books.errors["provider_lost"])


@pytest.mark.exhaustive
def test_fifty_jobs_end_elsewhere_when_their_worker_stops_also_in_the_midst_of_heavy_work(tmp_path: Path) -> None:
    with fleet(tmp_path, workers=1, seed=1) as at:
        asked = asked_for(at, 49)
        # One for the engine of this machine, which takes a while for it.
        heavy = at.server.upload(encoded("JPEG", photo(3000, 2000)))
        at.clients.photos.append(at.clients.photos[0])
        made_of = at.clients.ask("GET", "/photos?limit=1").body["items"][0]["id"]
        assert heavy[0] == 201
        wanted = {"photo_id": made_of, "operation": "restore", "options": {"provider": "embedded"}}
        answer = at.clients.ask("POST", "/jobs", wanted, Idempotency_Key="job 49")
        assert answer.status == 202, answer.body
        assert wait_until(lambda: len(at.polled.orders) > 3, seconds=90.0)
        worker = at.workers[0]
        time.sleep(1.0)
        status, seconds = worker.stop()
        assert (status, seconds < LONGEST_STOP + BUSY) == (0, True), worker.said()
        at.workers[0] = at.place.worker()
        at.workers[0].start()
        assert at.clients.all_ended([*asked, answer.body["id"]], seconds=300.0) == []
