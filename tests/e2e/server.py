"""A server in a process of its own, on a folder and a free port: started, killed, stopped and started again."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

ADDRESS = re.compile(r"Rekindle is at (http://\S+)")
SECONDS_TO_START = 90.0
API = "/api/v1"
ENDED = ("succeeded", "failed", "canceled")

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers with names in small letters, body."""


class NotThere(OSError):
    """The server did not answer: it is being killed, or it is not up yet."""


class ServerProcess:
    """`python -m rekindle serve --port 0` on a data folder; what it prints goes to `log`."""

    ready = ADDRESS
    """What it prints once it is up."""

    def __init__(self, folder: Path, *, log: Path | None = None, port: int = 0, **settings: Any) -> None:
        """`settings` are names without the prefix, for example `UPLOADS__MAX_BYTES=1000`; `port` 0 is any free one."""
        self._port = port
        self.folder = folder
        self.log = log or folder.with_name(f"{folder.name}.log")
        self.url = ""
        self.starts = 0
        self.headers: dict[str, str] = {}
        """Sent with every request."""
        self._environment = {
            **os.environ,
            "REKINDLE_DATA_FOLDER": str(folder),
            "PYTHONUNBUFFERED": "1",
            **{f"REKINDLE_{name}": str(value) for name, value in settings.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None
        return self._process

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def launch(self) -> None:
        """Start the process without waiting until it answers."""
        self.starts += 1
        with self.log.open("ab") as log:
            log.write(f"--- start {self.starts}\n".encode())
            log.flush()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "rekindle", *self.command()],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def start(self) -> "ServerProcess":
        """Start it and wait for the line that says where it is."""
        self.launch()
        return self.await_ready()

    def await_ready(self) -> "ServerProcess":
        """Wait for the line that says that it is up."""
        deadline = time.monotonic() + SECONDS_TO_START
        while (match := self.ready.search(self.said())) is None:
            if not self.alive or time.monotonic() > deadline:
                raise AssertionError(f"the server does not start:\n{self.said()}")
            time.sleep(0.02)
        self.url = match[1]
        return self

    def command(self) -> list[str]:
        """The command of Rekindle that it runs."""
        return ["serve", "--port", str(self._port)]

    def said(self) -> str:
        """What it printed since it was started last."""
        text = self.log.read_text(errors="replace")
        return text.rpartition(f"--- start {self.starts}\n")[2]

    def tree(self) -> list[psutil.Process]:
        """The process and all below it."""
        try:
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def kill(self, *, seconds: float = 5.0) -> int:
        """Kill it with SIGKILL, and give the number of children that lived on; those are killed, too."""
        children = self.tree()[1:]
        self.process.kill()
        self.process.wait()
        _, left = psutil.wait_procs(children, timeout=seconds)
        for child in left:
            child.kill()
        return len(left)

    def stop(self, sign: signal.Signals = signal.SIGTERM, *, seconds: float = 60.0) -> tuple[int, float]:
        """Ask it to stop; its exit status and how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(sign)
        return self.process.wait(seconds), time.monotonic() - began

    def close(self) -> None:
        """Make sure that nothing is left running."""
        if self.alive:
            self.kill()

    def request(
        self,
        method: str,
        path: str,
        body: bytes | Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = 60.0,
    ) -> Answer:
        """One request on a connection of its own. Raises NotThere."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, {**self.headers, **(headers or {})})
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, names, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NotThere(str(error)) from error
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """The JSON under `/api/v1`."""
        status, _, body = self.request("GET", API + path)
        assert status == 200, body
        return json.loads(body)

    def upload(self, data: bytes | Iterator[bytes], name: str = "photo.jpg", **more: Any) -> Answer:
        """Send a photo as a raw body."""
        headers = {"Content-Type": "application/octet-stream", "X-Filename": name}
        return self.request("POST", f"{API}/photos", data, headers, **more)

    def submit(self, photo_id: str, *, key: str | None = None, **options: object) -> Answer:
        """Ask for a photo to be restored."""
        body = json.dumps({"photo_id": photo_id, "operation": "restore", "options": options}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or uuid.uuid4().hex}
        return self.request("POST", f"{API}/jobs", body, headers)

    def ended(self, job_id: str, *, seconds: float = 90.0) -> dict[str, Any]:
        """The job once it has ended."""
        deadline = time.monotonic() + seconds
        while (job := self.get(f"/jobs/{job_id}"))["status"] not in ENDED:
            assert time.monotonic() < deadline, f"the job does not end: {job}"
            time.sleep(0.1)
        return job


@contextmanager
def serving(folder: Path, *, log: Path | None = None, **settings: Any) -> Generator[ServerProcess]:
    """A server as long as the block lasts."""
    server = ServerProcess(folder, log=log, **settings)
    try:
        yield server.start()
    finally:
        server.close()


def free_ports(count: int) -> list[str]:
    """Ports of this machine that nobody listens at."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [str(each.getsockname()[1]) for each in taken]
    for each in taken:
        each.close()
    return ports


def made(answer: Answer) -> dict[str, Any]:
    """The body of an answer that says that something was made."""
    status, _, body = answer
    assert status in (201, 202), (status, body)
    return json.loads(body)


def refused(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """The problem in an answer."""
    problem = json.loads(answer[2])
    assert (answer[0], problem["code"]) == (status, code), problem
    return problem
