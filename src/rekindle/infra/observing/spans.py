"""Traces: what was done for one request, from the upload to the end of its job, and how long each part took.

Product code says `with span("prepare"):` and needs to know nothing more. Unless a tracer was installed that costs next
to nothing, so the library that sends traces stays an extra. Attributes are identifiers and words of ours, never what
somebody typed or uploaded; of an error a span keeps its kind and its code alone, since messages may quote anything.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Attributes = Mapping[str, object]


class Tracer(Protocol):
    """Whoever collects spans."""

    def span(self, name: str, attributes: Attributes, *, parent: str | None) -> AbstractContextManager[object]:
        """A span that is the current one in the block; below `parent` (W3C traceparent) or else the current one."""
        ...

    def carried(self) -> str | None:
        """The current span as a W3C traceparent, to go on in another process."""
        ...

    def ids(self) -> Mapping[str, str]:
        """`trace_id` and `span_id` of the current span, for log lines."""
        ...

    def note(self, attributes: Attributes) -> None:
        """Say more of the current span."""
        ...

    def close(self) -> None:
        """Send what is left, in a few seconds at most."""
        ...


class _Installed:
    tracer: Tracer | None = None


def install(tracer: Tracer | None) -> None:
    """From now on spans of this process go to `tracer`; None: nowhere."""
    _Installed.tracer = tracer


def installed() -> Tracer | None:
    """Who collects spans now."""
    return _Installed.tracer


def span(name: str, *, parent: str | None = None, **attributes: object) -> AbstractContextManager[object]:
    """A part of what is being done; a context manager."""
    tracer = _Installed.tracer
    return nullcontext() if tracer is None else tracer.span(name, attributes, parent=parent)


def note(**attributes: object) -> None:
    """Say more of the part that is being done."""
    if (tracer := _Installed.tracer) is not None:
        tracer.note(attributes)


def carried() -> str | None:
    """What another process needs to go on with the trace."""
    tracer = _Installed.tracer
    return None if tracer is None else tracer.carried()


def ids() -> Mapping[str, str]:
    """What a log line needs to be found by its trace."""
    tracer = _Installed.tracer
    return {} if tracer is None else tracer.ids()
