"""Figures: what is counted of requests, uploads, jobs and money, and who gets to see it."""

import re
import socket
import time
from collections.abc import Mapping

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from rekindle.infra.observing.door import MetricsPortTaken, door, pages
from rekindle.infra.observing.readiness import Readiness
from rekindle.wiring.figures import FRESH_SECONDS
from tests.api.conftest import API, Opening, Visitor, refused

Figures = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def watched(visit: Opening, port: int) -> Visitor:
    return visit(observing={"metrics": True, "metrics_port": port})


def looked(port: int) -> Figures:
    answer = httpx2.get(f"http://127.0.0.1:{port}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def risen(before: Figures, after: Figures, name: str, **labels: str) -> float:
    key = name, frozenset(labels.items())
    return after.get(key, 0.0) - before.get(key, 0.0)


def test_a_restored_photo_leaves_its_figures(watched: Visitor, port: int) -> None:
    before = looked(port)
    photo = watched.upload()
    watched.restored(photo["id"])
    after = looked(port)
    uploads = {"method": "POST", "route": f"{API}/photos"}
    assert risen(before, after, "rekindle_requests_total", **uploads, status="201") == 1
    assert risen(before, after, "rekindle_request_seconds_count", **uploads) == 1
    assert risen(before, after, "rekindle_upload_bytes_total") == photo["bytes"]
    assert risen(before, after, "rekindle_jobs_submitted_total", operation="restore") == 1
    assert risen(before, after, "rekindle_jobs_ended_total", operation="restore", status="succeeded") == 1
    assert risen(before, after, "rekindle_job_seconds_count", operation="restore", status="succeeded") == 1
    assert risen(before, after, "rekindle_job_wait_seconds_count") == 1
    assert risen(before, after, "rekindle_attempts_total", provider="embedded", outcome="ok") == 1
    for stage in ("prepare", "restore", "finish", "settle"):
        assert risen(before, after, "rekindle_stage_seconds_count", stage=stage) == 1, stage
    assert after["rekindle_part_up", frozenset({("part", "database")})] == 1


def test_what_waits_is_looked_up(visit: Opening, port: int) -> None:
    visitor = visit(worker=False, observing={"metrics": True, "metrics_port": port})
    photo = visitor.upload()
    for _ in range(3):
        visitor.submit(photo["id"])
    after = looked(port)
    assert after["rekindle_jobs", frozenset({("status", "queued")})] == 3
    assert after["rekindle_jobs", frozenset({("status", "running")})] == 0
    assert after["rekindle_queue_age_seconds", frozenset()] >= 0


def test_credits_that_are_set_aside_are_told(visit: Opening, port: int) -> None:
    visitor = visit(
        worker=False,
        observing={"metrics": True, "metrics_port": port},
        accounts={"enabled": True},
        limits={"enabled": False},
    )
    account = {"email": "ada@example.org", "password": "correct horse battery staple"}
    assert visitor.http.post(f"{API}/account", json=account).is_success
    before = looked(port)
    visitor.submit(visitor.upload()["id"])
    time.sleep(FRESH_SECONDS)
    after = looked(port)
    assert risen(before, after, "rekindle_holds_open") == 1
    held = risen(before, after, "rekindle_holds_open_credits")
    assert held > 0
    assert risen(before, after, "rekindle_credits_total", kind="hold") == held


def test_no_label_is_what_somebody_sent(watched: Visitor, port: int) -> None:
    watched.http.request("PROPFIND", f"{API}/canary-of-a-path")
    watched.http.get("/canary-of-a-page?canary=1")
    refused(watched.http.get(f"{API}/photos/canary-of-an-id"), 422, "invalid_request")
    watched.http.get(f"{API}/capabilities", headers={"Host": "canary.example", "User-Agent": "canary"})
    answer = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
    assert "canary" not in answer
    assert 'method="OTHER"' in answer


def test_figures_are_not_among_the_addresses_of_the_product(watched: Visitor) -> None:
    refused(watched.http.get(f"{API}/metrics"), 404, "not_found")
    assert b"rekindle_requests" not in watched.http.get("/metrics").content


def test_where_nobody_wants_figures_there_is_no_door(visit: Opening, port: int) -> None:
    visit(worker=False, observing={"metrics_port": port})
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"http://127.0.0.1:{port}/metrics")


def test_health_can_be_asked_for_at_the_same_door(watched: Visitor, port: int) -> None:
    assert httpx2.get(f"http://127.0.0.1:{port}/health").json() == {"status": "ok"}
    answer = httpx2.get(f"http://127.0.0.1:{port}/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


async def test_a_port_that_is_taken_is_told_in_a_sentence() -> None:
    async def nothing() -> None:
        return None

    app = pages(Readiness([]), nothing)
    async with door("127.0.0.1", 0, app) as port:
        with pytest.raises(MetricsPortTaken, match="METRICS_PORT"):
            async with door("127.0.0.1", port, app):
                pass


def test_every_figure_is_explained_and_named_as_is_usual(watched: Visitor, port: int) -> None:
    families = list(text_string_to_metric_families(httpx2.get(f"http://127.0.0.1:{port}/metrics").text))
    ours = [each for each in families if each.name.startswith("rekindle")]
    assert len(ours) > 20
    for family in ours:
        assert family.documentation, family.name
        assert re.fullmatch(r"rekindle(_[a-z]+)*", family.name), family.name
