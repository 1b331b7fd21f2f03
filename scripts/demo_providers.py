"""Runs a server beside a stand-in for each service that does edits, so that a person can try all of it without a key;
until Ctrl+C. `python -m scripts.demo_providers`, from the folder of the repository.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack

from scripts.demo_billing import ROOT, wait
from tests.simulators.upstreams.base import Simulator
from tests.simulators.upstreams.everyone import KINDS, settings_at

SECONDS_TO_THINK = 0.4
"""Before each answer of a stand-in."""

TOLD = """
Rekindle   {server}
           Choose a photo, what is to be done with it, and by whom; its story tells who was asked, and what it cost.
{stand_ins}
Write simulate:WORD into a prompt and it goes wrong:
           limited, busy, unpaid or locked: it is not taken, and another one is asked
           refused: by a safety policy, so nobody is asked again      never: it is called off after two minutes
           cut, fails, forgotten or expired: lost on the way          lies, blank, echo or oversized: no good result

Everything is on this machine, and nothing leaves it. Ctrl+C stops all, and everything is forgotten.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.demo_providers", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="of Rekindle")
    chosen = parser.parse_args()
    # As Ctrl+C: what was started here ends with this.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rekindle-demo-"))
            stand_ins = [stack.enter_context(kind(delay=SECONDS_TO_THINK)) for kind in KINDS]
            show(chosen.port, folder, stand_ins)
    except KeyboardInterrupt:
        pass
    return 0


def show(port: int, folder: str, stand_ins: Sequence[Simulator]) -> None:
    """The server, for as long as the person likes."""
    server = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "rekindle", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment(server, folder, stand_ins)) as rekindle:
        try:
            if wait(f"{server}/health", rekindle):
                listed = "\n".join(f"{each.name:10} {each.url}" for each in stand_ins)
                print(TOLD.format(server=server, stand_ins=f"{listed}\n"), flush=True)
                rekindle.wait()
        finally:
            rekindle.terminate()


def environment(server: str, folder: str, stand_ins: Sequence[Simulator]) -> dict[str, str]:
    """The settings of the server: none of those that are meant for another one, which may have real keys."""
    others = {name: value for name, value in os.environ.items() if not name.upper().startswith("REKINDLE_")}
    own = {
        **settings_at(stand_ins), "DATA_FOLDER": folder, "SERVER__PUBLIC_URL": server,
        "ROUTING__EXPERIMENTAL": "true", "JOBS__DEADLINE_SECONDS": "120", "JOBS__BUSY_SECONDS": "20",
    }  # fmt: skip
    return {**others, **{f"REKINDLE_{name}": value for name, value in own.items()}}


if __name__ == "__main__":
    sys.exit(main())
