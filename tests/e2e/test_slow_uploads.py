"""Clients that stall, trickle, lie or never end: each is refused, and nobody else notices."""

import asyncio
import socket
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.dawdling import crowd, endless, promising_too_much, sending_more_than_said, stalled, trickling
from benchmarks.watching import Watch
from tests.e2e.server import API, ServerProcess, made, refused, serving
from tests.pictures import encoded, photo

MEBIBYTE = 1024 * 1024
BOUNDARY = "b0undary"


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Generator[ServerProcess]:
    """A server that gives an upload up after two seconds."""
    folder = tmp_path_factory.mktemp("slow") / "data"
    with serving(folder, SERVER__STREAM_TIMEOUT=2, UPLOADS__MAX_BYTES=4_000_000) as server:
        yield server


def form(server: ServerProcess, body: bytes) -> tuple[int, dict[str, str], bytes]:
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return server.request("POST", f"{API}/photos", body, headers)


def part(name: str, content: bytes, extra: str = "") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n{extra}\r\n'
    return head.encode() + content + b"\r\n"


def leftovers(server: ServerProcess) -> list[Path]:
    """Unfinished uploads; the folders of the child processes are none."""
    places = (server.folder / "files-unfinished").glob("process-*/*")
    return [path for path in places if not path.name.startswith("bench-")]


def nothing_is_left(server: ServerProcess) -> bool:
    deadline = time.monotonic() + 10
    while leftovers(server):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.exhaustive
def test_uploads_that_stall_or_trickle_are_given_up_while_others_are_served(patient: ServerProcess) -> None:
    good = encoded("JPEG", photo(640, 480))
    with ThreadPoolExecutor(1) as pool, Watch(patient.process.pid, patient.port) as watched:
        waiting = pool.submit(asyncio.run, crowd(patient.port, [(stalled, 20), (trickling, 20)]))
        time.sleep(0.5)
        began = time.monotonic()
        made(patient.upload(good))
        served = time.monotonic() - began
        endings = waiting.result(60)
    assert [ending.status for kind in endings.values() for ending in kind] == [408] * 40
    assert max(ending.seconds for kind in endings.values() for ending in kind) < 15
    assert served < 10
    assert watched.unwell == 0
    assert nothing_is_left(patient)


def test_a_body_without_end_is_refused_while_it_streams(patient: ServerProcess) -> None:
    with Watch(patient.process.pid, patient.port) as watched:
        endings = asyncio.run(crowd(patient.port, [(endless, 4)]))["endless"]
    assert [ending.status for ending in endings] == [413] * 4
    assert max(ending.sent for ending in endings) < 40 * MEBIBYTE
    assert watched.server_peak < 400 * MEBIBYTE
    assert nothing_is_left(patient)


def test_a_length_beyond_the_limit_is_refused_before_the_body(patient: ServerProcess) -> None:
    (ending,) = asyncio.run(crowd(patient.port, [(promising_too_much, 1)]))["promising_too_much"]
    assert ending.status == 413
    assert ending.seconds < 1.9


def test_more_bytes_than_the_length_says_are_not_part_of_the_photo(patient: ServerProcess) -> None:
    (ending,) = asyncio.run(crowd(patient.port, [(sending_more_than_said, 1)]))["sending_more_than_said"]
    assert ending.status in (0, 400, 415, 422)
    assert patient.get("/health")["status"] == "ok"


def test_a_form_of_ten_thousand_parts_is_refused(patient: ServerProcess) -> None:
    body = b"".join(part(f"p{number}", b"x" * 60) for number in range(10_000)) + f"--{BOUNDARY}--\r\n".encode()
    refused(form(patient, body), 422, "bad_form")


def test_a_part_with_endless_headers_is_refused(patient: ServerProcess) -> None:
    extra = "".join(f"X-{number}: y\r\n" for number in range(100_000))
    refused(form(patient, part("file", b"x", extra)), 422, "bad_form")


def test_a_client_that_goes_away_leaves_nothing_behind(patient: ServerProcess) -> None:
    head = (
        "POST /api/v1/photos HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/jpeg\r\nContent-Length: 900000\r\n\r\n"
    )
    before = len(patient.get("/photos?limit=200")["items"])
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", patient.port)) as connection:
            connection.sendall(head.encode() + b"x" * 300_000)
    assert nothing_is_left(patient)
    assert len(patient.get("/photos?limit=200")["items"]) == before
    assert "Traceback" not in patient.said()
    assert " ERROR " not in patient.said()


@pytest.mark.exhaustive
def test_a_crowd_beyond_the_limit_is_asked_to_come_back(tmp_path: Path) -> None:
    with serving(tmp_path / "data", UPLOADS__MOST_AT_ONCE=2, SERVER__STREAM_TIMEOUT=3) as server:
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(asyncio.run, crowd(server.port, [(stalled, 2)]))
            time.sleep(0.7)
            answer = server.upload(encoded("JPEG", photo(64, 64)))
            refused(answer, 503, "overloaded")
            assert int(answer[1]["retry-after"]) > 0
            waiting.result(60)
        made(server.upload(encoded("JPEG", photo(64, 64))))
