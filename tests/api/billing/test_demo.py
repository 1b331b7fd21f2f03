"""The demonstration: a server and a simulated Stripe, started by one command, and ended by Ctrl+C."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tests.api.conftest import API

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 90.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.mark.slow
def test_a_plan_can_be_bought_in_the_demonstration_and_nothing_is_left_of_it() -> None:
    ports = (free_port(), free_port())
    command = [sys.executable, "scripts/demo_billing.py", "--port", str(ports[0]), "--stripe-port", str(ports[1])]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as demo:
        try:
            assert demo.stdout is not None
            lines = iter(demo.stdout.readline, "")
            assert any(str(ports[1]) in line for line in lines)  # it is told where Stripe is once both are there
            with httpx2.Client(base_url=f"http://127.0.0.1:{ports[0]}{API}", trust_env=False, timeout=30) as person:
                person.post("/account", json={"email": "someone@example.com", "password": "a long and quiet river"})
                url = person.post("/billing/checkout", json={"plan": "cherish", "interval": "month"}).json()["url"]
                paid = person.post(url, data={"action": "pay"})
                assert paid.headers["Location"] == f"http://127.0.0.1:{ports[0]}/billing/done"
                deadline = time.monotonic() + SECONDS
                while person.get("/billing").json()["subscription"] is None:
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(SECONDS)
    for port in ports:
        with socket.socket() as nobody:
            assert nobody.connect_ex(("127.0.0.1", port)) != 0
