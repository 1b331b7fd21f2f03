"""The API keeps to its own description: found out by thousands of requests that nobody would write by hand."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.conftest import Opening
from tests.factories import faded, png

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = Path(__file__).with_name("schemathesis.toml")
LONGEST = 35
"""Seconds for all phases together."""


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=3 * LONGEST, cwd=folder)


@pytest.mark.slow
def test_no_request_makes_the_server_break_its_own_description(visit: Opening, tmp_path: Path) -> None:
    visitor = visit()
    photo = visitor.upload(png(faded(64, 48)))
    visitor.restored(photo["id"])
    done = run(
        "-m", "schemathesis.cli", "--config-file", str(SETTINGS), "run", f"{visitor.at.url}/api/v1/openapi.json",
        "--url", visitor.at.url, "--max-time", str(LONGEST),
        folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "failed" not in done.stdout.rpartition("Test cases:")[2], done.stdout[-2000:]
    assert visitor.http.get("/health").json()["status"] == "ok"


def test_the_description_in_the_docs_is_current() -> None:
    done = run("scripts/export_openapi.py", "--check", folder=ROOT)
    assert done.returncode == 0, done.stderr
