"""Traces by OpenTelemetry, sent by OTLP over HTTP. Wiring loads this only where traces are wanted."""

import asyncio
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from rekindle.errors import RekindleError
from rekindle.infra.observing.spans import Attributes, Tracer

try:
    from opentelemetry import trace
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
    from opentelemetry.trace import Span, Status, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "Traces need OpenTelemetry, which is not installed: pip install 'rekindle[tracing]'", name=error.name
    ) from error

SECONDS_TO_SEND, SECONDS_TO_CLOSE = 3.0, 3.0
LONGEST_VALUE = 200
TRACEPARENT = "traceparent"


@dataclass(frozen=True, slots=True)
class Sending:
    """Where traces go, with which `Authorization`, and the share of them, 0..1."""

    url: str
    authorization: str | None = None
    share: float = 1.0


class OpenTelemetry(Tracer):
    """Collects spans and sends them in batches, from a thread of its own. A collector that is gone holds up nothing."""

    def __init__(self, sending: Sending, constant: Mapping[str, str]) -> None:
        """`constant` is said of the process: its service, role and version."""
        resource = {"service.name": constant.get("service", "rekindle"), "service.version": constant.get("version", "")}
        self._provider = TracerProvider(
            sampler=ParentBasedTraceIdRatio(sending.share),
            resource=Resource({**resource, "rekindle.role": constant.get("role", "")}),
            span_limits=SpanLimits(max_attribute_length=LONGEST_VALUE),
            shutdown_on_exit=False,
        )
        headers = {} if sending.authorization is None else {"Authorization": sending.authorization}
        exporter = OTLPSpanExporter(endpoint=sending.url, headers=headers, timeout=SECONDS_TO_SEND)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("rekindle")
        self._form = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, attributes: Attributes, *, parent: str | None) -> Generator[None]:
        before = None if parent is None else self._form.extract({TRACEPARENT: parent}, Context())
        with self._tracer.start_as_current_span(
            name, before, attributes=_told(attributes), record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                _failed(span, error)
                raise

    def carried(self) -> str | None:
        carrier: dict[str, str] = {}
        self._form.inject(carrier)
        return carrier.get(TRACEPARENT)

    def ids(self) -> Mapping[str, str]:
        context = trace.get_current_span().get_span_context()
        if not context.is_valid:
            return {}
        return {
            "trace_id": trace.format_trace_id(context.trace_id),
            "span_id": trace.format_span_id(context.span_id),
        }

    def note(self, attributes: Attributes) -> None:
        trace.get_current_span().set_attributes(_told(attributes))

    def close(self) -> None:
        # It waits for a collector for half a minute, and a server that is stopped has to be gone before.
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(SECONDS_TO_CLOSE)


def _told(attributes: Attributes) -> dict[str, str | int | float | bool]:
    return {
        f"rekindle.{name}": value if isinstance(value, bool | int | float) else str(value)
        for name, value in attributes.items()
    }


def _failed(span: Span, error: BaseException) -> None:
    """What kind of error it was: its message may quote what somebody sent."""
    if isinstance(error, asyncio.CancelledError):
        span.set_attribute("rekindle.canceled", value=True)
        return
    kind = error.code if isinstance(error, RekindleError) else type(error).__qualname__
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR, kind))
