"""Runs a server with accounts beside a simulated Stripe, so that a person can walk through buying; until Ctrl+C."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEY, SECRET = "sk_test_simulator", "whsec_simulator"
SECONDS_TO_START = 60.0

TOLD = """
Rekindle   {server}        sign up with any address, then: Plans, or Credits
Stripe     {stripe}        simulated: let a month pass, open a dispute, see what was delivered
Card       4242 4242 4242 4242, or choose one that is declined on the page

Mails are written below. Ctrl+C stops both, and everything is forgotten.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="of Rekindle")
    parser.add_argument("--stripe-port", type=int, default=4242, help="of the simulated Stripe")
    chosen = parser.parse_args()
    # As Ctrl+C: what was started here ends with this.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="rekindle-demo-") as folder:
        return show(chosen, folder)


def show(chosen: argparse.Namespace, folder: str) -> int:
    """Both processes, for as long as the person likes."""
    server, stripe = f"http://127.0.0.1:{chosen.port}", f"http://127.0.0.1:{chosen.stripe_port}"
    simulator = [
        sys.executable, "-m", "tests.simulators.stripe", "--port", str(chosen.stripe_port), "--secret", SECRET,
        "--webhook", f"{server}/api/v1/billing/webhook",
    ]  # fmt: skip
    rekindle = [sys.executable, "-m", "rekindle", "serve", "--port", str(chosen.port)]
    environment = {
        **os.environ, "REKINDLE_DATA_FOLDER": folder, "REKINDLE_ACCOUNTS__ENABLED": "true",
        "REKINDLE_BILLING__SECRET_KEY": KEY, "REKINDLE_BILLING__WEBHOOK_SECRET": SECRET,
        "REKINDLE_BILLING__API_URL": stripe, "REKINDLE_BILLING__SWEEP_SECONDS": "30",
    }  # fmt: skip
    with (
        subprocess.Popen(simulator, cwd=ROOT, stdout=subprocess.DEVNULL) as one,
        subprocess.Popen(rekindle, cwd=ROOT, env=environment) as other,
    ):
        try:
            if wait(stripe, one) and wait(f"{server}/health", other):
                print(TOLD.format(server=server, stripe=stripe), flush=True)
                other.wait()
        except KeyboardInterrupt:
            pass
        finally:
            one.terminate()
            other.terminate()
    return 0


def wait(address: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether somebody answers there before the process ends."""
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    return False


if __name__ == "__main__":
    sys.exit(main())
