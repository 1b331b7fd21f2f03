"""Whose doing a log line is: identifiers of the request, the task, the job and the attempt that is being worked on.

They belong to the running asyncio task, and to whatever it starts. With a task of the queue they travel to the process
that works on it, so that its lines can be found by the request that caused them.
"""

import re
import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from structlog.contextvars import bind_contextvars, bound_contextvars, get_contextvars

from rekindle.infra.observing import spans

_GOOD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def request_id_from(said: str | None) -> str:
    """The identifier of a request: what its sender says, if it is one, else a new one of 16 hexadecimal digits."""
    return said if said is not None and _GOOD_ID.fullmatch(said) else secrets.token_hex(8)


def bind(**ids: object) -> None:
    """From here on, to the end of this asyncio task, say this in each log line."""
    bind_contextvars(**{name: str(value) for name, value in ids.items()})


@contextmanager
def bound(**ids: object) -> Generator[None]:
    """In this block, say this in each log line."""
    with bound_contextvars(**{name: str(value) for name, value in ids.items()}):
        yield


def current() -> dict[str, Any]:
    """What each log line says now, and the trace that it is part of."""
    return {**get_contextvars(), **spans.ids()}


def carried() -> dict[str, str]:
    """Who causes what is being done now: what a task of the queue takes along. Empty when nobody does."""
    told = {"request_id": get_contextvars().get("request_id"), "trace": spans.carried()}
    return {name: value for name, value in told.items() if value is not None}


@contextmanager
def picked_up(baggage: Mapping[str, str], **ids: object) -> Generator[None]:
    """In this block, work on a task: log lines and spans belong to who caused it."""
    if (request_id := baggage.get("request_id")) is not None:
        ids["request_id"] = request_id_from(request_id)
    with bound(**ids), spans.span("take", parent=baggage.get("trace"), **ids):
        yield
