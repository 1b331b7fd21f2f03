"""Log lines: plain for people, JSON for machines; each with the identifiers of what it is about, none with a secret.

Modules log with Python's own `logging`, and so do libraries: everything comes through here, whoever wrote it.
"""

import logging
import sys
import threading
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, TextIO

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import EventRenamer, JSONRenderer, TimeStamper, format_exc_info
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import EventDict, WrappedLogger

from rekindle.infra.observing import metrics
from rekindle.infra.observing.context import current
from rekindle.infra.observing.scrubbing import Scrubber

READ_BY_ONE = "rekindle.infra.mail.embedded"
"""At home it writes mails to the log, for the one person who reads that log: to them, mails are shown as they are."""

_QUIET = ("alembic", "httpx", "httpx2", "httpcore", "httpcore2", "stripe")
"""They tell of each thing that they do; an address that a client asks may have a key in it."""
_OURS = frozenset({"timestamp", "level", "severity", "logger", "service", "role", "trace_id", "span_id"})


@dataclass(frozen=True, slots=True)
class Writing:
    """How lines are written. `constant` is said in each of them, in JSON."""

    format: Literal["plain", "json"] = "plain"
    level: str = "INFO"
    scrubber: Scrubber = field(default_factory=Scrubber)
    constant: Mapping[str, str] = field(default_factory=dict[str, str])


def set_up(writing: Writing, stream: TextIO | None = None) -> logging.Handler:
    """Write every line of this process to `stream` (standard error) from now on, and take the place of all others."""
    handler = Quietly(stream or sys.stderr)
    handler.setFormatter(formatter(writing, colours=(stream or sys.stderr).isatty()))
    root = logging.getLogger()
    for other in root.handlers[:]:
        root.removeHandler(other)
    root.addHandler(handler)
    root.addHandler(Counting())
    root.setLevel(writing.level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    if writing.format == "json":
        _catch_the_last()
    return handler


def formatter(writing: Writing, *, colours: bool) -> logging.Formatter:
    """What makes a line of a record."""
    scrubbing = _Scrubbing(writing)
    before = [ExtraAdder(), _ids, add_logger_name, add_log_level, TimeStamper(fmt="iso", utc=True)]
    if writing.format == "json":
        renderer = [_said(writing.constant), format_exc_info, EventRenamer("message"), scrubbing, _in_order]
        last = JSONRenderer(ensure_ascii=False)
    else:
        renderer = [format_exc_info, scrubbing]
        last = ConsoleRenderer(colors=colours, exception_formatter=plain_traceback, pad_event_to=0)
    return ProcessorFormatter(foreign_pre_chain=before, processors=[_bare, *renderer, last], keep_exc_info=False)


class Quietly(logging.StreamHandler[TextIO]):
    """Writes lines to a stream."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is that of the library
        """Say that a line is missing: the library would write it as it is, secrets and all."""
        with suppress(Exception):
            self.stream.write(f"a log line of {record.name}, line {record.lineno}, could not be written\n")


class Counting(logging.Handler):
    """Counts lines by their level, so that a rise can wake somebody."""

    def emit(self, record: logging.LogRecord) -> None:
        """One more."""
        metrics.LOG_LINES.labels(record.levelname.lower()).inc()


class _Scrubbing:
    def __init__(self, writing: Writing) -> None:
        self._scrubber = writing.scrubber
        self._plain = writing.format == "plain"

    def __call__(self, _logger: WrappedLogger, _method: str, said: EventDict) -> EventDict:
        if self._plain and said.get("logger") == READ_BY_ONE:
            return said
        return {
            name: value if name in _OURS else self._scrubber.value(value, name=name) for name, value in said.items()
        }


def _ids(_logger: WrappedLogger, _method: str, said: EventDict) -> EventDict:
    return {**said, **current()}


def _in_order(_logger: WrappedLogger, _method: str, said: EventDict) -> EventDict:
    """What people look for stands first."""
    return {name: said[name] for name in ("timestamp", "level", "message") if name in said} | dict(said)


def _bare(_logger: WrappedLogger, _method: str, said: EventDict) -> EventDict:
    """Without what the formatter put there for itself."""
    return {name: value for name, value in said.items() if name not in ("_record", "_from_structlog")}


def _said(constant: Mapping[str, str]) -> structlog.typing.Processor:
    def add(_logger: WrappedLogger, _method: str, said: MutableMapping[str, Any]) -> EventDict:
        # Google Cloud reads `severity`, most others `level`.
        return {"severity": str(said.get("level", "info")).upper(), **constant, **said}

    return add


def _catch_the_last() -> None:
    """What ends a process or a thread is a line as any other, not a page for people."""

    def process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        logging.getLogger("rekindle").critical("the process ends with an error", exc_info=(kind, error, trace))

    def thread(caught: threading.ExceptHookArgs) -> None:
        error = caught.exc_value
        logging.getLogger("rekindle").error("a thread ended with an error", exc_info=error)

    sys.excepthook = process
    threading.excepthook = thread
