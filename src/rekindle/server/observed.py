"""Watches requests: gives each its identifier, and writes down what became of it."""

import logging
import time
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rekindle.config_observing import ObservingSettings
from rekindle.infra.observing import metrics, spans
from rekindle.infra.observing.context import bind, bound, request_id_from

log = logging.getLogger("rekindle.requests")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/health", "/ready", "/api/v1/health", "/api/v1/ready"})
"""What machines ask all the time, so that a line for each answer would hide the others."""
PAGES, NOWHERE = "(pages)", "(nowhere)"


class Observed:
    """The outermost layer: it sees what the others refuse, too.

    `X-Request-ID` is taken over where a sender gives one that can be told from a secret or a text (8 to 64 letters,
    digits, dots, dashes), and is in every answer. Addresses are written down by their form, without what is in them,
    as some of them are keys to something; of that only identifiers are.
    """

    def __init__(self, app: ASGIApp, *, settings: ObservingSettings) -> None:
        """Where lines are for machines, there is one in the log for each request."""
        self._app = app
        self._level = logging.INFO if settings.log_format == "json" else logging.DEBUG
        self._believing = settings.traces_from_callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = request_id_from(headers.get("x-request-id"))
        parent = headers.get("traceparent") if self._believing else None
        Request(scope).state.request_id = request_id
        answer = _Answer(send, request_id)
        about = spans.span("request", parent=parent, request_id=request_id, method=method_of(scope))
        with bound(request_id=request_id), about:
            metrics.REQUESTS_OPEN.inc()
            try:
                await self._app(scope, receive, answer.send)
            finally:
                metrics.REQUESTS_OPEN.dec()
                self._note(scope, answer)

    def _note(self, scope: Scope, answer: "_Answer") -> None:
        route, method, status = route_of(scope), method_of(scope), answer.status
        metrics.REQUESTS.labels(method, route, str(status)).inc()
        metrics.REQUEST_SECONDS.labels(method, route).observe(answer.seconds)
        spans.note(route=route, status=status)
        if route in QUIET and status < 500:
            return
        bind(**ids_in(scope))
        # 499: whoever asked went away before there was an answer (as nginx calls it).
        facts = {"method": method, "route": route, "status": status, "ms": round(answer.seconds * 1000, 1)}
        log.log(self._level, "%s %s: %s", method, route, status, extra=facts)


class _Answer:
    """What is sent back."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self._began = time.perf_counter()
        self._answered: float | None = None
        self.status = 499

    @property
    def seconds(self) -> float:
        """Until the answer began; until now where there was none."""
        return (self._answered or time.perf_counter()) - self._began

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._answered = time.perf_counter()
            self.status = message["status"]
            MutableHeaders(scope=message)["X-Request-ID"] = self._request_id
        await self._send(message)


def method_of(scope: Scope) -> str:
    """The method; one that nobody knows is told as OTHER, so that there are few."""
    return scope["method"] if scope["method"] in METHODS else "OTHER"


def route_of(scope: Scope) -> str:
    """The form of the address, such as `/api/v1/jobs/{job_id}`."""
    form = getattr(scope.get("route"), "path_format", None)
    if isinstance(form, str):
        return form
    return NOWHERE if scope["path"].startswith("/api") else PAGES


def ids_in(scope: Scope) -> Mapping[str, UUID]:
    """The identifiers in the address, by their names."""
    parameters = cast("Mapping[str, Any]", scope.get("path_params") or {})
    found: dict[str, UUID] = {}
    for name, value in parameters.items():
        try:
            found[name] = value if isinstance(value, UUID) else UUID(str(value))
        except ValueError:
            continue
    return found
