"""The door for machines that look after this one: figures and health, on a port of their own.

Not among the addresses of the product: what asks for figures asks nobody who they are, and a proxy in front of the
server makes everybody look as if they came from this machine.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from typing import ClassVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rekindle.errors import Conflict
from rekindle.infra.observing import metrics
from rekindle.infra.observing.readiness import Overall, Readiness, overall

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"

Refresh = Callable[[], Awaitable[object]]


class MetricsPortTaken(Conflict):
    code: ClassVar[str] = "metrics_port_taken"
    title: ClassVar[str] = "The port for figures is taken"


def pages(readiness: Readiness, refresh: Refresh) -> Starlette:
    """`/metrics`, after `refresh` has looked at what is not counted as it happens; `/health` and `/ready`."""

    async def figures(_request: Request) -> Response:
        await refresh()
        return Response(metrics.rendered(), media_type=TEXT_FORMAT)

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        found = await readiness.look()
        status = overall(found)
        services = {name: {"state": each.state, "detail": each.detail} for name, each in found.items()}
        code = 503 if status is Overall.UNAVAILABLE else 200
        return JSONResponse({"status": status, "services": services}, status_code=code)

    return Starlette(routes=[Route("/metrics", figures), Route("/health", health), Route("/ready", ready)])


@asynccontextmanager
async def door(host: str, port: int, app: Starlette) -> AsyncGenerator[int]:
    """Open the door as long as the block lasts; gives the port. Raises MetricsPortTaken."""
    listener = _listen(host, port)
    config = uvicorn.Config(
        app, log_config=None, log_level="warning", access_log=False, server_header=False, lifespan="off",
        timeout_graceful_shutdown=1, timeout_keep_alive=5,
    )  # fmt: skip
    server = _Aside(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        listener.close()


def check(host: str, port: int) -> None:
    """Raise MetricsPortTaken where the door could not be opened now."""
    _listen(host, port).close()


class _Aside(uvicorn.Server):
    """A server beside the one of the product: signals are not its business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(16)
    except OSError as error:
        listener.close()
        raise MetricsPortTaken(
            f"Cannot listen on {host}:{port} for figures: {error.strerror}. Each process needs a port of its own: "
            "choose another one with REKINDLE_OBSERVING__METRICS_PORT."
        ) from error
    return listener
