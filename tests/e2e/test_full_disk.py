"""A disk without room: refused in plain words, nothing half done, and all well again once there is room."""

import time
from collections.abc import Generator
from pathlib import Path

import pytest

from benchmarks.ledger_of_files import look
from tests.e2e.server import ServerProcess, made, refused, serving
from tests.factories import leave, small_disk
from tests.pictures import encoded, photo

pytestmark = pytest.mark.exhaustive

MEGABYTE = 1_000_000
DISK = 40 * MEGABYTE


@pytest.fixture
def disk(tmp_path: Path) -> Generator[Path]:
    """A file system of its own in memory."""
    with small_disk(tmp_path, size=str(DISK)) as folder:
        yield folder


def stored(server: ServerProcess) -> set[str]:
    return {path.name for path in (server.folder / "files").rglob("*") if path.is_file()}


def test_a_full_disk_refuses_uploads_and_jobs_and_takes_them_again_when_there_is_room(
    disk: Path, tmp_path: Path
) -> None:
    folder, log = disk / "data", tmp_path / "log"
    first, second = (encoded("JPEG", photo(900, 700, seed), quality=95) for seed in (1, 2))
    with serving(folder, log=log) as server:
        photo_id = made(server.upload(first))["id"]
        before = stored(server)
        filler = leave(disk, 0)
        refused(server.upload(second), 507, "storage_full")
        refused(server.submit(photo_id), 507, "storage_full")
        assert stored(server) == before
        assert len(server.get("/photos")["items"]) == 1
        assert server.get("/jobs")["items"] == []
        filler.unlink()
        made(server.upload(second))
        assert server.ended(made(server.submit(photo_id, enlarge=2))["id"])["status"] == "succeeded"
        assert server.stop()[0] == 0
        assert "Traceback" not in server.said()
    assert look(folder, {}).wrong == []


@pytest.mark.parametrize("room", [2 * MEGABYTE, 8 * MEGABYTE])
def test_a_job_that_meets_a_full_disk_fails_with_the_reason_and_can_be_retried(
    disk: Path, tmp_path: Path, room: int
) -> None:
    folder, log = disk / "data", tmp_path / "log"
    with serving(folder, log=log, JOBS__LEASE_SECONDS=3) as server:
        photo_id = made(server.upload(encoded("JPEG", photo(1000, 800), quality=95)))["id"]
        filler = leave(disk, room)
        job = server.ended(made(server.submit(photo_id, enlarge=2))["id"])
        assert (job["status"], job["error"]["code"]) == ("failed", "storage_full"), job
        assert "room" in job["error"]["message"]
        filler.unlink()
        again = made(server.request("POST", f"/api/v1/jobs/{job['id']}/retry", b"", {"Idempotency-Key": "again"}))
        assert server.ended(again["id"])["status"] == "succeeded"
        assert server.stop()[0] == 0
        assert "Traceback" not in server.said()
    assert [fault for fault in look(folder, {}).wrong if "is failed" not in fault] == []


def test_a_job_whose_end_finds_no_room_either_goes_on_by_itself_when_there_is_some(disk: Path, tmp_path: Path) -> None:
    folder, log = disk / "data", tmp_path / "log"
    with serving(folder, log=log, JOBS__LEASE_SECONDS=3) as server:
        photo_id = made(server.upload(encoded("JPEG", photo(1000, 800), quality=95)))["id"]
        job_id = made(server.submit(photo_id, enlarge=2))["id"]
        filler = leave(disk, 0)
        time.sleep(6)
        job = server.get(f"/jobs/{job_id}")
        assert job["status"] in ("queued", "running") or job["error"]["code"] == "storage_full"
        filler.unlink()
        job = server.ended(job_id)
        assert job["status"] == "succeeded" or job["error"]["code"] == "storage_full"
        assert server.stop()[0] == 0
    assert [fault for fault in look(folder, {}).wrong if "is failed" not in fault] == []
