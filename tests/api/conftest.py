"""One server with its worker for all tests of a process, and servers of their own for tests with other settings."""

import time
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.factories import Live, jpeg, live, settings

API = "/api/v1"


class Visitor:
    """Someone who uses the API."""

    def __init__(self, at: Live) -> None:
        self.at = at
        self.http = at.client

    def upload(self, data: bytes | None = None, name: str = "photo.jpg") -> dict[str, Any]:
        answer = self.try_upload(jpeg() if data is None else data, name)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def try_upload(self, data: bytes | Iterator[bytes], name: str = "photo.jpg") -> httpx2.Response:
        headers = {"Content-Type": "image/jpeg", "X-Filename": name}
        return self.http.post(f"{API}/photos", content=data, headers=headers)

    def photo(self, photo_id: str) -> dict[str, Any]:
        return self.get(f"/photos/{photo_id}")

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        answer = self.http.get(API + path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def submit(self, photo_id: str, *, key: str | None = None, **options: Any) -> dict[str, Any]:
        answer = self.try_submit(photo_id, key=key, **options)
        assert answer.status_code == 202, answer.text
        return answer.json()

    def try_submit(
        self, photo_id: str, *, key: str | None = None, operation: str = "restore", **options: Any
    ) -> httpx2.Response:
        body = {"photo_id": photo_id, "operation": operation, "options": options}
        return self.http.post(f"{API}/jobs", json=body, headers={"Idempotency-Key": key or uuid.uuid4().hex})

    def ended(self, job_id: str) -> dict[str, Any]:
        """The job once it has ended."""
        deadline = time.monotonic() + 60.0
        while time.monotonic() < deadline:
            job = self.get(f"/jobs/{job_id}")
            if job["status"] in ("succeeded", "failed", "canceled"):
                return job
            time.sleep(0.05)
        raise AssertionError(f"job {job_id} does not end: {job}")

    def restored(self, photo_id: str, **options: Any) -> dict[str, Any]:
        """A job that has succeeded; enlarging makes sure that there is a new picture."""
        job = self.ended(self.submit(photo_id, **{"enlarge": 2, **options})["id"])
        assert job["status"] == "succeeded", job
        return job


def refused(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The problem in an answer, after a look at what every problem has."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code, problem
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Live]:
    with live(settings(tmp_path_factory.mktemp("rekindle"))) as running:
        yield running


@pytest.fixture
def visitor(shared_server: Live) -> Visitor:
    """A visitor of the server that all tests share: there may be photos of others."""
    return Visitor(shared_server)


@pytest.fixture(scope="session")
def idle_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Live]:
    with live(settings(tmp_path_factory.mktemp("idle")), worker=False) as running:
        yield running


@pytest.fixture
def idle(idle_server: Live) -> Visitor:
    """A visitor of a server without a worker: jobs stay queued. There may be photos of others."""
    return Visitor(idle_server)


Opening = Callable[..., Visitor]


@pytest.fixture
def visit(tmp_path: Path) -> Generator[Opening]:
    """Opens a server of its own with other settings: `visit(uploads={"max_bytes": 1000})`."""
    with ExitStack() as stack:

        def open_one(*, worker: bool = True, **groups: Any) -> Visitor:
            return Visitor(stack.enter_context(live(settings(tmp_path / "own", **groups), worker=worker)))

        yield open_one
