"""`rekindle serve`: the HTTP server, with the worker inside where nobody else works."""

import asyncio
import logging
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import ClassVar

import click
import uvicorn

from rekindle.cli.settings import check_extras
from rekindle.cli.stopping import leave_in_time
from rekindle.config import Settings
from rekindle.errors import Away, Conflict
from rekindle.infra.garbage import settle
from rekindle.infra.lock import hold
from rekindle.server.app import create_app
from rekindle.wiring.application import Application
from rekindle.wiring.belonging import look_at_files
from rekindle.wiring.databases import prepare_tables
from rekindle.worker import Places, Worker

log = logging.getLogger(__name__)

STOPS = "Rekindle stops. What is not finished goes on at the next start."
BACKLOG = 1024
"""Connections that wait to be accepted."""


class PortTaken(Conflict):
    code: ClassVar[str] = "port_taken"
    title: ClassVar[str] = "The port is taken"


async def work(running: Application) -> None:
    """Run the worker of an application until canceled."""
    if running.settings.schedules.enabled:
        with suppress(Away):  # what is done first tells of it as well
            await running.timetable.begin()
    worker = Worker(
        running.queue,
        running.handlers,
        clock=running.clock,
        schedules=running.schedules,
        places=Places(running.concurrency, running.settings.jobs.at_once),
        lease_seconds=running.settings.jobs.lease_seconds,
    )
    await worker.run()


def serve(settings: Settings, *, worker: bool = True) -> None:
    """Listen, say where, and serve until stopped; with a `worker` inside, run jobs, too.

    Raises PortTaken, FolderInUse, MissingExtra, TablesOutOfDate, OtherFiles.
    """
    check_extras(settings)
    # Asked before anything else, so that a second server is told so in one sentence.
    if settings.alone:
        hold(settings.data_folder).close()
    prepare_tables(settings)
    asyncio.run(look_at_files(settings))
    listener = _listen(settings.server.host, settings.server.port)
    host, port = listener.getsockname()[:2]
    config = uvicorn.Config(
        create_app(settings, work if worker else None), log_config=None, log_level="warning", access_log=False,
        server_header=False, timeout_graceful_shutdown=5, timeout_keep_alive=30,
        h11_max_incomplete_event_size=64 * 1024,
        # Whose word about addresses is believed is a setting of ours, and is looked at where addresses are.
        proxy_headers=False,
    )  # fmt: skip
    told = log.info if settings.observing.log_format == "json" else click.echo
    server = _Server(config, f"http://{f'[{host}]' if ':' in host else host}:{port}", told)
    asyncio.run(server.serve(sockets=[listener]))
    if not server.started:
        raise SystemExit(1)


class _Server(uvicorn.Server):
    """A server that says where it is once it answers, and to `told` that it stops: a person, or a log of JSON alone."""

    def __init__(self, config: uvicorn.Config, address: str, told: Callable[[str], None]) -> None:
        super().__init__(config)
        self._address, self._told = address, told

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop, and be gone in time whatever hangs."""
        if not self.should_exit:
            leave_in_time()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take a signal to stop as what it is, and end with exit status 0 once everything is put away."""
        with super().capture_signals():
            yield
            # Those left here would be raised again, as if nobody had answered them.
            self._captured_signals.clear()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._told(STOPS)
        # That somebody watched a job until the end, and was cut off, is no error.
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            settle()
            click.echo(f"Rekindle is at {self._address}   (press Ctrl+C to stop)")


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of a server that stops says more than that it cuts off who is still connected."""
    cut = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cut and not str(record.msg).startswith("Cancel %s running task(s)")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Inherited by every connection: without it the body of an answer waits 40 ms for the head to be acknowledged.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
        # At once: two who have only bound an address can both have it.
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"Cannot listen on {host}:{port}: {error.strerror}. Another program may be using it; choose another "
            "port with --port."
        ) from error
    return listener
