"""The server around the API: pages, headers, refusals, faults, health."""

import asyncio
import logging
import shutil
import socket
from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path

import httpx2
import pytest

from rekindle import __version__
from rekindle.config import Settings
from rekindle.infra.lock import FolderInUse
from rekindle.server.app import create_app
from rekindle.treatments.operations import Operation
from rekindle.wiring.application import application
from tests.api.conftest import API, Opening, Visitor, refused
from tests.factories import jpeg, settings

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
}


def assert_guarded(answer: httpx2.Response) -> None:
    for name, value in EVERYWHERE.items():
        assert answer.headers[name] == value, name
    assert answer.headers["content-security-policy"]
    assert answer.headers["permissions-policy"]
    assert len(answer.headers["x-request-id"]) == 16


# ── addresses ──


MISTYPED = ["/api", "/api/", "/api/anything", "/api/v1", "/api/v1/photo", "/api/v1/photos/", "/api/v2/photos"]


@pytest.mark.parametrize("path", MISTYPED)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_of_the_api_that_is_not_there_is_a_problem_and_never_a_page(
    visitor: Visitor, method: str, path: str
) -> None:
    answer = visitor.http.request(method, path, headers={"Accept": "text/html"})
    refused(answer, 404, "not_found")
    assert b"<html" not in answer.content


@pytest.mark.parametrize("path", ["/", "/some/page", "/photos/7"])
def test_every_other_address_gives_the_page(visitor: Visitor, path: str) -> None:
    answer = visitor.http.get(path)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.status_code in (200, 503)
    assert_guarded(answer)


NO_FILES = ["/missing.js", "/assets/missing.css", "/../rekindle.db", "/%2e%2e/config.py", "/a%00b.txt"]


@pytest.mark.parametrize("path", NO_FILES)
def test_a_file_that_is_not_there_is_not_found(visitor: Visitor, path: str) -> None:
    refused(visitor.http.get(path), 404, "not_found")


@pytest.mark.parametrize("path", ["/..%2fconfig.py", "/..%2f..%2f..%2fpyproject.toml", "/%2e%2e%2fconfig.py"])
def test_no_file_beside_the_pages_can_be_read(visitor: Visitor, path: str) -> None:
    answer = visitor.http.get(path)
    assert answer.status_code == 404
    assert b"REKINDLE_" not in answer.content


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/api/v1/photos", {"GET", "POST"}),
        ("DELETE", "/api/v1/jobs", {"GET", "POST"}),
        ("POST", "/some/page", {"GET", "HEAD"}),
    ],
)
def test_a_method_that_an_address_does_not_know_is_refused_with_those_that_it_does(
    visitor: Visitor, method: str, path: str, allowed: set[str]
) -> None:
    answer = visitor.http.request(method, path)
    refused(answer, 405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == allowed


# ── headers ──


def test_security_headers_are_on_every_kind_of_answer(visitor: Visitor) -> None:
    photo = visitor.upload()
    answers = [
        visitor.http.get("/"),
        visitor.http.get(f"{API}/photos"),
        visitor.http.get(photo["original_url"]),
        visitor.http.get(photo["preview_url"]),
        visitor.http.get(f"{API}/photos/seven"),
        visitor.http.get("/api/nothing"),
        visitor.http.post(f"{API}/photos", content=b"x", headers={"Origin": "https://evil.example"}),
        visitor.http.get("/", headers={"Host": "evil.example"}),
    ]
    for answer in answers:
        assert_guarded(answer)


def test_no_cache_keeps_an_answer_of_the_api_that_does_not_say_so(visitor: Visitor) -> None:
    photo = visitor.upload()
    for path in ("/photos", f"/photos/{photo['id']}", "/jobs", "/credits", "/billing", "/photos/seven", "/nothing"):
        assert visitor.http.get(API + path).headers["cache-control"] == "no-store", path
    assert "private" in visitor.http.get(photo["preview_url"]).headers["cache-control"]


def test_no_obsolete_header_is_sent_and_no_inline_script_or_style_is_allowed(visitor: Visitor) -> None:
    for path in ("/", f"{API}/capabilities", f"{API}/photos"):
        headers = visitor.http.get(path).headers
        assert "x-xss-protection" not in headers
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"]


def test_each_request_has_an_identifier_of_its_own(visitor: Visitor) -> None:
    assert len({visitor.http.get("/health").headers["x-request-id"] for _ in range(20)}) == 20


def test_transport_security_is_only_asked_for_where_people_come_by_https(visit: Opening, visitor: Visitor) -> None:
    assert "strict-transport-security" not in visitor.http.get("/health").headers
    public = visit(worker=False, server={"public_url": "https://photos.example.org"})
    headers = {"Host": "photos.example.org"}
    assert "max-age=" in public.http.get("/health", headers=headers).headers["strict-transport-security"]
    assert "max-age=" in public.http.get("/api/nothing", headers=headers).headers["strict-transport-security"]


# ── who may ask from where ──


FOREIGN = ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "[::2]", "", "127.0.0.2:80"]


@pytest.mark.parametrize("host", FOREIGN)
def test_a_name_that_the_server_does_not_have_is_refused(visitor: Visitor, host: str) -> None:
    problem = refused(visitor.http.get(f"{API}/photos", headers={"Host": host}), 421, "unknown_host")
    assert "REKINDLE_SERVER__ALLOWED_HOSTS" in problem["detail"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]", "[::1]:8000"])
def test_the_names_of_this_machine_are_answered(visitor: Visitor, host: str) -> None:
    assert visitor.http.get(f"{API}/photos", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "http://127.0.0.1:1", "", "file://"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_page_of_another_site_may_change_nothing(visitor: Visitor, method: str, origin: str) -> None:
    address = f"{API}/photos/01a1fd5e-ecab-7943-a490-4dd6262620ba/corners"
    refused(visitor.http.request(method, address, headers={"Origin": origin}), 403, "foreign_origin")


def test_our_own_page_may_post(visitor: Visitor) -> None:
    headers = {"Content-Type": "image/jpeg", "Origin": visitor.at.url}
    assert visitor.http.post(f"{API}/photos", content=jpeg(), headers=headers).status_code == 201


# ── faults ──


@pytest.fixture
async def faulty(tmp_path: Path) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client of the real application with one more route, which fails for a reason that nobody foresaw."""
    app = create_app(settings(tmp_path / "own"))

    async def fail() -> None:
        raise RuntimeError("the password is swordfish")

    app.add_api_route("/fault", fail)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield client


async def test_a_fault_is_told_without_its_details_and_logged_with_them(
    faulty: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await faulty.get("/fault")
    problem = refused(answer, 500, "internal_error")
    assert "swordfish" not in answer.text
    assert "Traceback" not in answer.text
    assert problem["detail"]
    assert_guarded(answer)
    assert "swordfish" in caplog.text


async def test_after_a_fault_the_server_goes_on(faulty: httpx2.AsyncClient) -> None:
    await faulty.get("/fault")
    assert (await faulty.get("/health")).status_code == 200


# ── health and capabilities ──


@pytest.mark.parametrize("path", ["/health", "/api/v1/health"])
def test_a_server_that_lives_says_so(visitor: Visitor, path: str) -> None:
    answer = visitor.http.get(path)
    body = answer.json()
    assert (answer.status_code, body["status"], body["version"]) == (200, "ok", __version__)
    assert datetime.fromisoformat(body["timestamp"]).tzinfo is not None
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/ready", "/api/v1/ready"])
def test_a_server_that_can_work_says_so_part_by_part(visitor: Visitor, path: str) -> None:
    answer = visitor.http.get(path)
    body = answer.json()
    assert (answer.status_code, body["status"], body["version"]) == (200, "ready", __version__)
    assert body["services"]["database"] == {"state": "ok", "essential": True, "detail": None}
    assert {"database", "storage", "room", "workers"} <= set(body["services"])
    assert answer.headers["cache-control"] == "no-store"


def test_a_server_without_its_files_lives_and_cannot_work(visit: Opening) -> None:
    visitor = visit(worker=False)
    files = visitor.at.services.get(Settings).files_folder
    shutil.rmtree(files, ignore_errors=True)
    files.write_bytes(b"no folder")
    answer = visitor.http.get("/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert answer.json()["services"]["storage"]["state"] == "failing"
    assert str(files) not in answer.text
    assert visitor.http.get("/health").status_code == 200


def test_a_server_without_its_redis_goes_on_worse(visit: Opening) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    visitor = visit(worker=False, events={"redis_url": f"redis://:a-password@127.0.0.1:{port}/0"})
    answer = visitor.http.get("/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["services"]["events"]["state"] == "degraded"
    assert "a-password" not in answer.text


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_who_looks_after_machines_may_call_them_what_they_like(visitor: Visitor, path: str) -> None:
    assert visitor.http.get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200
    refused(visitor.http.get(f"{API}{path}", headers={"Host": "10.0.0.7:8000"}), 421, "unknown_host")


def test_the_server_says_what_it_takes_and_does(visit: Opening) -> None:
    visitor = visit(worker=False, retention={"policy": "ephemeral", "hours": 2}, uploads={"max_bytes": 7_000_000})
    told = visitor.get("/capabilities")
    assert told["max_bytes"] == 7_000_000
    assert told["formats"] == ["jpeg", "png", "webp", "heic", "avif", "tiff"]
    assert told["operations"] == [operation.value for operation in Operation]
    assert told["retention"] == {"policy": "ephemeral", "hours": 2.0}
    assert told["version"] == __version__


def test_a_second_server_on_the_same_folder_is_refused(visit: Opening, tmp_path: Path) -> None:
    visit(worker=False)

    async def start() -> None:
        async with application(settings(tmp_path / "own")):
            pass

    with pytest.raises(FolderInUse, match="already running"):
        asyncio.run(start())
