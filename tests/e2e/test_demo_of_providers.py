"""The demonstration of services elsewhere, as `make demo-providers` starts it."""

import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from tests.api.conftest import API
from tests.e2e.server import ENDED, free_ports
from tests.factories import faded, jpeg

pytestmark = pytest.mark.exhaustive

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 90.0
JOBS: Sequence[tuple[str, str, int, Mapping[str, Any]]] = (
    ("gemini", "restore", 1, {}),
    ("openai", "restyle", 1, {"style": "oil"}),
    ("fal", "fuse", 2, {}),
    ("replicate", "colorize", 1, {}),
    ("kie", "restore_colorize", 1, {}),
    ("nanobanana", "enhance", 1, {"enhancement": "mood"}),
    ("runpod", "animate", 1, {"seconds": 2}),
)


@contextmanager
def demonstration() -> Generator[tuple[httpx2.Client, "subprocess.Popen[str]"]]:
    """A client of the demonstration, once it says where it is."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "scripts.demo_providers", "--port", port]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as demo:
        try:
            assert demo.stdout is not None
            assert any("simulate:WORD" in line for line in demo.stdout)
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}{API}", timeout=60.0, trust_env=False) as client:
                yield client, demo
        finally:
            # Its server would outlive it if it were killed.
            demo.send_signal(signal.SIGINT)
            demo.wait(30)


def asked(client: httpx2.Client, photos: Sequence[str], operation: str, **options: Any) -> str:
    body = {"photo_ids": list(photos), "operation": operation, "options": options}
    answer = client.post("/jobs", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def ended(client: httpx2.Client, job_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS
    while (job := client.get(f"/jobs/{job_id}").json())["status"] not in ENDED:
        assert time.monotonic() < deadline, f"the job does not end: {job}"
        time.sleep(0.2)
    return job


@pytest.mark.slow
def test_every_service_can_be_tried_without_a_key_and_nothing_is_left_of_it() -> None:
    with demonstration() as (client, demo):
        sent = [client.post("/photos", content=jpeg(faded(320, 240, seed)), headers={"X-Filename": "a.jpg"})
                for seed in (1, 2)]  # fmt: skip
        photos = [answer.json()["id"] for answer in sent]
        jobs = [
            asked(client, photos[:count], operation, provider=provider, **options)
            for provider, operation, count, options in JOBS
        ]
        bad = asked(client, photos[:1], "restore", provider="fal", prompt="simulate:refused")
        results = [ended(client, job_id) for job_id in jobs]
        assert [(job["error"], job["result"] and job["result"]["provider"]) for job in results] == [
            (None, provider) for provider, *_ in JOBS
        ]
        assert [job["result"]["kind"] for job in results] == ["picture"] * 6 + ["film"]
        assert ended(client, bad)["error"]["code"] == "provider_refused"
        started = psutil.Process(demo.pid).children(recursive=True)
        assert started
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == 0
        assert psutil.wait_procs(started, timeout=10)[1] == []
