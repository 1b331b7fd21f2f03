"""Stopping a server, and starting one where another runs: in good order, in good time, and told in one sentence."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from benchmarks.ledger_of_files import look
from rekindle.cli.serve import STOPS
from tests.e2e.server import NotThere, ServerProcess, made, serving
from tests.pictures import encoded, photo, png

SECONDS_TO_STOP = 10.0
BOTH_SIGNALS = pytest.mark.parametrize(
    "sign", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.exhaustive)]
)


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.05)


def stopped_well(server: ServerProcess, sign: signal.Signals) -> None:
    """The server stops in time with status 0, and takes its children along."""
    children = server.tree()[1:]
    status, seconds = server.stop(sign)
    assert status == 0, server.said()
    assert seconds < SECONDS_TO_STOP
    assert psutil.wait_procs(children, timeout=2)[1] == []
    assert "Traceback" not in server.said()


@BOTH_SIGNALS
def test_a_job_that_is_interrupted_by_stopping_is_taken_up_again(tmp_path: Path, sign: signal.Signals) -> None:
    folder = tmp_path / "data"
    with serving(folder) as server:
        photo_id = made(server.upload(encoded("JPEG", photo(1600, 1200))))["id"]
        jobs = [made(server.submit(photo_id, enlarge=2))["id"] for _ in range(2)]
        until(lambda: server.get(f"/jobs/{jobs[0]}")["stage"] not in ("waiting", "preparing"))
        stopped_well(server, sign)
    with serving(folder) as server:
        ended = [server.ended(job_id) for job_id in jobs]
        stopped_well(server, sign)
    assert [job["status"] for job in ended] == ["succeeded"] * 2
    assert look(folder, {}).wrong == []


def test_stopping_does_not_wait_for_uploads_that_take_long_to_look_at(tmp_path: Path) -> None:
    folder, heavy = tmp_path / "data", png(7990, 8000)
    answers: list[int] = []

    def send(server: ServerProcess) -> None:
        try:
            answers.append(server.upload(heavy)[0])
        except NotThere:
            answers.append(0)

    with serving(folder, UPLOADS__DECODE_SECONDS=120) as server:
        sending = [threading.Thread(target=send, args=[server]) for _ in range(12)]
        for thread in sending:
            thread.start()
        until(lambda: len(server.tree()) > 1)
        status, seconds = server.stop()
        for thread in sending:
            thread.join(30)
    assert (status, seconds < SECONDS_TO_STOP) == (0, True)
    # Who was cut off between storing a file and writing its row leaves a file to the next start.
    with serving(folder) as server:
        stopped_well(server, signal.SIGTERM)
    found = look(folder, {})
    assert found.wrong == []
    assert len(answers) == 12
    assert found.photos >= answers.count(201)


@pytest.mark.exhaustive
def test_someone_who_watches_a_job_does_not_keep_the_server_from_stopping(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        photo_id = made(server.upload(encoded("JPEG", photo(2400, 1800))))["id"]
        # The last of them has not begun when the server is gone.
        job_id = [made(server.submit(photo_id, enlarge=4))["id"] for _ in range(3)][-1]
        with socket.create_connection(("127.0.0.1", server.port)) as watching:
            watching.sendall(f"GET /api/v1/jobs/{job_id}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            assert watching.recv(1000).startswith(b"HTTP/1.1 200")
            status, seconds = server.stop()
    assert (status, seconds < SECONDS_TO_STOP) == (0, True)
    said = server.said()
    assert STOPS in said
    assert "Traceback" not in said
    assert "[error" not in said


def test_a_log_of_json_holds_nothing_else_to_the_end(tmp_path: Path) -> None:
    with serving(tmp_path / "data", OBSERVING__LOG_FORMAT="json") as server:
        server.stop()
    address, *lines = server.said().splitlines()
    assert address.startswith("Rekindle is at")
    assert json.loads(lines[-1])["message"] == STOPS


def refusal_to_start(folder: Path, port: int) -> str:
    """What a server says that cannot start."""
    environment = {**os.environ, "REKINDLE_DATA_FOLDER": str(folder)}
    ending = subprocess.run(
        [sys.executable, "-m", "rekindle", "serve", "--port", str(port)],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ending.returncode == 2, ending.stderr
    assert "Traceback" not in ending.stderr
    return ending.stderr


def test_a_second_server_is_told_in_one_sentence_why_it_cannot_start(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        said = refusal_to_start(tmp_path / "data", 0)
        assert "Another Rekindle is already running" in said
        assert len(said.strip().splitlines()) == 1
        said = refusal_to_start(tmp_path / "other", server.port)
        assert f"Cannot listen on 127.0.0.1:{server.port}" in said
        assert json.loads(server.request("GET", "/health")[2])["status"] == "ok"
