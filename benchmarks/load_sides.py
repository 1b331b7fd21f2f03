"""Those who are measured under load: this product, and the service that it is compared with where that is at hand."""

import asyncio
import base64
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil

from benchmarks.load_wire import Broken, Reply, Wire
from rekindle.infra.machine import usable_cores
from tests.e2e.server import ENDED, ServerProcess, free_ports

PEER = Path(os.environ.get("REKINDLE_PEER") or Path(__file__).parents[2] / "shared" / "kits" / "baseline")
"""Where the backend lies whose design this product is measured against; `main.py` in it is started."""

START_SECONDS = 60.0
BACK = 120.0
"""Seconds after a restart in which what was accepted before must be done."""


@dataclass(frozen=True, slots=True)
class Restored:
    """`sent` came over the wire in all answers together, for a picture of so many bytes."""

    received: int
    picture: int


class NotRestored(Exception):
    """Answered with an error, or the job failed."""


class Side(Protocol):
    """A service that restores photos."""

    name: str
    port: int

    def start(self, provider: str) -> None:
        """Listen, and ask the provider at this address."""
        ...

    def pids(self) -> list[int]:
        """The processes that were started."""
        ...

    async def restore(self, wire: Wire, photo: bytes, accepted: set[str]) -> Restored:
        """From the photo to the picture; what was promised is in `accepted` meanwhile. Raises Broken, NotRestored."""
        ...

    async def lost(self, accepted: set[str]) -> int:
        """How many of these, promised before it was killed and started again, never come."""
        ...

    def close(self) -> None:
        """End, and leave nothing behind."""
        ...


class Peer:
    """One request is one restoration, and the picture comes as base64 in the JSON of its answer."""

    name = "the peer"

    def __init__(self) -> None:
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, provider: str) -> None:
        self.port = self.port or int(free_ports(1)[0])
        environment = os.environ | {
            "PORT": str(self.port), "GEMINI_BASE_URL": provider, "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "main.py"], cwd=PEER, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _wait_for(self.port, self._process)

    def pids(self) -> list[int]:
        return [] if self._process is None else [self._process.pid]

    async def restore(self, wire: Wire, photo: bytes, accepted: set[str]) -> Restored:
        ticket, before = uuid.uuid4().hex, wire.received
        accepted.add(ticket)
        body = _form("image", photo)
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        answer = await wire.ask("POST", "/api/restore/single", body, content_type=kind)
        accepted.discard(ticket)
        if answer.status != 200:
            raise NotRestored(str(answer.status))
        picture = json.loads(answer.body)["restored"].partition(",")[2]
        return Restored(wire.received - before, len(base64.b64decode(picture)))

    async def lost(self, accepted: set[str]) -> int:
        # It knows nothing of what it was asked before.
        return len(accepted)

    def close(self) -> None:
        if self._process is not None:
            end_all([self._process.pid])
            self._process.wait()


class Ours:
    """Upload, job, events, download: everything in one process."""

    name = "the product, all in one"

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = int(free_ports(1)[0])
        self._folder, self._settings = folder, settings
        self._server: ServerProcess | None = None

    def start(self, provider: str) -> None:
        if self._server is None:
            settings: dict[str, Any] = {**self._settings, **settings_at(provider)}
            self._server = ServerProcess(self._folder, port=self.port, **settings)
        self._server.start()

    def pids(self) -> list[int]:
        assert self._server is not None
        return [self._server.process.pid]

    async def restore(self, wire: Wire, photo: bytes, accepted: set[str]) -> Restored:
        before = wire.received
        kept = _made(await wire.ask("POST", "/api/v1/photos", photo, content_type="image/jpeg"))
        asked = json.dumps({"photo_id": kept["id"], "operation": "restore", "options": {}}).encode()
        key = uuid.uuid4().hex
        job = _made(
            await wire.ask("POST", "/api/v1/jobs", asked, content_type="application/json", idempotency_key=key)
        )  # fmt: skip
        accepted.add(job["id"])
        async for news in wire.events(f"/api/v1/jobs/{job['id']}/events"):
            job = news
        return await _fetched(wire, job, accepted, before)

    async def lost(self, accepted: set[str]) -> int:
        wire, deadline = Wire(self.port), time.monotonic() + BACK
        waiting = set(accepted)
        while waiting and time.monotonic() < deadline:
            for name in list(waiting):
                try:
                    job = (await wire.ask("GET", f"/api/v1/jobs/{name}")).json
                    if job["status"] in ENDED:
                        await _fetched(wire, job, waiting, 0)
                except Broken:
                    await asyncio.sleep(0.2)
                except NotRestored:
                    return len(waiting)
            await asyncio.sleep(0.2)
        await wire.aclose()
        return len(waiting)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()


async def _fetched(wire: Wire, job: dict[str, Any], accepted: set[str], before: int) -> Restored:
    """The picture of a job that has ended."""
    result = job["result"]
    if job["status"] != "succeeded" or result["provider"] != "gemini":
        raise NotRestored(str(job))
    answer = await wire.ask("GET", f"/api/v1/renditions/{result['rendition_id']}/download")
    if answer.status != 200:
        raise NotRestored(str(answer.status))
    accepted.discard(str(job["id"]))
    return Restored(wire.received - before, len(answer.body))


def settings_at(provider: str) -> dict[str, str]:
    """Those of a server that is alone on this machine, and asks this stand-in for Gemini."""
    return {
        "PROVIDERS__GEMINI__KEY": "a-key", "PROVIDERS__GEMINI__BASE_URL": f"{provider}/v1beta",
        "PROVIDERS__GEMINI__CONCURRENCY": "1000", "LIMITS__ENABLED": "false",
        "WORK__RESTORE_PROCESSES": str(usable_cores()),
    }  # fmt: skip


def kill(side: Side) -> None:
    """Kill every process of a side, and all below them, with SIGKILL."""
    end_all(side.pids())


def end_all(pids: Sequence[int]) -> None:
    """Kill these processes and all below them, and wait until they are gone."""
    found: list[psutil.Process] = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            found += [parent := psutil.Process(pid), *parent.children(recursive=True)]
    for each in found:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    psutil.wait_procs(found, timeout=10.0)


def _made(answer: Reply) -> dict[str, Any]:
    if answer.status not in (201, 202):
        raise NotRestored(f"{answer.status} {answer.body[:200]!r}")
    return answer.json


_BOUNDARY = "----photo"


def _form(field: str, data: bytes) -> bytes:
    head = f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="{field}"; filename="p.jpg"\r\n'
    return f"{head}content-type: image/jpeg\r\n\r\n".encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return
        time.sleep(0.05)
    raise AssertionError("the peer does not start")
