"""The demonstration of payments, as `make demo-billing` starts it."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.e2e.server import free_ports

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_whoever_ends_the_demonstration_ends_all_of_it() -> None:
    port, stripe = free_ports(2)
    command = [sys.executable, "scripts/demo_billing.py", "--port", port, "--stripe-port", stripe]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as demo:
        try:
            assert demo.stdout is not None
            assert any("Card" in line for line in demo.stdout)
            started = psutil.Process(demo.pid).children(recursive=True)
            assert len(started) >= 2
            demo.send_signal(signal.SIGTERM)
            assert demo.wait(30) == 0
            assert psutil.wait_procs(started, timeout=10)[1] == []
        finally:
            demo.kill()
