"""Those who look after servers: a collector of traces (OTLP over HTTP) and a Sentry, which keep what they are sent."""

import gzip
import json
import threading
import time
import zlib
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True)
class Received:
    """One request: its path, its headers by names in small letters, and its body as it was before compression."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Span:
    """A span of a trace, with identifiers as hexadecimal digits and its times in seconds."""

    name: str
    trace: str
    id: str
    parent: str
    attributes: Mapping[str, Any]
    failed: bool
    began: float
    ended: float


@dataclass
class Observer:
    """What was received so far."""

    url: str
    received: list[Received] = field(default_factory=list[Received])

    def spans(self) -> Sequence[Span]:
        """Every span of every request to a collector."""
        found: list[Span] = []
        for each in self.received:
            if not each.path.endswith("/traces"):
                continue
            request = ExportTraceServiceRequest.FromString(each.body)
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    found += [_span(span) for span in scope.spans]
        return found

    def events(self) -> Sequence[dict[str, Any]]:
        """Every event that came in an envelope of Sentry."""
        found: list[dict[str, Any]] = []
        for each in self.received:
            if not each.path.endswith("/envelope/"):
                continue
            _, *rest = each.body.split(b"\n")
            for head, body in zip(rest[::2], rest[1::2], strict=False):
                if head and json.loads(head).get("type") == "event":
                    found.append(json.loads(body))
        return found

    def until(self, enough: Callable[[], bool], seconds: float = 15.0) -> None:
        """Wait until enough came."""
        deadline = time.monotonic() + seconds
        while not enough():
            assert time.monotonic() < deadline, "nothing more came"
            time.sleep(0.05)


@contextmanager
def observer() -> Generator[Observer]:
    """Listen on this machine as long as the block lasts."""
    kept: list[Received] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            names = {name.lower(): value for name, value in self.headers.items()}
            kept.append(Received(self.path, names, _opened(body, names.get("content-encoding", ""))))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Observer(f"http://127.0.0.1:{server.server_address[1]}", kept)
    finally:
        server.shutdown()
        server.server_close()


def _opened(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(body)
    return zlib.decompress(body) if encoding == "deflate" else body


def _span(span: Any) -> Span:
    values = {each.key: _value(each.value) for each in span.attributes}
    times = span.start_time_unix_nano / 1e9, span.end_time_unix_nano / 1e9
    return Span(
        span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), values, span.status.code == 2,
        *times,
    )  # fmt: skip


def _value(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))
