"""What operators see of requests and jobs: identifiers, lines, figures."""

import io
import json
import logging
import re
import shutil
import time
from collections.abc import Generator
from typing import Any

import pytest

from rekindle.config import Settings
from rekindle.infra.observing.logs import Writing, formatter
from tests.api.conftest import API, Opening, Visitor, refused


class Log:
    """Every line of this process as objects."""

    def __init__(self) -> None:
        self._text = io.StringIO()
        self.handler = logging.StreamHandler(self._text)
        self.handler.setFormatter(formatter(Writing("json", "DEBUG"), colours=False))
        # The tests' own client tells of its requests, too.
        self.handler.addFilter(logging.Filter("rekindle"))

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._text.getvalue().splitlines()]

    def requests(self, route: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line.get("route") == route]

    def until(self, **wanted: object) -> dict[str, Any]:
        """The first line with these values, which may take a moment: it is written after the answer."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for line in self.lines:
                if wanted.items() <= line.items():
                    return line
            time.sleep(0.02)
        raise AssertionError(f"no line with {wanted} in {self.lines}")


@pytest.fixture
def log() -> Generator[Log]:
    written, root = Log(), logging.getLogger()
    before = root.level
    root.addHandler(written.handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(written.handler)
    root.setLevel(before)


# ── identifiers ──


def test_a_request_has_an_identifier_of_its_own(idle: Visitor) -> None:
    ids = {idle.http.get(f"{API}/capabilities").headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5
    assert all(re.fullmatch(r"[0-9a-f]{16}", each) for each in ids)


def test_who_asks_can_say_what_the_request_is_called(idle: Visitor) -> None:
    answer = idle.http.get(f"{API}/jobs/nothing", headers={"X-Request-ID": "caller-0001"})
    assert answer.headers["x-request-id"] == "caller-0001"
    assert refused(answer, 422, "invalid_request")["request_id"] == "caller-0001"


def test_what_is_no_identifier_is_not_given_back(idle: Visitor) -> None:
    answer = idle.http.get(f"{API}/capabilities", headers={"X-Request-ID": "<script>alert(1)</script>"})
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])


def test_a_refusal_before_any_route_has_one_too(idle: Visitor) -> None:
    answer = idle.http.get("/", headers={"Host": "evil.example", "X-Request-ID": "caller-0002"})
    assert refused(answer, 421, "unknown_host")["request_id"] == "caller-0002"


# ── lines ──


def test_each_request_is_a_line_with_the_form_of_its_address(visit: Opening, log: Log) -> None:
    visitor = visit(worker=False, observing={"log_format": "json"})
    photo = visitor.upload()
    headers = {"X-Request-ID": "caller-0003"}
    visitor.http.get(f"{API}/photos/{photo['id']}", headers=headers)
    line = log.until(request_id="caller-0003")
    assert line["route"] == f"{API}/photos/{{photo_id}}"
    assert (line["method"], line["status"], line["photo_id"]) == ("GET", 200, photo["id"])
    assert 0 < line["ms"] < 10_000
    assert line["logger"] == "rekindle.requests"


def test_neither_signed_links_nor_searches_are_in_a_line(visit: Opening, log: Log) -> None:
    visitor = visit(worker=False, observing={"log_format": "json"})
    photo = visitor.upload()
    assert visitor.http.get(photo["preview_url"]).status_code == 200
    assert visitor.http.get("/some/page?q=canary").status_code in (200, 503)
    log.until(route="(pages)")
    said = json.dumps(log.lines)
    assert photo["preview_url"].rpartition("signature=")[2] not in said
    assert "canary" not in said
    assert log.requests(f"{API}/files/{{key}}")


def test_whoever_asks_for_health_makes_no_lines(visit: Opening, log: Log) -> None:
    visitor = visit(worker=False, observing={"log_format": "json"})
    visitor.http.get("/health")
    visitor.http.get(f"{API}/capabilities")
    log.until(route=f"{API}/capabilities")
    assert log.requests("/health") == []


def test_at_home_there_is_no_line_for_each_request(idle: Visitor, log: Log) -> None:
    idle.http.get(f"{API}/capabilities")
    assert log.requests(f"{API}/capabilities") == []


def test_the_worker_s_lines_say_which_request_caused_them(visit: Opening, log: Log) -> None:
    visitor = visit()
    photo = visitor.upload()
    shutil.rmtree(visitor.at.services.get(Settings).files_folder / "originals")
    body = {"photo_id": photo["id"], "operation": "restore", "options": {}}
    headers = {"Idempotency-Key": "one", "X-Request-ID": "caller-0004"}
    job = visitor.http.post(f"{API}/jobs", json=body, headers=headers).json()
    assert visitor.ended(job["id"])["status"] == "failed"
    line = log.until(message="a job ended: failed")
    assert (line["request_id"], line["job_id"], line["task"]) == ("caller-0004", job["id"], "jobs.run")
    assert (line["level"], line["code"], line["claim"]) == ("warning", "file_missing", "1")
