"""Servers and workers in several processes: jobs end whoever takes them, and whoever dies or is stopped."""

import time
from pathlib import Path

import pytest

from tests.e2e.server import ServerProcess, made
from tests.e2e.workers import Site, site
from tests.pictures import encoded, photo

LEASE = 4


def busy_with(place: Site, server: ServerProcess) -> str:
    """A job that somebody works on, and that takes a while."""
    photo_id = made(server.upload(encoded("JPEG", photo(2400, 1800))))["id"]
    job = made(server.submit(photo_id, enlarge=4))["id"]
    deadline = time.monotonic() + 120
    while server.get(f"/jobs/{job}")["stage"] not in ("restoring", "finishing"):
        assert time.monotonic() < deadline, [each.said() for each in place.processes]
        time.sleep(0.05)
    return job


def stopped_well(process: ServerProcess) -> None:
    status, seconds = process.stop()
    assert (status, seconds < 10) == (0, True), process.said()
    assert "Traceback" not in process.said()


def test_a_server_takes_jobs_and_a_worker_runs_them(tmp_path: Path) -> None:
    with site(tmp_path) as place:
        server, worker = place.server(), place.worker()
        for each in (server, worker):
            each.launch()
        server.await_ready()
        worker.await_ready()
        photo_id = made(server.upload(encoded("JPEG", photo(320, 240))))["id"]
        jobs = [made(server.submit(photo_id))["id"] for _ in range(2)]
        assert {server.ended(job)["status"] for job in jobs} == {"succeeded"}
        stopped_well(worker)
        stopped_well(server)


@pytest.mark.exhaustive
def test_the_job_of_a_worker_that_is_stopped_goes_on_at_once_at_another(tmp_path: Path) -> None:
    with site(tmp_path, JOBS__LEASE_SECONDS=600) as place:
        server, workers = place.server(), [place.worker(), place.worker()]
        for each in (server, *workers):
            each.launch()
        for each in (server, *workers):
            each.await_ready()
        job = busy_with(place, server)
        # Pixels are worked on in children, which nobody else has started.
        holder, other = sorted(workers, key=lambda each: len(each.tree()), reverse=True)
        stopped_well(holder)
        # Long before the lease would have run out.
        assert server.ended(job)["status"] == "succeeded"
        assert job in other.said()
        assert job not in holder.said()
        assert list((tmp_path / "files-unfinished").glob(f"*-{holder.process.pid}-*")) == []


@pytest.mark.exhaustive
def test_what_a_killed_worker_leaves_is_taken_over_and_cleared_away(tmp_path: Path) -> None:
    with site(tmp_path, JOBS__LEASE_SECONDS=LEASE) as place:
        server, worker = place.server().start(), place.worker().start()
        job = busy_with(place, server)
        worker.kill()
        left = set((tmp_path / "files-unfinished").glob(f"*-{worker.process.pid}-*"))
        assert len(left) == 2
        place.worker().start()
        assert server.ended(job)["status"] == "succeeded"
        assert not any(each.exists() for each in left)
        assert {each.name for each in (tmp_path / "files-unfinished").iterdir()}


@pytest.mark.exhaustive
def test_a_server_that_works_too_and_workers_for_some_kinds_share_the_work(tmp_path: Path) -> None:
    with site(tmp_path) as place:
        server = place.server().start()
        films = place.worker("--queues", "films").start()
        photo_id = made(server.upload(encoded("JPEG", photo(320, 240))))["id"]
        job = made(server.submit(photo_id))["id"]
        time.sleep(3.0)
        assert server.get(f"/jobs/{job}")["status"] == "queued"
        photos = place.worker("--queues", "photos,films", "--concurrency", "2").start()
        assert "photos, films, 2 at a time" in photos.said()
        assert server.ended(job)["status"] == "succeeded"
        assert job not in films.said()
